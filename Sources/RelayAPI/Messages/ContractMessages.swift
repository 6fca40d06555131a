/// `POST /v1/contracts`: stores the next version.
public struct NewContract: Codable, Sendable {
    /// The file as the freelancer wrote it; the relay reads it itself.
    public var source: String

    /// A request.
    public init(source: String) { self.source = source }
}

/// One version of a contract, without its terms.
public struct ContractSummary: Codable, Sendable, Equatable {
    /// The contract's id.
    public var contract: String
    /// 1, 2, 3 …
    public var version: Int64
    /// SHA-256 of the canonical bytes, in hexadecimal.
    public var hash: String
    /// The contract's title.
    public var title: String
    /// The client's name.
    public var client: String
    /// First day, `YYYY-MM-DD`, in the contract's time zone.
    public var validFrom: String
    /// When the relay stored it.
    public var addedAt: Timestamp
    /// The contract's last day, `YYYY-MM-DD`, where one side gave notice.
    public var endsOn: String?

    /// A summary.
    public init(
        contract: String,
        version: Int64,
        hash: String,
        title: String,
        client: String,
        validFrom: String,
        addedAt: Timestamp,
        endsOn: String? = nil
    ) {
        self.contract = contract
        self.version = version
        self.hash = hash
        self.title = title
        self.client = client
        self.validFrom = validFrom
        self.addedAt = addedAt
        self.endsOn = endsOn
    }
}

/// One version of a contract with its terms.
public struct ContractDocument: Codable, Sendable {
    /// Which one.
    public var summary: ContractSummary
    /// The canonical bytes (RFC 8785) as text: what is hashed.
    public var canonical: String
    /// The file as it was added.
    public var source: String
    /// What became of the included time, month by month; nil where the contract has none.
    public var quota: [QuotaMonth]?

    /// A document.
    public init(summary: ContractSummary, canonical: String, source: String, quota: [QuotaMonth]? = nil) {
        self.summary = summary
        self.canonical = canonical
        self.source = source
        self.quota = quota
    }
}
