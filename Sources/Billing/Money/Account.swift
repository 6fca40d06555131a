import Contracts

/// What a contract's sessions have used and cost so far: the state that the next session is billed on.
///
/// What happens to it comes month by month and within a month in the order in which it was settled, (end, id) for
/// sessions, so that no bill ever changes an earlier one (rules 3, 6): see `Posting`. The same history and postings
/// always give the same bills; nothing of it need be stored.
public struct Account: Sendable {
    /// The contract's versions.
    public let history: ContractHistory
    /// What is left of the quota, in the month of the last session.
    public internal(set) var quota = QuotaLedger()
    /// The months before the open one, from the first on.
    public internal(set) var closed: [PeriodStatement] = []

    /// The open month; nil before the first session.
    public private(set) var period: LocalMonth?
    /// The contract's last day, where one side gave notice.
    public internal(set) var endsOn: LocalDate?
    /// What happened in the open month.
    private(set) var sessions: [SessionBill] = []
    var credits: [CreditBill] = []
    var entries: [QuotaEntry] = []
    private var carried: Int64 = 0
    private(set) var rawBefore: [RoundingKey: Int64] = [:]
    var last: Posting?

    /// What is rounded together where rounding is per day or period (rule 3).
    struct RoundingKey: Hashable {
        var version: Int64
        var category: String
        /// The day's number, or the month's.
        var unit: Int
    }

    /// An account without sessions.
    public init(history: ContractHistory) { self.history = history }

    /// The net of the open month without the fee (rule 12), less what was given back, in cents.
    public func workNetCents() throws(BillingError) -> Int64 {
        try Checked.sum(sessions.map(\.netCents) + credits.map(\.netCents))
    }

    /// Bills the next session.
    ///
    /// Throws `outOfOrder` where its place is before the last posting's (`Posting`); `badSession`, `badContract`,
    /// `notInForce`, `outOfRange`. The account is as before where it throws.
    public mutating func bill(_ session: WorkSession) throws(BillingError) -> SessionBill {
        try requireOrder(.session(session))
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
        last = .session(session)
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
        credits = []
        period = month
        if let retainer = terms(of: month)?.contract.retainer {
            let expiry = retainer.carryOver.lotExpiry
            entries += try quota.grant(retainer.includedSeconds, for: month, expiresAfterPeriods: expiry)
        }
    }

    private mutating func close(_ month: LocalMonth) throws(BillingError) {
        let rule = terms(of: month)?.contract.retainer?.carryOver
        if let endsOn, LocalMonth(endsOn) <= month {
            entries += quota.expire(in: month)
        } else {
            entries += quota.close(month, capSeconds: rule?.policy == .capped ? rule?.capSeconds : nil)
        }
        closed.append(try statement(month, entries: entries))
    }

    /// The version whose retainer a month has; nil before the first one and after the contract's end.
    func terms(of month: LocalMonth) -> ContractVersion? {
        guard month >= history.firstPeriod, endsOn.map({ month <= LocalMonth($0) }) ?? true else { return nil }
        return history.version(ofPeriod: month)
    }

    private func statement(_ month: LocalMonth, entries: [QuotaEntry]) throws(BillingError) -> PeriodStatement {
        try PeriodStatement(
            period: month,
            retainer: retainer(of: month).map { ($0.line, $0.vat) },
            sessions: sessions,
            credits: credits,
            carried: carried,
            entries: entries
        )
    }

    private func retainer(of month: LocalMonth) -> (version: ContractVersion, line: Line, vat: Contract.VAT)? {
        guard let version = terms(of: month), let retainer = version.contract.retainer else { return nil }
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
