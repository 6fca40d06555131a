internal import GRDB

/// One version of a contract.
public struct ContractRecord: Hashable, Sendable {
    /// The contract's name.
    public let contract: String
    /// The version: 1 is the first.
    public let version: Int64
    /// The hash of the canonical terms, lowercase hexadecimal.
    public let hash: String
    /// The canonical terms, byte for byte as they were added.
    public let canonical: String
    /// The file as the operator wrote it.
    public let source: String
    /// The operator who added it.
    public let addedBy: String
    /// When it was added, Unix seconds.
    public let addedAt: Int64

    init(row: StoredRow) throws {
        contract = try row.value("contract")
        version = try row.value("version")
        hash = try row.value("hash")
        canonical = try row.value("canonical")
        source = try row.value("source")
        addedBy = try row.value("addedBy")
        addedAt = try row.value("addedAt")
    }

    /// All versions of a contract, oldest first.
    static func versions(of contract: String, in db: Database) throws -> [ContractRecord] {
        try db.rows(
            "SELECT * FROM contracts WHERE contract = ? ORDER BY version",
            [contract],
            ContractRecord.init(row:)
        )
    }

    static func fetch(_ contract: String, _ version: Int64?, in db: Database) throws -> ContractRecord? {
        guard let version else {
            return try db.row(
                "SELECT * FROM contracts WHERE contract = ? ORDER BY version DESC LIMIT 1",
                [contract],
                ContractRecord.init(row:)
            )
        }
        return try db.row(
            "SELECT * FROM contracts WHERE contract = ? AND version = ?",
            [contract, version],
            ContractRecord.init(row:)
        )
    }
}
