import Contracts
internal import GRDB
import Receipts

/// One entry of the raw record.
public struct EntryRecord: Hashable, Sendable {
    /// Its place: 1 is the first.
    public let sequence: Int64
    /// The wall clock when it was written, Unix seconds in UTC.
    public let at: Int64
    /// What happened.
    public let kind: String
    /// The event's members as canonical JSON (RFC 8785).
    public let payload: String
    /// The hash of the entry before; zero bytes for the first.
    public let previousHash: Digest
    /// SHA-256 over the domain `lotse/1 ledger entry`, a zero byte and the canonical
    /// `{"at","kind","payload","previousHash","sequence"}`.
    public let hash: Digest

    /// The next entry of a chain.
    init(after previous: EntryRecord?, at: Int64, event: LedgerEvent) throws {
        let (sequence, overflow) = (previous?.sequence ?? 0).addingReportingOverflow(1)
        guard !overflow else { throw LedgerError(.internal, "the ledger is full") }
        let payload = try event.canonicalPayload()
        let previousHash = previous?.hash ?? .zero
        self.sequence = sequence
        self.at = at
        kind = event.kind
        self.payload = payload
        self.previousHash = previousHash
        hash = Array(payload.utf8).withUnsafeBytes { Self.hash(sequence, at, event.kind, $0, previousHash.hex) }
    }

    /// The hash that an entry with these members has.
    ///
    /// The payload is canonical text already, so that the canonical text around it is written directly; the members
    /// stand in the order of RFC 8785 §3.2.3.
    static func hash(
        _ sequence: Int64,
        _ at: Int64,
        _ kind: String,
        _ payload: UnsafeRawBufferPointer,
        _ previousHash: String
    ) -> Digest {
        var hash = SHA256(domain: .ledgerEntry)
        hash.update(Array("{\"at\":\(at),\"kind\":\(JSONValue.string(kind).canonicalText),\"payload\":".utf8))
        hash.update(payload)
        hash.update(Array(",\"previousHash\":\"\(previousHash)\",\"sequence\":\(sequence)}".utf8))
        return hash.finish()
    }

    func insert(into db: Database) throws {
        try db.run(
            "INSERT INTO entries (sequence, at, kind, payload, previousHash, hash) VALUES (?, ?, ?, ?, ?, ?)",
            [sequence, at, kind, payload, previousHash.hex, hash.hex]
        )
    }

    static func last(in db: Database) throws -> EntryRecord? {
        try db.row("SELECT * FROM entries ORDER BY sequence DESC LIMIT 1", [], EntryRecord.init(row:))
    }

    init(row: StoredRow) throws {
        guard let previousHash = Digest(hex: try row.value("previousHash")),
            let hash = Digest(hex: try row.value("hash"))
        else { throw LedgerError(.corrupt, "an entry's hash is not readable; run lotse-relay verify") }
        sequence = try row.value("sequence")
        at = try row.value("at")
        kind = try row.value("kind")
        payload = try row.value("payload")
        self.previousHash = previousHash
        self.hash = hash
    }
}
