import Contracts

/// What a contract's sessions have used and cost so far: the state that the next session is billed on.
///
/// Sessions come in the order (end, id), so that no bill ever changes an earlier one (rules 3, 6). The same history,
/// balances and sessions always give the same bills; nothing of it need be stored.
public struct Account: Sendable {
    /// Quota that the client brings along or that was set by hand: a lot of that month.
    public struct Balance: Hashable, Codable, Sendable {
        /// The month it counts as granted for.
        public var period: LocalMonth
        /// How much, in rounded seconds.
        public var seconds: Int64

        /// A balance from its parts.
        public init(period: LocalMonth, seconds: Int64) {
            self.period = period
            self.seconds = seconds
        }
    }

    /// The contract's versions.
    public let history: ContractHistory
    /// What is left of the quota, in the month of the last session.
    public private(set) var quota = QuotaLedger()
    /// The months before the open one, from the first on.
    public private(set) var closed: [PeriodStatement] = []

    /// The open month; nil before the first session.
    public private(set) var period: LocalMonth?
    private var balances: [Balance]
    private var sessions: [SessionBill] = []
    private var entries: [QuotaEntry] = []
    private var carried: Int64 = 0
    private(set) var rawBefore: [RoundingKey: Int64] = [:]
    private var last: WorkSession?

    /// What is rounded together where rounding is per day or period (rule 3).
    struct RoundingKey: Hashable {
        var version: Int64
        var category: String
        /// The day's number, or the month's.
        var unit: Int
    }

    /// An account without sessions.
    public init(history: ContractHistory, balances: [Balance] = []) {
        self.history = history
        self.balances = balances.sorted { $0.period < $1.period }
    }

    /// The net of the open month without the fee (rule 12), in cents.
    public func workNetCents() throws(BillingError) -> Int64 { try Checked.sum(sessions.map(\.netCents)) }

    /// Bills the next session.
    ///
    /// Throws `outOfOrder` where it comes before the last one in the order (end, id); `badSession`, `badContract`,
    /// `notInForce`, `outOfRange`. The account is as before where it throws.
    public mutating func bill(_ session: WorkSession) throws(BillingError) -> SessionBill {
        if let last, !WorkSession.isBefore(last, session) {
            let sentence = "session \(session.session) is billed after one that ended later; bill them by end and id"
            throw BillingError(.outOfOrder, sentence)
        }
        let version = try history.version(of: session)
        var draft: Draft
        if let advanced = try advanced(for: session, version) {
            draft = try advanced.draft(session, version)
            self = advanced
        } else {
            draft = try self.draft(session, version)
        }
        quota = draft.quota
        if let key = draft.key { rawBefore[key] = draft.rawIncluding }
        entries += draft.bill.quotaEntries
        sessions.append(draft.bill)
        last = session
        return draft.bill
    }

    /// The account in a session's month, where that is later than the open one.
    func advanced(for session: WorkSession, _ version: ContractVersion) throws(BillingError) -> Account? {
        let month = LocalMonth(ofSessionEnding: session.endedAt, in: version.zone)
        if let period, month <= period { return nil }
        var account = self
        try account.advance(to: month)
        return account
    }

    /// The statement of the open month as if it ended now, before any carry-over; nil before the first session.
    public func openStatement() throws(BillingError) -> PeriodStatement? {
        guard let period else { return nil }
        return try statement(period, entries: entries)
    }

    /// Ends the months before this one and opens it: expiry, cap, grant (rule 6). An earlier month changes nothing.
    ///
    /// Throws `outOfRange` for a month more than 100 years after the open one; `badContract`.
    public mutating func advance(to month: LocalMonth) throws(BillingError) {
        let earliest = LocalMonth(year: max(1900, month.year - Self.horizonYears), month: month.month) ?? month
        if period == nil { try open(min(month, max(history.firstPeriod, earliest))) }
        if let period, month.number - period.number > Self.horizonYears * 12 {
            throw BillingError(.outOfRange, "months lie more than 100 years apart; check the sessions' times")
        }
        while let period, period < month {
            try close(period)
            try open(period.next)
        }
    }

    /// Bounds the work for absurd dates: no contract runs longer.
    private static let horizonYears = 100

    private mutating func open(_ month: LocalMonth) throws(BillingError) {
        carried = quota.leftSeconds
        entries = []
        sessions = []
        period = month
        let retainer = month < history.firstPeriod ? nil : history.version(ofPeriod: month)?.contract.retainer
        let expiry = retainer.map(\.carryOver.lotExpiry) ?? nil
        for balance in balances.prefix(while: { $0.period <= month }) {
            let period = balance.period
            entries += try quota.grant(balance.seconds, for: period, expiresAfterPeriods: expiry, as: .balance)
        }
        balances.removeFirst(balances.prefix { $0.period <= month }.count)
        if let retainer {
            entries += try quota.grant(retainer.includedSeconds, for: month, expiresAfterPeriods: expiry)
        }
    }

    private mutating func close(_ month: LocalMonth) throws(BillingError) {
        let rule = retainer(of: month)?.version.contract.retainer?.carryOver
        entries += quota.close(month, capSeconds: rule?.policy == .capped ? rule?.capSeconds : nil)
        closed.append(try statement(month, entries: entries))
    }

    private func statement(_ month: LocalMonth, entries: [QuotaEntry]) throws(BillingError) -> PeriodStatement {
        try PeriodStatement(
            period: month,
            retainer: retainer(of: month).map { ($0.line, $0.vat) },
            sessions: sessions,
            carried: carried,
            entries: entries
        )
    }

    private func retainer(of month: LocalMonth) -> (version: ContractVersion, line: Line, vat: Contract.VAT)? {
        guard month >= history.firstPeriod, let version = history.version(ofPeriod: month),
            let retainer = version.contract.retainer
        else { return nil }
        let line = Line(
            text: LineText(language: version.contract.language).retainer(month),
            kind: .retainer,
            session: nil,
            seconds: 0,
            centsPerHour: 0,
            percentBp: 0,
            netCents: retainer.feeCents
        )
        // The end of performance is the month's last second.
        let end = try? Instant(seconds: month.next.start(in: version.zone) - 1)
        let vat = end.flatMap { history.version(at: $0) }?.contract.vat ?? version.contract.vat
        return (version, line, vat)
    }
}

extension Contract.CarryOver {
    /// At which age a lot granted under this rule expires; nil: never.
    var lotExpiry: Int64? { policy == .none ? 0 : expiresAfterPeriods }
}
