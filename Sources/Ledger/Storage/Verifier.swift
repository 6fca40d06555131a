internal import GRDB
import Receipts

/// Checks one state of a ledger against itself and its signed heads.
///
/// Everything is read as bytes: text that only looks equal, or that hides something behind a zero byte, is not equal.
struct Verifier {
    let db: Database
    let key: VerifyingKey

    /// - Parameter file: the head beside the database, or why there is none; `nil` where none belongs to it.
    func run(file: Result<LedgerHead, LedgerError>?) throws -> VerifyReport {
        var found: [Problem] = []
        var count: Int64 = 0
        do {
            count = try Int64.fetchOne(db, sql: "SELECT COUNT(*) FROM entries") ?? 0
            let replay = try Replay()
            let broken = try EntryCheck(db: db, replay: replay).run()
            try replay.finish { fresh, misfit in
                // What does not fit was handed on before the chain broke.
                found = [misfit ?? broken].compactMap(\.self)
                found += try heads(file, count)
                if found.isEmpty { found = try ProjectionCheck(db: db, replay: fresh).run(count: count) }
                if found.isEmpty { found = try ReceiptCheck(db: db).run() }
                found += try schema(fresh)
            }
            found += try integrity()
        } catch let error as DatabaseError where Self.isPassing(error) {
            throw error
        } catch {
            let reason = (error as? DatabaseError)?.message ?? "\(error)"
            found.append(Problem(entry: nil, text: "the ledger cannot be read to its end: \(reason)"))
        }
        let first = found.first
        return VerifyReport(
            entries: count,
            ok: first == nil,
            firstBad: found.compactMap(\.entry).min(),
            problem: first.map { "\($0.text); restore the ledger from a backup" }
        )
    }

    /// Whether the error says something about the moment, not about the ledger.
    private static func isPassing(_ error: DatabaseError) -> Bool {
        [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_CANTOPEN].contains(error.resultCode)
    }

    typealias Problem = HeadCheck.Problem

    /// The head in the database signs exactly these entries; the one beside it is the same, or the one before where a
    /// crash came between commit and rename.
    private func heads(_ file: Result<LedgerHead, LedgerError>?, _ count: Int64) throws -> [Problem] {
        let check = HeadCheck(db: db, key: key)
        guard let stored = try check.read() else {
            return [Problem(entry: nil, text: "the ledger holds no signed head")]
        }
        if let problem = try check.problem(with: stored) { return [problem] }
        guard stored.count == count else {
            return [Problem(entry: stored.count &+ 1, text: "the ledger has entries that its head does not sign")]
        }
        switch file {
        case nil: return []
        case .failure(let error): return [Problem(entry: nil, text: error.diagnostics)]
        case .success(let head):
            if let problem = try check.problem(with: head) { return [problem] }
            guard head.count >= count &- 1 else {
                return [
                    Problem(
                        entry: head.count &+ 1,
                        text: "ledger.head is \(count &- head.count) entries old, which no crash explains"
                    )
                ]
            }
            return []
        }
    }

    private func schema(_ fresh: Database) throws -> [Problem] {
        let query = "SELECT type, name, tbl_name, CAST(sql AS BLOB) AS sql FROM sqlite_schema ORDER BY type, name"
        let (have, want) = (try Row.fetchAll(db, sql: query), try Row.fetchAll(fresh, sql: query))
        guard have != want else { return [] }
        let names = { (rows: [Row]) in Set(rows.map { row in (row["name"] as String?) ?? "" }) }
        let changed = names(want).symmetricDifference(names(have)).sorted().first ?? "one of them"
        return [Problem(entry: nil, text: "the ledger's tables and triggers were changed (\(changed))")]
    }

    private func integrity() throws -> [Problem] {
        let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "no answer"
        return answer == "ok" ? [] : [Problem(entry: nil, text: "the ledger's file is damaged: \(answer)")]
    }
}
