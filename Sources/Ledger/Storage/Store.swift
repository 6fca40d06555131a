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
        try lock.exclusive {
            try pool.writeWithoutTransaction { db in
                var head: LedgerHead?
                var value: Result?
                try db.inTransaction(.immediate) {
                    let now = options.clock()
                    try Check.time(now, "the relay's clock")
                    try checkHead(db)
                    if let event = try decide(db, now) {
                        head = try Store.append(event, at: now, signer: signer, to: db)
                    }
                    value = try result(db)
                    if let head { try folder.stage(head) }
                    return .commit
                }
                if head != nil {
                    // The entry is committed and must be acknowledged. A head file that stays behind is mended by the
                    // next append, which cannot commit before it could write here.
                    try? folder.publishHead()
                }
                guard let value else { throw LedgerError(.internal, "the ledger returned nothing") }
                return value
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
        let entry = try EntryRecord(after: try EntryRecord.last(in: db), at: now, event: event)
        try entry.insert(into: db)
        try event.payload.apply(EntryStamp(sequence: entry.sequence, at: entry.at), to: db)
        let head = try LedgerHead(count: entry.sequence, hash: entry.hash, signedBy: signer)
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
