import Contracts

/// Time that was granted at once and is used up together (rule 6). In rounded seconds.
public struct QuotaLot: Hashable, Codable, Sendable {
    /// The month it was granted for.
    public let period: LocalMonth
    /// How much it was.
    public let grantedSeconds: Int64
    /// How much is left.
    public internal(set) var leftSeconds: Int64
    /// At which age it expires: 0 at the end of its own month, 2: January's is usable through March; nil: never.
    public let expiresAfterPeriods: Int64?
}

/// What happened to a lot: grants, uses and expiries are ledger entries (rule 6).
public struct QuotaEntry: Hashable, Codable, Sendable {
    /// What can happen to a lot.
    public enum Kind: String, Hashable, Codable, Sendable {
        /// It came with a month.
        case granted
        /// It was there when the contract began, or was set by hand.
        case balance
        /// It was taken back by hand.
        case withdrawn
        /// A session that had used it was given back.
        case returned
        /// A session used it.
        case used
        /// Its age was reached, or the contract ended.
        case expired
        /// It was more than may be carried over.
        case trimmed
    }

    /// What happened.
    public var kind: Kind
    /// The month in which it happened.
    public var period: LocalMonth
    /// The month that the lot was granted for.
    public var lot: LocalMonth
    /// How much, above 0.
    public var seconds: Int64
    /// The session that used it, or with which it came back.
    public var session: String?

    /// An entry from its parts.
    public init(kind: Kind, period: LocalMonth, lot: LocalMonth, seconds: Int64, session: String? = nil) {
        self.kind = kind
        self.period = period
        self.lot = lot
        self.seconds = seconds
        self.session = session
    }

    /// What it adds to the quota; negative where it takes from it.
    public var changeSeconds: Int64 {
        switch kind {
        case .granted, .balance, .returned: seconds
        case .used, .expired, .trimmed, .withdrawn: -seconds
        }
    }
}

/// The quota of a contract: its lots, oldest first (rule 6). In rounded seconds.
public struct QuotaLedger: Hashable, Sendable {
    /// Lots with something left, oldest first.
    public private(set) var lots: [QuotaLot] = []
    /// What is left in all of them.
    public private(set) var leftSeconds: Int64 = 0

    /// No quota.
    public init() {}

    /// Adds a lot; one of 0 seconds is none. Throws `badContract` for a negative one, `outOfRange`.
    mutating func grant(
        _ seconds: Int64,
        for period: LocalMonth,
        expiresAfterPeriods: Int64?,
        as kind: QuotaEntry.Kind = .granted,
        with session: String? = nil
    ) throws(BillingError) -> [QuotaEntry] {
        guard seconds >= 0 else {
            throw BillingError(.badContract, "a quota is negative; lotse contract check names it")
        }
        guard seconds > 0 else { return [] }
        leftSeconds = try Checked.sum(leftSeconds, seconds)
        let lot = QuotaLot(
            period: period,
            grantedSeconds: seconds,
            leftSeconds: seconds,
            expiresAfterPeriods: expiresAfterPeriods
        )
        let index = lots.firstIndex { $0.period > period } ?? lots.endIndex
        lots.insert(lot, at: index)
        return [QuotaEntry(kind: kind, period: period, lot: period, seconds: seconds, session: session)]
    }

    /// Takes back from the newest lots what was set by hand, at most what is left.
    mutating func withdraw(_ seconds: Int64, in period: LocalMonth) -> [QuotaEntry] {
        lots.reverse()
        defer { lots.reverse() }
        return take(seconds).map {
            QuotaEntry(kind: .withdrawn, period: period, lot: $0.lot, seconds: $0.seconds)
        }
    }

    /// Ends all lots: the contract is over.
    mutating func expire(in period: LocalMonth) -> [QuotaEntry] {
        take(leftSeconds).map { QuotaEntry(kind: .expired, period: period, lot: $0.lot, seconds: $0.seconds) }
    }

    /// Covers a session's seconds from the oldest lots as far as they reach.
    mutating func use(_ seconds: Int64, by session: String, in period: LocalMonth) -> [QuotaEntry] {
        take(seconds).map {
            QuotaEntry(kind: .used, period: period, lot: $0.lot, seconds: $0.seconds, session: session)
        }
    }

    /// Ends a month: lots of their age expire, then the oldest are trimmed to the cap.
    mutating func close(_ period: LocalMonth, capSeconds: Int64?) -> [QuotaEntry] {
        var entries: [QuotaEntry] = []
        for lot in lots {
            guard let age = lot.expiresAfterPeriods, Int64(period.number - lot.period.number) >= age else { continue }
            entries.append(QuotaEntry(kind: .expired, period: period, lot: lot.period, seconds: lot.leftSeconds))
            leftSeconds -= lot.leftSeconds
        }
        lots.removeAll { lot in
            lot.expiresAfterPeriods.map { Int64(period.number - lot.period.number) >= $0 } ?? false
        }
        if let capSeconds, leftSeconds > max(0, capSeconds) {
            entries += take(leftSeconds - max(0, capSeconds)).map {
                QuotaEntry(kind: .trimmed, period: period, lot: $0.lot, seconds: $0.seconds)
            }
        }
        return entries
    }

    /// Takes from the first lots, which are the oldest; nothing where `seconds` is 0 or less.
    private mutating func take(_ seconds: Int64) -> [(lot: LocalMonth, seconds: Int64)] {
        var wanted = seconds
        var taken: [(lot: LocalMonth, seconds: Int64)] = []
        for index in lots.indices where wanted > 0 {
            let part = min(wanted, lots[index].leftSeconds)
            lots[index].leftSeconds -= part
            leftSeconds -= part
            wanted -= part
            taken.append((lots[index].period, part))
        }
        lots.removeAll { $0.leftSeconds == 0 }
        return taken
    }
}
