internal import GRDB
import Receipts

extension Ledger {
    /// Checks the whole ledger in `folder`, also while another process writes to it: reads a consistent state once,
    /// follows the hash chain, compares with both signed heads, and computes every other table anew.
    ///
    /// Takes time linear in the number of entries, on the caller's thread, and writes nothing.
    ///
    /// - Parameter key: the public half of `ledger.key`.
    /// - Throws: `missing`, `corrupt`, `otherVersion`, `io`, `busy`: where there is nothing that could be checked. What is
    ///   found wrong is in the report.
    public static func verify(in folder: String, trusting key: VerifyingKey) throws -> VerifyReport {
        let folder = LedgerFolder(path: folder)
        do {
            try DatabaseHeader.check(folder.database)
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let queue = try DatabaseQueue(path: folder.database, configuration: configuration)
            defer { try? queue.close() }
            return try queue.inDatabase { db in
                var report: VerifyReport?
                try db.inTransaction(.deferred) {
                    let file = try snapshot(db, folder)
                    report = try Verifier(db: db, key: key).run(file: file)
                    return .commit
                }
                guard let report else { throw LedgerError(.internal, "the check gave no report") }
                return report
            }
        } catch {
            throw LedgerError.translating(error)
        }
    }

    /// The same for an open ledger, off the caller's thread.
    public func verify() async throws -> VerifyReport {
        let (path, key) = (store.folder.path, store.signer.verifyingKey)
        return try await Background.run { try Ledger.verify(in: path, trusting: key) }
    }

    /// Fixes the state that the transaction reads, and reads the head file that belongs to it: no commit may come
    /// between the two.
    private static func snapshot(_ db: Database, _ folder: LedgerFolder) throws -> Result<LedgerHead, LedgerError> {
        let both = {
            _ = try Int64.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_schema")
            do {
                return Result<LedgerHead, LedgerError>.success(try folder.readHead())
            } catch let error as LedgerError where error.kind == .tampered {
                return .failure(error)
            }
        }
        guard let lock = FileLock(reading: folder.lock) else { return try both() }
        return try lock.shared(both)
    }
}
