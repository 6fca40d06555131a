import Contracts

/// A month of a contract: what its invoice says (rules 5 to 11).
public struct PeriodStatement: Hashable, Sendable {
    /// The month.
    public let period: LocalMonth
    /// The fee, where the month has a retainer.
    public let retainer: Line?
    /// The fee's VAT treatment, that of the month's end.
    public let retainerVAT: Contract.VAT?
    /// The month's sessions in the order (end, id).
    public let sessions: [SessionBill]
    /// Sums by VAT treatment, in the order in which they first occur. `O` goes with no other on one invoice (rule 5).
    public let vatGroups: [VATGroup]
    /// Quota that came from the month before, opening balances included, in rounded seconds.
    public let quotaCarriedSeconds: Int64
    /// Quota that came with the month.
    public let quotaGrantedSeconds: Int64
    /// Quota that sessions used.
    public let quotaUsedSeconds: Int64
    /// Quota lost at the month's end by its age or the carry-over's cap.
    public let quotaExpiredSeconds: Int64
    /// Quota for the next month: carried + granted - used - expired.
    public let quotaLeftSeconds: Int64
    /// Grants, uses and expiries, for the ledger (rule 6).
    public let quotaEntries: [QuotaEntry]

    /// The retainer's line and the sessions' lines, in the sessions' order.
    public var lines: [Line] { [retainer].compactMap(\.self) + sessions.flatMap(\.lines) }
    /// Connected seconds that stand on no line (rule 11).
    public var unbilled: [Unbilled] { sessions.flatMap(\.rounded.unbilled) }
    /// The sum of all lines.
    public let netCents: Int64
    /// The sum of the groups' taxes.
    public let vatCents: Int64
    /// Net and tax.
    public let grossCents: Int64
}

/// The lines of one VAT treatment; its tax is rounded once (rule 9).
public struct VATGroup: Hashable, Sendable {
    /// Category and percentage.
    public let vat: Contract.VAT
    /// The sum of the lines' nets.
    public let netCents: Int64
    /// The tax.
    public let vatCents: Int64

    /// Computes the tax of a sum. Throws `outOfRange`.
    public init(vat: Contract.VAT, netCents: Int64) throws(BillingError) {
        self.vat = vat
        self.netCents = netCents
        vatCents = try Money.vatCents(netCents: netCents, percentBp: vat.percentBp)
    }

    /// Groups amounts by treatment, in the order in which the treatments first occur (rule 9). Throws `outOfRange`.
    public static func groups(_ amounts: [(vat: Contract.VAT, netCents: Int64)]) throws(BillingError) -> [VATGroup] {
        var sums: [(vat: Contract.VAT, netCents: Int64)] = []
        for amount in amounts {
            if let index = sums.firstIndex(where: { $0.vat == amount.vat }) {
                sums[index].netCents = try Checked.sum(sums[index].netCents, amount.netCents)
            } else {
                sums.append(amount)
            }
        }
        var groups: [VATGroup] = []
        for sum in sums { groups.append(try VATGroup(vat: sum.vat, netCents: sum.netCents)) }
        return groups
    }
}

extension PeriodStatement {
    /// - Parameters:
    ///   - carried: what was left before the month, without balances set in it.
    ///   - entries: what happened to the quota in the month.
    init(
        period: LocalMonth,
        retainer: (line: Line, vat: Contract.VAT)?,
        sessions: [SessionBill],
        carried: Int64,
        entries: [QuotaEntry]
    ) throws(BillingError) {
        self.period = period
        self.retainer = retainer?.line
        retainerVAT = retainer?.vat
        self.sessions = sessions
        let fee = retainer.map { [(vat: $0.vat, netCents: $0.line.netCents)] } ?? []
        // A session that is rounded to nothing has no line and opens no group.
        let work = sessions.filter { !$0.lines.isEmpty }.map { (vat: $0.vat, netCents: $0.netCents) }
        vatGroups = try VATGroup.groups(fee + work)
        netCents = try Checked.sum(vatGroups.map(\.netCents))
        vatCents = try Checked.sum(vatGroups.map(\.vatCents))
        grossCents = try Checked.sum(netCents, vatCents)
        quotaEntries = entries
        func sum(_ kinds: QuotaEntry.Kind...) throws(BillingError) -> Int64 {
            try Checked.sum(entries.filter { kinds.contains($0.kind) }.map(\.seconds))
        }
        quotaCarriedSeconds = try Checked.sum(carried, try sum(.balance))
        quotaGrantedSeconds = try sum(.granted)
        quotaUsedSeconds = try sum(.used)
        quotaExpiredSeconds = try sum(.expired, .trimmed)
        quotaLeftSeconds = quotaCarriedSeconds + quotaGrantedSeconds - quotaUsedSeconds - quotaExpiredSeconds
    }
}
