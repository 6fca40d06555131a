import Billing
import Contracts

/// What the same sessions cost with a contract and without one, for a client who must decide.
///
/// Without a contract each session costs its category's plain rate, every started half hour, without quota, fee and
/// surcharges; a defect is free either way, since the law makes it so. A consumer's amounts are gross, others' net.
public struct SimulationComparison: Hashable, Sendable {
    /// A session.
    public struct Session: Hashable, Sendable {
        /// Its id.
        public var session: String
        /// The category's id.
        public var category: String
        /// When it began.
        public var startedAt: Instant
        /// Connected time, in seconds.
        public var rawSeconds: Int64
        /// Rounded time without the contract, in seconds.
        public var secondsWithout: Int64
        /// The cost without the contract.
        public var centsWithout: Int64
        /// Rounded time with the contract, in seconds.
        public var secondsWith: Int64
        /// How much of it the quota covers, in seconds.
        public var quotaSeconds: Int64
        /// The cost with the contract, without the fee.
        public var centsWith: Int64
    }

    /// A month.
    public struct Month: Hashable, Sendable {
        /// Which.
        public var period: LocalMonth
        /// In the order (end, id).
        public var sessions: [Session]
        /// The fee; 0 without a retainer.
        public var feeCents: Int64
        /// All sessions without the contract.
        public var centsWithout: Int64
        /// Fee and sessions with the contract.
        public var centsWith: Int64
    }

    /// The terms.
    public let contract: Contract
    /// From the contract's or the first session's month to the last session's.
    public let months: [Month]
    /// The sum of the months without the contract.
    public let centsWithout: Int64
    /// The sum of the months with it.
    public let centsWith: Int64
    /// Whether amounts are gross.
    public let isGross: Bool
    let zone: TimeZoneRules

    /// Every started half hour.
    static let stepWithoutSeconds: Int64 = 1800

    /// Computes both. Throws `outOfRange` with the sentence of billing where it refuses contract or sessions.
    public init(contract: Contract, zone: TimeZoneRules, sessions: [WorkSession]) throws(InvoicingError) {
        self.contract = contract
        self.zone = zone
        let isGross = contract.client.kind == .consumer
        self.isGross = isGross
        let with = try Self.statements(contract, zone, sessions)
        let without = try Self.statements(Self.withoutContract(contract), zone, sessions)
        var months: [Month] = []
        for (with, without) in zip(with, without) { months.append(try Month(with, without, isGross: isGross)) }
        self.months = months
        centsWithout = try Exact.sum(months.map(\.centsWithout))
        centsWith = try Exact.sum(months.map(\.centsWith))
    }

    private static func statements(
        _ contract: Contract,
        _ zone: TimeZoneRules,
        _ sessions: [WorkSession]
    ) throws(InvoicingError) -> [PeriodStatement] {
        do {
            return try Simulation(contract: contract, zone: zone, sessions: sessions).statements()
        } catch {
            throw InvoicingError(error)
        }
    }

    private static func withoutContract(_ contract: Contract) -> Contract {
        var plain = contract
        plain.rounding = Contract.Rounding(stepSeconds: stepWithoutSeconds)
        plain.surcharges = []
        plain.retainer = nil
        plain.cap = nil
        return plain
    }
}

extension SimulationComparison.Month {
    init(_ with: PeriodStatement, _ without: PeriodStatement, isGross: Bool) throws(InvoicingError) {
        period = with.period
        let fee = with.retainer.flatMap { line in with.retainerVAT.map { (vat: $0, netCents: line.netCents) } }
        let amounts = [fee].compactMap(\.self) + with.sessions.map { (vat: $0.vat, netCents: $0.netCents) }
        var shown = try Self.shown(amounts, isGross: isGross)
        feeCents = fee == nil ? 0 : shown.removeFirst()
        let plain = try Self.shown(without.sessions.map { (vat: $0.vat, netCents: $0.netCents) }, isGross: isGross)
        sessions = zip(zip(with.sessions, without.sessions), zip(shown, plain)).map { bills, cents in
            SimulationComparison.Session(
                session: bills.0.session.session,
                category: bills.0.category.id,
                startedAt: bills.0.session.startedAt,
                rawSeconds: bills.0.time.rawSeconds,
                secondsWithout: bills.1.rounded.billedSeconds,
                centsWithout: cents.1,
                secondsWith: bills.0.rounded.billedSeconds,
                quotaSeconds: bills.0.quotaSeconds,
                centsWith: cents.0
            )
        }
        centsWithout = isGross ? without.grossCents : without.netCents
        centsWith = isGross ? with.grossCents : with.netCents
    }

    private static func shown(
        _ amounts: [(vat: Contract.VAT, netCents: Int64)],
        isGross: Bool
    ) throws(InvoicingError) -> [Int64] {
        isGross ? try GrossShares.of(amounts) : amounts.map(\.netCents)
    }
}
