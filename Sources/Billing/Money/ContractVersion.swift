import Contracts

/// One version of a contract with what billing must know besides its terms.
public struct ContractVersion: Hashable, Sendable {
    /// 1 for the first.
    public var number: Int64
    /// The terms.
    public var contract: Contract
    /// The rules of the contract's time zone.
    public var zone: TimeZoneRules
    /// When the relay stored it; nil: it always was there (a simulation).
    public var storedAt: Instant?

    /// A version from its parts.
    public init(number: Int64, contract: Contract, zone: TimeZoneRules, storedAt: Instant? = nil) {
        self.number = number
        self.contract = contract
        self.zone = zone
        self.storedAt = storedAt
    }

    /// Whether these terms hold at a moment (rule 5): valid from the local date on, stored before.
    func isInForce(at instant: Instant) -> Bool {
        contract.validFrom <= zone.date(at: instant) && storedAt.map { $0 < instant } ?? true
    }

    /// When the terms first hold, in seconds of UTC.
    var begin: Int64 {
        let valid = zone.utc(local: Int64(contract.validFrom.daysSinceEpoch) * 86_400)
        return max(valid, storedAt?.seconds ?? valid)
    }

    /// The month in which the terms first hold (rule 6): the later of `validFrom` and the one they were stored in.
    var firstPeriod: LocalMonth {
        let valid = LocalMonth(contract.validFrom)
        return storedAt.map { max(valid, LocalMonth(zone.date(at: $0))) } ?? valid
    }
}

/// All versions of a contract, and which of them holds when (rules 5, 6, 9).
public struct ContractHistory: Hashable, Sendable {
    /// By ascending number.
    public let versions: [ContractVersion]

    /// Throws `badContract` where there is no version or two have one number.
    public init(_ versions: [ContractVersion]) throws(BillingError) {
        guard !versions.isEmpty, Set(versions.map(\.number)).count == versions.count else {
            throw BillingError(
                .badContract,
                "a contract needs versions with a number each; lotse contract show lists them"
            )
        }
        self.versions = versions.sorted { $0.number < $1.number }
    }

    /// The version with a number.
    public func version(_ number: Int64) -> ContractVersion? { versions.first { $0.number == number } }

    /// The highest version in force at a moment (rule 5); nil before the first.
    public func version(at instant: Instant) -> ContractVersion? {
        versions.last { $0.isInForce(at: instant) }
    }

    /// The version of a session: the one it names, or the one in force at its start. Throws `notInForce`.
    func version(of session: WorkSession) throws(BillingError) -> ContractVersion {
        if let number = session.version {
            if let version = version(number) { return version }
        } else if let version = version(at: session.startedAt) {
            return version
        }
        throw BillingError(
            .notInForce,
            "no version of the contract is in force for session \(session.session); lotse contract show lists them"
        )
    }

    /// The month of the first grant (rule 6).
    var firstPeriod: LocalMonth {
        versions.map(\.firstPeriod).reduce(versions[0].firstPeriod, min)
    }

    /// The version whose retainer a month has (rules 5, 6): the one in force at the month's start; in the contract's
    /// first month, which begins later than that, the one it begins with. Nil before it and after the contract's end.
    func version(ofPeriod period: LocalMonth) -> ContractVersion? {
        let inForce = versions.last { version in
            guard let start = try? Instant(seconds: period.start(in: version.zone)) else { return false }
            return version.isInForce(at: start)
        }
        // Of two that begin at once the higher one holds, as it does later.
        let beginning = versions.reversed().filter { $0.firstPeriod <= period }.min { $0.begin < $1.begin }
        guard let chosen = inForce ?? beginning else { return nil }
        let endsBefore = chosen.contract.validUntil.map { LocalMonth($0) < period } ?? false
        return endsBefore ? nil : chosen
    }
}
