import Contracts

/// A month of a contract: what its invoice says (rules 5 to 11).
public struct PeriodStatement: Hashable, Sendable {
    /// The month.
    public let period: LocalMonth
    /// The fee, where the month has a retainer.
    public let retainer: Line?
    /// The fee's VAT treatment, that of the month's end.
    public let retainerVAT: Contract.VAT?
    /// The month's sessions in the order in which they were settled, (end, id) where nobody did.
    public let sessions: [SessionBill]
    /// What was given back in the month, in order: sessions of this month and of earlier ones.
    public let credits: [CreditBill]
    /// Sums by VAT treatment, in the order in which they first occur. `O` goes with no other on one invoice (rule 5).
    public let vatGroups: [VATGroup]
    /// Quota that came from the month before, balances set by hand in the month included, in rounded seconds.
    public let quotaCarriedSeconds: Int64
    /// Quota that came with the month.
    public let quotaGrantedSeconds: Int64
    /// Quota that came back with sessions that were given back.
    public let quotaReturnedSeconds: Int64
    /// Quota that sessions used.
    public let quotaUsedSeconds: Int64
    /// Quota lost by its age, the carry-over's cap or the contract's end.
    public let quotaExpiredSeconds: Int64
    /// Quota for the next month: carried + granted + returned - used - expired.
    public let quotaLeftSeconds: Int64
    /// Grants, uses and expiries, for the ledger (rule 6).
    public let quotaEntries: [QuotaEntry]

    /// The retainer's line, the sessions' lines in the sessions' order, then what was given back.
    public var lines: [Line] {
        [retainer].compactMap(\.self) + sessions.flatMap(\.lines) + credits.flatMap(\.lines)
    }
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
        credits: [CreditBill] = [],
        carried: Int64,
        entries: [QuotaEntry]
    ) throws(BillingError) {
        self.period = period
        self.retainer = retainer?.line
        retainerVAT = retainer?.vat
        self.sessions = sessions
        self.credits = credits
        let fee = retainer.map { [(vat: $0.vat, netCents: $0.line.netCents)] } ?? []
        // A session that is rounded to nothing has no line and opens no group.
        let work = sessions.filter { !$0.lines.isEmpty }.map { (vat: $0.vat, netCents: $0.netCents) }
        let returned = credits.map { (vat: $0.vat, netCents: $0.netCents) }
        vatGroups = try VATGroup.groups(fee + work + returned)
        netCents = try Checked.sum(vatGroups.map(\.netCents))
        vatCents = try Checked.sum(vatGroups.map(\.vatCents))
        grossCents = try Checked.sum(netCents, vatCents)
        quotaEntries = entries
        func sum(_ kinds: QuotaEntry.Kind...) throws(BillingError) -> Int64 {
            try Checked.sum(entries.filter { kinds.contains($0.kind) }.map(\.seconds))
        }
        quotaCarriedSeconds = try Checked.sum([carried, try sum(.balance), -(try sum(.withdrawn))])
        quotaGrantedSeconds = try sum(.granted)
        quotaReturnedSeconds = try sum(.returned)
        quotaUsedSeconds = try sum(.used)
        quotaExpiredSeconds = try sum(.expired, .trimmed)
        let added = quotaCarriedSeconds + quotaGrantedSeconds + quotaReturnedSeconds
        quotaLeftSeconds = added - quotaUsedSeconds - quotaExpiredSeconds
    }

    /// The same month without its fee: the contract ended before it.
    func withoutRetainer() throws(BillingError) -> PeriodStatement {
        let balances = quotaEntries.map { $0.kind == .balance ? $0.seconds : $0.kind == .withdrawn ? -$0.seconds : 0 }
        return try PeriodStatement(
            period: period,
            retainer: nil,
            sessions: sessions,
            credits: credits,
            carried: quotaCarriedSeconds - (try Checked.sum(balances)),
            entries: quotaEntries
        )
    }
}
