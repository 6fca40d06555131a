internal import GRDB
import Receipts

/// Compares signed heads with the entries.
struct HeadCheck {
    let db: Database
    let key: VerifyingKey

    /// What is wrong, and the first entry that it concerns.
    struct Problem: Hashable {
        let entry: Int64?
        let text: String
    }

    /// The head in the database, unchecked.
    func read() throws -> LedgerHead? {
        try db.row("SELECT head FROM head", [], { try $0.value("head") as String })
            .flatMap { try? LedgerHead(canonical: Array($0.utf8)) }
    }

    /// The head in the database, which must be that of exactly the entries there.
    func stored() throws -> LedgerHead {
        guard let head = try read() else {
            throw LedgerError(.tampered, "the ledger holds no signed head; restore it from a backup")
        }
        if let problem = try problem(with: head) {
            throw LedgerError(.tampered, "\(problem.text); restore the ledger from a backup")
        }
        guard try count() == head.count else {
            throw LedgerError(.tampered, "the ledger has entries that its head does not sign; restore it from a backup")
        }
        return head
    }

    /// The number of the last entry.
    func count() throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT COALESCE(MAX(sequence), 0) FROM entries") ?? 0
    }

    /// Why `head` cannot be a head that this ledger once had.
    func problem(with head: LedgerHead) throws -> Problem? {
        guard head.isSigned(by: key) else {
            return Problem(entry: nil, text: "the ledger's head is not signed by the ledger's key")
        }
        let count = try count()
        guard head.count <= count else {
            return Problem(
                entry: count &+ 1,
                text: "the ledger has \(count) entries and its signed head \(head.count): entries were cut off"
            )
        }
        let hash = try String.fetchOne(db, sql: "SELECT hash FROM entries WHERE sequence = ?", arguments: [head.count])
        guard hash == head.hash.hex else {
            return Problem(entry: head.count, text: "entry \(head.count) is not the one that the ledger's head signs")
        }
        return nil
    }
}
