import Contracts
internal import GRDB
import Receipts

/// # The ledger: what happened, when, and nobody can change it unnoticed
///
/// One SQLite file, `ledger.sqlite`, in the relay's folder. The truth is the table `entries`: every entry carries the
/// hash of the one before it, and the hash of the last one is signed with the relay's `ledger.key`, both in the file and
/// beside it in `ledger.head`. All other tables are *projections*, computed from the entries in the transaction that
/// appends, so that questions are ordinary SQL; ``verify(in:trusting:)`` computes them anew and compares.
///
/// - A write that has returned is on the disk (`synchronous=FULL`); one that has thrown left nothing behind.
/// - Every write is one entry in one transaction. The writes of one process run one after another on a queue of their
///   own, to their end, even if the task that waits is cancelled. Other processes may write at the same time.
/// - Times are Unix seconds in UTC. An *instant* is a session's start plus monotonic time, given by the caller; `at` is
///   the wall clock when an entry was written, a label.
/// - All failures are ``LedgerError``, except what a closure of the caller throws.
///
/// ```swift
/// try Ledger.create(in: folder, signer: key, at: now)
/// let ledger = try Ledger.open(in: folder, signer: key)
/// try await ledger.addOperator(name: "anna", email: nil, role: .owner, tokenHash: hash, tokenExpiresAt: tomorrow)
/// ```
///
/// - What is settled without a session's clock has an entry of its own: `workRecorded`, `sessionCredited`, `contractEnded`,
///   `quotaBalanced`. An entry's number is its place among all that was settled (``SessionRecord/entry``). `quotaPosted`
///   holds grants, uses and expiries of quota as the account came to them (rule 6).
///
/// Files: `Events/` what an entry can say and how it changes the projections; `Records/` what queries return;
/// `Storage/` the file, its writer and its head; `Ledger+….swift` the operations by noun.
public final class Ledger: Sendable {
    let store: Store

    private init(store: Store) { self.store = store }

    /// Makes an empty ledger in an existing folder.
    ///
    /// - Parameter at: the wall clock, Unix seconds.
    /// - Throws: `exists` where there is a ledger or a head already.
    public static func create(in folder: String, signer: SigningKey, at: Int64) throws {
        let folder = LedgerFolder(path: folder)
        try Check.time(at, "the relay's clock")
        try FileLock(folder.lock).exclusive {
            guard !FileSystem.exists(folder.database), !FileSystem.exists(folder.head) else {
                throw LedgerError(.exists, "there is a ledger in \(folder.path) already; choose an empty folder")
            }
            try Draft.install(in: folder) { db in
                try Schema.create(in: db)
                let created = LedgerCreated(version: Int64(Schema.version), key: signer.verifyingKey.hex)
                return try Store.append(.created(created), at: at, signer: signer, to: db)
            }
        }
    }

    /// Opens the ledger for reading and writing.
    ///
    /// A head file that a crash left one entry behind is brought up to date, and so is a ledger of an older version.
    ///
    /// - Throws: `missing`, `corrupt`, `otherVersion`; `tampered` where the ledger is shorter than its head or does not
    ///   have the entry that the head signs.
    public static func open(
        in folder: String,
        signer: SigningKey,
        options: LedgerOptions = LedgerOptions()
    ) throws -> Ledger {
        let folder = LedgerFolder(path: folder)
        do {
            try DatabaseHeader.check(folder.database, takesOlder: true)
            return Ledger(store: try Store(folder, signer: signer, options: options))
        } catch {
            throw LedgerError.translating(error)
        }
    }

    /// Closes the files; calls after this fail. Waits for writes that run.
    public func close() async throws {
        try await store.onWriter { [store] in
            // The writer must be the last to close: SQLite then folds the log into the file, and a reader could not.
            store.pool.releaseMemory()
            try store.pool.close()
        }
    }

    /// The signed head of what is committed.
    public func head() async throws -> LedgerHead {
        let key = store.signer.verifyingKey
        return try await store.read { try HeadCheck(db: $0, key: key).stored() }
    }

    /// The hash of the entry at `count`, or `nil` where the ledger is shorter: to see that it extends an older head.
    public func hash(at count: Int64) async throws -> Digest? {
        try await store.read { db in
            try db.row("SELECT * FROM entries WHERE sequence = ?", [count], EntryRecord.init(row:))?.hash
        }
    }

    /// The raw record in order, beginning with `sequence` (1 is the first), at most `limit` entries.
    public func entries(from sequence: Int64 = 1, limit: Int = 1000) async throws -> [EntryRecord] {
        try await store.read { db in
            try db.rows(
                "SELECT * FROM entries WHERE sequence >= ? ORDER BY sequence LIMIT ?",
                [sequence, max(0, limit)],
                EntryRecord.init(row:)
            )
        }
    }

    /// A number that changes when another connection, as a rule another process, has written: for polling.
    public func dataVersion() async throws -> Int64 {
        // Only the same connection's numbers can be compared, and the writer is the one that always exists.
        try await store.onWriter { [store] in
            try store.pool.writeWithoutTransaction { try Int64.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
        }
    }
}
