internal import GRDB

/// A session that was given back.
public struct CreditRecord: Hashable, Sendable {
    /// The session.
    public let session: String
    /// Its contract.
    public let contract: String
    /// Why.
    public let reason: String
    /// Whether its time stays as warranty.
    public let asWarranty: Bool
    /// Who decided it.
    public let givenBy: String
    /// When, Unix seconds.
    public let at: Int64
    /// The entry: its place among all that was settled.
    public let entry: Int64

    init(row: StoredRow) throws {
        session = try row.value("session")
        contract = try row.value("contract")
        reason = try row.value("reason")
        asWarranty = try row.value("asWarranty") as Int64 != 0
        givenBy = try row.value("givenBy")
        at = try row.value("at")
        entry = try row.value("entry")
    }

    /// The sessions of a contract that were given back, in their order.
    static func fetch(_ contract: String, in db: Database) throws -> [CreditRecord] {
        try db.rows("SELECT * FROM credits WHERE contract = ? ORDER BY entry", [contract], CreditRecord.init(row:))
    }
}

/// A contract's end as somebody decided it; the last one holds.
public struct ContractEndRecord: Hashable, Sendable {
    /// The contract.
    public let contract: String
    /// The last day, `2026-12-31`; nil: it goes on after all.
    public let endsOn: String?
    /// Who decided it.
    public let decidedBy: String
    /// When, Unix seconds.
    public let at: Int64
    /// The entry: its place among all that was settled.
    public let entry: Int64

    init(row: StoredRow) throws {
        contract = try row.value("contract")
        endsOn = try row.optional("endsOn")
        decidedBy = try row.value("decidedBy")
        at = try row.value("at")
        entry = try row.value("entry")
    }

    /// The decisions about a contract in their order.
    static func fetch(_ contract: String, in db: Database) throws -> [ContractEndRecord] {
        try db.rows(
            "SELECT * FROM contractEnds WHERE contract = ? ORDER BY entry",
            [contract],
            ContractEndRecord.init(row:)
        )
    }
}

/// Quota that was set by hand.
public struct BalanceRecord: Hashable, Sendable {
    /// How much, in rounded seconds; negative takes back.
    public let seconds: Int64
    /// Who did.
    public let givenBy: String
    /// When, Unix seconds.
    public let at: Int64
    /// The entry: its place among all that was settled.
    public let entry: Int64

    init(row: StoredRow) throws {
        seconds = try row.value("seconds")
        givenBy = try row.value("givenBy")
        at = try row.value("at")
        entry = try row.value("entry")
    }

    /// The quota of a contract that was set by hand, in order.
    static func fetch(_ contract: String, in db: Database) throws -> [BalanceRecord] {
        try db.rows("SELECT * FROM balances WHERE contract = ? ORDER BY entry", [contract], BalanceRecord.init(row:))
    }
}

/// Something that happened to a contract's quota (rule 6).
public struct QuotaPosting: Codable, Hashable, Sendable {
    /// What happened: `granted`, `balance`, `withdrawn`, `returned`, `used`, `expired`, `trimmed`.
    public let kind: String
    /// The month in which it happened, `2026-11`.
    public let period: String
    /// The month that the lot was granted for.
    public let lot: String
    /// How much, above 0.
    public let seconds: Int64
    /// The session that used it, or with which it came back.
    public let session: String?
    /// What is left of all lots after it.
    public let leftSeconds: Int64

    /// A posting from its parts.
    public init(kind: String, period: String, lot: String, seconds: Int64, session: String?, leftSeconds: Int64) {
        self.kind = kind
        self.period = period
        self.lot = lot
        self.seconds = seconds
        self.session = session
        self.leftSeconds = leftSeconds
    }

    init(row: StoredRow) throws {
        self.init(
            kind: try row.value("kind"),
            period: try row.value("period"),
            lot: try row.value("lot"),
            seconds: try row.value("seconds"),
            session: try row.optional("session"),
            leftSeconds: try row.value("leftSeconds")
        )
    }

    /// What is written down of a contract's quota, in order.
    static func fetch(_ contract: String, in db: Database) throws -> [QuotaPosting] {
        try db.rows("SELECT * FROM quota WHERE contract = ? ORDER BY position", [contract], QuotaPosting.init(row:))
    }
}
