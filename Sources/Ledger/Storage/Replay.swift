internal import Dispatch
internal import GRDB
internal import Synchronization

/// A fresh database to which a ledger's entries are applied, on a thread beside the one that reads them.
final class Replay: Sendable {
    /// An entry as it is applied.
    struct Step: Sendable {
        let stamp: EntryStamp
        let event: LedgerEvent
    }

    private let database: DatabaseQueue
    private let problem = Mutex<HeadCheck.Problem?>(nil)
    /// The reader must not run so far ahead that all entries are in memory.
    private let room = DispatchSemaphore(value: 4)

    init() throws {
        database = try DatabaseQueue()
        // Nothing is ever rolled back: what does not fit ends the replay.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = OFF") }
        try database.write { try Schema.createTables(in: $0) }
    }

    /// Applies these entries after all that came before; the call returns before that is done.
    ///
    /// - Returns: whether all entries so far could be applied, as far as is known.
    func apply(_ steps: [Step]) -> Bool {
        guard problem.withLock({ $0 == nil }) else { return false }
        room.wait()
        database.asyncWriteWithoutTransaction { db in
            self.applyNow(steps, to: db)
            self.room.signal()
        }
        return true
    }

    /// Waits until all is applied, and lends the database, once.
    ///
    /// - Parameter body: is called with the first problem, if there is one.
    func finish<Result>(_ body: (Database, HeadCheck.Problem?) throws -> Result) throws -> Result {
        try database.inDatabase { db in
            try Schema.createIndexes(in: db)
            return try body(db, problem.withLock { $0 })
        }
    }

    private func applyNow(_ steps: [Step], to db: Database) {
        guard problem.withLock({ $0 == nil }) else { return }
        var current = steps.first?.stamp.sequence
        do {
            try db.inTransaction {
                for step in steps {
                    current = step.stamp.sequence
                    try step.event.payload.apply(step.stamp, to: db)
                }
                return .commit
            }
        } catch {
            let entry = current ?? 0
            problem.withLock {
                $0 = .init(entry: entry, text: "entry \(entry) does not fit the entries before it")
            }
        }
    }
}
