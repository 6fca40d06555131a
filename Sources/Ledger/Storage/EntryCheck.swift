internal import GRDB
import Receipts

/// Follows the hash chain and replays every entry into a fresh database.
struct EntryCheck {
    let db: Database
    let replay: Database

    /// The first problem, if there is one. `count` becomes the number of entries.
    func run(count: inout Int64) throws -> [HeadCheck.Problem] {
        count = try Int64.fetchOne(db, sql: "SELECT COUNT(*) FROM entries") ?? 0
        var problem: HeadCheck.Problem?
        try replay.inTransaction {
            problem = try follow()
            return .commit
        }
        return problem.map { [$0] } ?? []
    }

    private func follow() throws -> HeadCheck.Problem? {
        var expected: Int64 = 1
        var previous = Digest.zero
        let cursor = try Row.fetchCursor(
            db,
            sql: """
                SELECT sequence, at, CAST(kind AS BLOB) AS kind, CAST(payload AS BLOB) AS payload,
                    CAST(previousHash AS BLOB) AS previousHash, CAST(hash AS BLOB) AS hash
                FROM entries ORDER BY sequence
                """
        )
        while let row = try cursor.next() {
            let sequence: Int64 = try row.value("sequence")
            guard sequence == expected else {
                return .init(entry: expected, text: "entry \(expected) is missing")
            }
            let (stated, hash) = (try row.bytes("previousHash"), try row.bytes("hash"))
            let (kind, payload) = (try row.bytes("kind"), try row.bytes("payload"))
            let at: Int64 = try row.value("at")
            guard let statedHash = Digest(hex: String(decoding: stated, as: UTF8.self)),
                let kindText = String(validating: kind, as: UTF8.self)
            else { return .init(entry: sequence, text: "entry \(sequence) was changed") }
            let computed = EntryRecord.hash(sequence, at, kindText, payload, statedHash)
            guard Array(computed.hex.utf8) == hash else {
                return .init(entry: sequence, text: "entry \(sequence) was changed: its hash does not fit")
            }
            guard statedHash == previous else {
                // This entry is whole and attests another one before it, so that the one before is not the original.
                let entry = max(1, sequence &- 1)
                return .init(entry: entry, text: "entry \(entry) was replaced: entry \(sequence) attests another one")
            }
            if let problem = apply(sequence, at, kindText, payload) { return problem }
            previous = computed
            expected &+= 1
        }
        return nil
    }

    private func apply(_ sequence: Int64, _ at: Int64, _ kind: String, _ payload: [UInt8]) -> HeadCheck.Problem? {
        do {
            let event = try LedgerEvent(kind: kind, payload: payload)
            try event.payload.apply(EntryStamp(sequence: sequence, at: at), to: replay)
            return nil
        } catch {
            return .init(entry: sequence, text: "entry \(sequence) does not fit the entries before it")
        }
    }
}

extension Row {
    /// The bytes of a column that was cast to a BLOB.
    func bytes(_ column: String) throws -> [UInt8] {
        let stored: DatabaseValue = self[column] ?? .null
        guard case .blob(let data) = stored.storage else { return [] }
        return Array(data)
    }
}
