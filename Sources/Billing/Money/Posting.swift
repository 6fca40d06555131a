import Contracts

/// Something that changes a contract's account.
///
/// Months stay in order, and within a month postings come in the order in which they were settled (rules 3, 6). A
/// receipt once signed never changes, so whatever is added later stands behind what was there before it.
public enum Posting: Hashable, Sendable {
    /// A session, or work that was written down without one.
    case session(WorkSession)
    /// A session that is given back.
    case credit(SessionCredit)
    /// Quota set by hand.
    case balance(QuotaBalance)
    /// One side gives notice, or takes it back.
    case end(ContractEnd)

    /// Its place among all that was settled; nil for a session that nobody has settled yet.
    public var settled: Int64? {
        switch self {
        case .session(let session): session.settled
        case .credit(let credit): credit.settled
        case .balance(let balance): balance.settled
        case .end(let end): end.settled
        }
    }

    /// The month in which it counts (rule 5).
    func month(in zone: TimeZoneRules) -> LocalMonth {
        switch self {
        case .session(let session): LocalMonth(ofSessionEnding: session.endedAt, in: zone)
        case .credit(let credit): LocalMonth(zone.date(at: credit.givenAt))
        case .balance(let balance): LocalMonth(zone.date(at: balance.givenAt))
        case .end(let end): LocalMonth(zone.date(at: end.givenAt))
        }
    }
}

/// The decision to give a session back, wholly or as warranty. What was billed stays as it was.
public struct SessionCredit: Hashable, Sendable {
    /// The session's id.
    public var session: String
    /// Why, in words.
    public var reason: String
    /// Whether the work is warranty after all: its time stays on the invoice, at 0.00.
    public var asWarranty: Bool
    /// When it was decided: the credit belongs to that month.
    public var givenAt: Instant
    /// Its place among all that was settled.
    public var settled: Int64

    /// A credit from its parts.
    public init(session: String, reason: String, asWarranty: Bool, givenAt: Instant, settled: Int64) {
        self.session = session
        self.reason = reason
        self.asWarranty = asWarranty
        self.givenAt = givenAt
        self.settled = settled
    }
}

/// Quota that the client brings along or that was set by hand: a lot of that month from then on.
public struct QuotaBalance: Hashable, Sendable {
    /// How much, in rounded seconds; negative takes back at most what is left.
    public var seconds: Int64
    /// When it was set.
    public var givenAt: Instant
    /// Its place among all that was settled.
    public var settled: Int64

    /// A balance from its parts.
    public init(seconds: Int64, givenAt: Instant, settled: Int64) {
        self.seconds = seconds
        self.givenAt = givenAt
        self.settled = settled
    }
}

/// The decision that a contract ends. The last one holds.
public struct ContractEnd: Hashable, Sendable {
    /// The last day, in the contract's time zone; nil: it goes on after all.
    public var endsOn: LocalDate?
    /// When it was decided.
    public var givenAt: Instant
    /// Its place among all that was settled.
    public var settled: Int64

    /// An end from its parts.
    public init(endsOn: LocalDate?, givenAt: Instant, settled: Int64) {
        self.endsOn = endsOn
        self.givenAt = givenAt
        self.settled = settled
    }
}

extension ContractHistory {
    /// The order in which postings are settled: by month, within a month by their place.
    ///
    /// Months are those of the first version's zone, which never changes: a version that moves the contract to another
    /// zone must not reorder what is there.
    public func isSettled(_ left: Posting, before right: Posting) -> Bool {
        let zone = versions[0].zone
        let (first, second) = (left.month(in: zone), right.month(in: zone))
        if first != second { return first < second }
        if case .session(let first) = left, case .session(let second) = right {
            return WorkSession.isBefore(first, second)
        }
        return left.settled ?? .max < right.settled ?? .max
    }
}
