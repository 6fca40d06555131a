internal import GRDB

/// A version of a contract; never changed again.
struct ContractAdded: EventPayload {
    static let kind = "contractAdded"
    let contract: String
    let version: Int64
    /// The hash of the canonical terms, hexadecimal.
    let hash: String
    /// The canonical terms, byte for byte.
    let canonical: String
    /// The file as the operator wrote it.
    let source: String
    let `operator`: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            INSERT INTO contracts (contract, version, hash, canonical, source, addedBy, addedAt, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [contract, version, hash, canonical, source, `operator`, entry.at, entry.sequence]
        )
    }
}
