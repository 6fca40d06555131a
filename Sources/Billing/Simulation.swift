import Contracts

/// What sessions would cost under a contract: `lotse simulate`.
///
/// Caps, maximum and idle times, `signedOn` and the day the contract was stored are ignored, and sessions may overlap.
/// Months run from the contract's first (or the first session's, where that is earlier: then the contract is taken to
/// hold from that day on) to the last session's, those without sessions too.
public struct Simulation: Hashable, Sendable {
    /// The terms.
    public var contract: Contract
    /// The rules of the contract's time zone.
    public var zone: TimeZoneRules
    /// In any order.
    public var sessions: [WorkSession]

    /// A simulation from its parts.
    public init(contract: Contract, zone: TimeZoneRules, sessions: [WorkSession]) {
        self.contract = contract
        self.zone = zone
        self.sessions = sessions
    }

    /// The statements of all months, for pages that show more than `result` holds. Throws as `Account.bill`.
    public func statements() throws(BillingError) -> [PeriodStatement] {
        let ordered = sessions.map(unrestricted).sorted(by: WorkSession.isBefore)
        try refuseTwins(ordered)
        guard let last = ordered.last, let first = ordered.map(\.startedAt).min() else { return [] }
        var terms = contract
        terms.validFrom = min(terms.validFrom, zone.date(at: first))
        let version = ContractVersion(number: 1, contract: terms, zone: zone)
        var account = Account(history: try ContractHistory([version]))
        for session in ordered { _ = try account.bill(session) }
        try account.advance(to: LocalMonth(ofSessionEnding: last.endedAt, in: zone).next)
        return account.closed
    }

    /// The result as `lotse simulate --json` prints it. Throws as `Account.bill`.
    public func result() throws(BillingError) -> Result {
        Result(try statements(), currency: contract.currency)
    }

    private func unrestricted(_ session: WorkSession) -> WorkSession {
        var session = session
        session.idleFrom = nil
        session.cappedFrom = nil
        session.version = nil
        session.settled = nil
        return session
    }

    private func refuseTwins(_ sessions: [WorkSession]) throws(BillingError) {
        var seen: Set<[UInt8]> = []
        for session in sessions where !seen.insert(Array(session.session.utf8)).inserted {
            throw BillingError(
                .badSession,
                "two sessions are called \(quoted(session.session)); give each its own name"
            )
        }
    }
}

extension Simulation {
    /// What `lotse simulate --json` prints.
    public struct Result: Hashable, Codable, Sendable {
        /// In the order (end, id).
        public var sessions: [Session]
        /// In their order.
        public var periods: [Period]
        /// ISO 4217.
        public var currency: String
    }

    /// One session. Times in seconds.
    public struct Session: Hashable, Codable, Sendable {
        /// Its id.
        public var session: String
        /// Connected time.
        public var rawSeconds: Int64
        /// Stopped time.
        public var pausedSeconds: Int64
        /// Disconnected time.
        public var disconnectedSeconds: Int64
        /// Rounded time, for warranty too.
        public var billedSeconds: Int64
        /// After rounding, in time order.
        public var bands: [Band]
        /// Covered by the quota.
        public var quotaSeconds: Int64
        /// Its time and surcharge lines, without the fee.
        public var netCents: Int64
    }

    /// One month. Quota in rounded seconds: left = carried + granted - used - expired.
    public struct Period: Hashable, Codable, Sendable {
        /// The month.
        public var period: LocalMonth
        /// Retainer first, then by session.
        public var lines: [Line]
        /// The sum of the lines.
        public var netCents: Int64
        /// Rounded once per VAT group.
        public var vatCents: Int64
        /// Net and tax.
        public var grossCents: Int64
        /// From the month before.
        public var quotaCarriedSeconds: Int64
        /// With this month.
        public var quotaGrantedSeconds: Int64
        /// By this month's sessions.
        public var quotaUsedSeconds: Int64
        /// At its end.
        public var quotaExpiredSeconds: Int64
        /// For the next month.
        public var quotaLeftSeconds: Int64
        /// Connected seconds on no line.
        public var unbilled: [Unbilled]
    }
}

extension Simulation.Result {
    init(_ statements: [PeriodStatement], currency: String) {
        sessions = statements.flatMap(\.sessions).map(Simulation.Session.init)
        periods = statements.map(Simulation.Period.init)
        self.currency = currency
    }
}

extension Simulation.Session {
    init(_ bill: SessionBill) {
        session = bill.session.session
        rawSeconds = bill.time.rawSeconds
        pausedSeconds = bill.time.pausedSeconds
        disconnectedSeconds = bill.time.disconnectedSeconds
        billedSeconds = bill.rounded.billedSeconds
        bands = bill.rounded.bands
        quotaSeconds = bill.quotaSeconds
        netCents = bill.netCents
    }
}

extension Simulation.Period {
    init(_ statement: PeriodStatement) {
        period = statement.period
        lines = statement.lines
        netCents = statement.netCents
        vatCents = statement.vatCents
        grossCents = statement.grossCents
        quotaCarriedSeconds = statement.quotaCarriedSeconds
        quotaGrantedSeconds = statement.quotaGrantedSeconds
        quotaUsedSeconds = statement.quotaUsedSeconds
        quotaExpiredSeconds = statement.quotaExpiredSeconds
        quotaLeftSeconds = statement.quotaLeftSeconds
        unbilled = statement.unbilled
    }
}
