internal import GRDB
import Receipts

/// A ledger file that is made complete under another name before it takes its place.
enum Draft {
    /// Lets `build` fill a new database in one transaction and puts it and the head that `build` returns in place.
    static func install(in folder: LedgerFolder, _ build: (Database) throws -> LedgerHead) throws {
        folder.removeDraft()
        do {
            try FileSystem.createPrivate(folder.draft)
            try finish(in: folder, build)
        } catch {
            folder.removeDraft()
            throw LedgerError.translating(error)
        }
    }

    /// Copies the state of a database, which may be in use, to a new file, and waits until it is on the disk.
    static func copy(_ source: String, to file: String) throws {
        // SQLite writes into an empty file, which thereby keeps the permissions it has.
        try FileSystem.createPrivate(file)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: source, configuration: configuration)
        defer { try? queue.close() }
        // VACUUM INTO reads one consistent state, holds up no writer and leaves a file that needs no log beside it.
        try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [file]) }
        try FileSystem.sync(file)
    }

    /// The same for a draft that is there already.
    static func finish(in folder: LedgerFolder, _ build: (Database) throws -> LedgerHead) throws {
        let queue = try DatabaseQueue(path: folder.draft)
        var head: LedgerHead?
        try queue.inTransaction(.immediate) { db in
            head = try build(db)
            return .commit
        }
        // The file keeps this mode; closing folds the log into it.
        try queue.writeWithoutTransaction { db in
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        }
        try queue.close()
        guard let head else { throw LedgerError(.internal, "the new ledger has no head") }
        try folder.install(head)
    }
}
