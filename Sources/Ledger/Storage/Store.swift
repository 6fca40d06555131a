internal import Dispatch
internal import GRDB
import Receipts

/// The database and its one writer.
///
/// Writes run on a queue of their own, not in the caller's task: once called they run to their end, whether or not the
/// task that waits for them is cancelled.
final class Store: Sendable {
    let folder: LedgerFolder
    let options: LedgerOptions
    let pool: DatabasePool
    let signer: SigningKey
    private let lock: FileLock
    private let queue = DispatchQueue(label: "lotse.ledger.writer")

    init(_ folder: LedgerFolder, signer: SigningKey, options: LedgerOptions) throws {
        self.folder = folder
        self.signer = signer
        self.options = options
        lock = try FileLock(folder.lock)
        var configuration = Configuration()
        configuration.label = "lotse.ledger"
        configuration.busyMode = .timeout(Double(options.busySeconds))
        pool = try DatabasePool(path: folder.database, configuration: configuration)
        // A pool begins with synchronous=NORMAL, under which a commit may be lost with the power.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try lock.exclusive {
            try pool.write { try Schema.update($0) }
            try settleHead()
        }
    }

    /// Appends the event that `decide` returns, or nothing for `nil`; `result` then reads what the caller gets.
    ///
    /// `decide` runs inside the transaction and sees all that other processes have committed. One transaction carries
    /// one entry, so that a head file can be behind by one entry at most, after a crash between commit and rename.
    func append<Result: Sendable>(
        _ decide: @escaping @Sendable (_ db: Database, _ now: Int64) throws -> LedgerEvent?,
        result: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await onWriter { try self.appendNow(decide, result: result) }
    }

    /// Reads a consistent state. An entry whose append has returned is visible.
    ///
    /// Detached for the same reason as writes have their queue: whoever cleans up after a cancelled task must still be
    /// able to look things up.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        do {
            return try await Task.detached { [pool] in try await pool.read(body) }.value
        } catch {
            throw LedgerError.translating(error)
        }
    }

    /// Runs `body` on the writer's queue to its end.
    func onWriter<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Swift.Result { try body() }.mapError(LedgerError.translating))
            }
        }
    }

    private func appendNow<Result>(
        _ decide: (_ db: Database, _ now: Int64) throws -> LedgerEvent?,
        result: (Database) throws -> Result
    ) throws -> Result {
        try commit { db, now in
            let head = try decide(db, now).map { try Store.append($0, at: now, signer: signer, to: db) }
            return (head, try result(db))
        }
    }

    /// Appends many entries under one head.
    func append(past events: [(at: Int64, event: LedgerEvent)]) async throws {
        try await onWriter { [self] in
            try commit { db, _ in
                var last = try EntryRecord.last(in: db)
                for (at, event) in events { last = try Store.add(event, at: at, after: last, to: db) }
                return (try last.map { try Store.sign($0, with: signer, in: db) }, ())
            }
        }
    }

    /// Runs `body` in a transaction; the head that it returns is on the disk before the commit, and valid after it.
    private func commit<Result>(
        _ body: (_ db: Database, _ now: Int64) throws -> (head: LedgerHead?, result: Result)
    ) throws -> Result {
        try lock.exclusive {
            try pool.writeWithoutTransaction { db in
                var done: (head: LedgerHead?, result: Result)?
                try db.inTransaction(.immediate) {
                    let now = options.clock()
                    try Check.time(now, "the relay's clock")
                    try checkHead(db)
                    done = try body(db, now)
                    if let head = done?.head { try folder.stage(head) }
                    return .commit
                }
                if done?.head != nil {
                    // The entry is committed and must be acknowledged. A head file that stays behind is mended by the
                    // next append, which cannot commit before it could write here.
                    try? folder.publishHead()
                }
                guard let done else { throw LedgerError(.internal, "the ledger returned nothing") }
                return done.result
            }
        }
    }

    /// Before anything is signed: the entries there must be those that the last writer signed, or a forged one would
    /// be signed with the next. Where that writer died before it could publish its head, this does: with the next
    /// entry the head file would otherwise be two behind.
    private func checkHead(_ db: Database) throws {
        let stored = try HeadCheck(db: db, key: signer.verifyingKey).stored()
        guard try FileSystem.read(folder.head, atMost: 4097) != stored.canonicalBytes,
            let file = try? folder.readHead(), file.count < stored.count
        else { return }
        try folder.stage(stored)
        try folder.publishHead()
    }

    /// Appends an entry, applies it to the projections and signs the new head.
    static func append(_ event: LedgerEvent, at now: Int64, signer: SigningKey, to db: Database) throws -> LedgerHead {
        try sign(try add(event, at: now, after: EntryRecord.last(in: db), to: db), with: signer, in: db)
    }

    private static func add(
        _ event: LedgerEvent,
        at now: Int64,
        after last: EntryRecord?,
        to db: Database
    ) throws -> EntryRecord {
        let entry = try EntryRecord(after: last, at: now, event: event)
        try entry.insert(into: db)
        try event.payload.apply(EntryStamp(sequence: entry.sequence, at: entry.at), to: db)
        return entry
    }

    private static func sign(_ last: EntryRecord, with signer: SigningKey, in db: Database) throws -> LedgerHead {
        let head = try LedgerHead(count: last.sequence, hash: last.hash, signedBy: signer)
        try db.run(
            "INSERT INTO head (id, head) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET head = excluded.head",
            [String(decoding: head.canonicalBytes, as: UTF8.self)]
        )
        return head
    }

    /// Compares the head file with the ledger, and brings a file that a crash left behind up to date.
    private func settleHead() throws {
        let stored = try pool.read { try HeadCheck(db: $0, key: signer.verifyingKey).stored() }
        let file = try folder.readHead()
        if let problem = try pool.read({ try HeadCheck(db: $0, key: signer.verifyingKey).problem(with: file) }) {
            throw LedgerError(.tampered, "\(problem.text); restore the ledger from a backup")
        }
        guard file.count < stored.count else { return }
        try folder.stage(stored)
        try folder.publishHead()
    }
}
