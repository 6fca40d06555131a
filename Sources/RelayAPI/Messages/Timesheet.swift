/// `GET /v1/timesheet?contract=ID&month=YYYY-MM`.
public struct Timesheet: Codable, Sendable {
    /// One session of the period.
    public struct Row: Codable, Sendable, Equatable {
        /// The session's id.
        public var session: String
        /// The operator's name.
        public var `operator`: String
        /// The category's id.
        public var category: String
        /// When the clock started.
        public var startedAt: Timestamp
        /// When it ended.
        public var endedAt: Timestamp
        /// Ended − started − paused − disconnected.
        public var rawSeconds: Int64
        /// How long the clock was stopped.
        public var pausedSeconds: Int64
        /// How long an end was gone.
        public var disconnectedSeconds: Int64
        /// The rounded time.
        public var billedSeconds: Int64
        /// What its time and surcharges come to, net, in cents; nil where the contract cannot be billed.
        public var netCents: Int64?
        /// ISO 4217.
        public var currency: String
        /// What was done; empty where nobody wrote it down.
        public var summary: String
        /// Why it ended, where the relay had to close it, or that it was written down later.
        public var reason: String?
        /// What became of the receipt: `signed`, `refused`, `timeout`, `disputed`; nil where there is none yet.
        public var receipt: String?
        /// Whether it was written down afterwards, without an agent; nil for a session with a clock.
        public var recorded: Bool?

        /// A row.
        public init(
            session: String,
            operator: String,
            category: String,
            startedAt: Timestamp,
            endedAt: Timestamp,
            rawSeconds: Int64,
            pausedSeconds: Int64,
            disconnectedSeconds: Int64,
            billedSeconds: Int64,
            netCents: Int64?,
            currency: String,
            summary: String,
            reason: String?,
            receipt: String? = nil,
            recorded: Bool? = nil
        ) {
            self.session = session
            self.operator = `operator`
            self.category = category
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.rawSeconds = rawSeconds
            self.pausedSeconds = pausedSeconds
            self.disconnectedSeconds = disconnectedSeconds
            self.billedSeconds = billedSeconds
            self.netCents = netCents
            self.currency = currency
            self.summary = summary
            self.reason = reason
            self.receipt = receipt
            self.recorded = recorded
        }
    }

    /// A session that was given back in the period; figures are what changed.
    public struct Credit: Codable, Sendable, Equatable {
        /// The session's id.
        public var session: String
        /// Who had helped.
        public var `operator`: String
        /// The category's id.
        public var category: String
        /// When it was given back.
        public var givenAt: Timestamp
        /// Why.
        public var reason: String
        /// Whether its time stays as warranty.
        public var asWarranty: Bool
        /// By how much the billed time changes; 0 as warranty.
        public var billedSeconds: Int64
        /// Included time that came back.
        public var quotaReturnedSeconds: Int64
        /// Minus what the session had come to, in cents.
        public var netCents: Int64

        /// A credit.
        public init(
            session: String,
            operator: String,
            category: String,
            givenAt: Timestamp,
            reason: String,
            asWarranty: Bool,
            billedSeconds: Int64,
            quotaReturnedSeconds: Int64,
            netCents: Int64
        ) {
            self.session = session
            self.operator = `operator`
            self.category = category
            self.givenAt = givenAt
            self.reason = reason
            self.asWarranty = asWarranty
            self.billedSeconds = billedSeconds
            self.quotaReturnedSeconds = quotaReturnedSeconds
            self.netCents = netCents
        }
    }

    /// Sums over the rows.
    public struct Totals: Codable, Sendable, Equatable {
        /// Sum of the connected time.
        public var rawSeconds: Int64
        /// Sum of the billed time.
        public var billedSeconds: Int64
        /// Included time that the month's sessions used; nil where there is none.
        public var quotaUsedSeconds: Int64?
        /// Included time that is left.
        public var quotaLeftSeconds: Int64?
        /// Sum of the sessions' amounts, net, without the retainer, in cents.
        public var netCents: Int64?
        /// ISO 4217.
        public var currency: String

        /// Sums.
        public init(
            rawSeconds: Int64,
            billedSeconds: Int64,
            quotaUsedSeconds: Int64?,
            quotaLeftSeconds: Int64?,
            netCents: Int64?,
            currency: String
        ) {
            self.rawSeconds = rawSeconds
            self.billedSeconds = billedSeconds
            self.quotaUsedSeconds = quotaUsedSeconds
            self.quotaLeftSeconds = quotaLeftSeconds
            self.netCents = netCents
            self.currency = currency
        }
    }

    /// The contract's id.
    public var contract: String
    /// IANA name of the zone whose months count.
    public var timeZone: String
    /// A session belongs here where it ended after this moment …
    public var from: Timestamp
    /// … and not after this one.
    public var to: Timestamp
    /// In the order of their ends.
    public var sessions: [Row]
    /// What was given back in the period, sessions of earlier ones too; nil where nothing was.
    public var credits: [Credit]?
    /// The sums of sessions and credits.
    public var totals: Totals

    /// A timesheet.
    public init(
        contract: String,
        timeZone: String,
        from: Timestamp,
        to: Timestamp,
        sessions: [Row],
        credits: [Credit]? = nil,
        totals: Totals
    ) {
        self.credits = credits
        self.contract = contract
        self.timeZone = timeZone
        self.from = from
        self.to = to
        self.sessions = sessions
        self.totals = totals
    }
}
