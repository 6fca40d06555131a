internal import GRDB
import Receipts

extension Ledger {
    /// Writes a consistent copy of the ledger to `file` while it is in use. The copy holds its own signed head, so that
    /// this one file can be restored.
    ///
    /// - Throws: `exists` where there is a file of that name already; `diskFull`, `io`: then no file of that name is left.
    public func backup(to file: String) async throws {
        let source = store.folder.database
        try await Background.run {
            guard !FileSystem.exists(file) else {
                throw LedgerError(.exists, "\(file) exists already; choose another name")
            }
            let draft = file + ".new"
            FileSystem.remove(draft)
            defer { FileSystem.remove(draft) }
            do {
                try Draft.copy(source, to: draft)
            } catch {
                throw Self.aboutBackup(LedgerError.translating(error), file)
            }
            try FileSystem.link(draft, as: file)
            try FileSystem.sync(Self.folder(of: file))
        }
    }

    /// Makes a ledger in `folder` from a backup, with an entry that says so.
    ///
    /// - Parameters:
    ///   - signer: signs from here on.
    ///   - key: the key that signed the backup; without it the public half of `signer`.
    ///   - at: the wall clock, Unix seconds.
    /// - Throws: `exists` where the folder's ledger holds more than its creation; `missing`, `corrupt`, `otherVersion`
    ///   for the file; `tampered` where the backup does not pass ``verify(in:trusting:)``.
    public static func restore(
        _ file: String,
        to folder: String,
        signer: SigningKey,
        trusting key: VerifyingKey? = nil,
        at: Int64
    ) throws {
        let folder = LedgerFolder(path: folder)
        try Check.time(at, "the relay's clock")
        try DatabaseHeader.check(file, takesOlder: true)
        try FileLock(folder.lock).exclusive {
            try requireEmpty(folder)
            folder.removeDraft()
            do {
                try Draft.copy(file, to: folder.draft)
                try Draft.finish(in: folder) { db in
                    try Schema.update(db)
                    let head = try checkBackup(db, file, key ?? signer.verifyingKey)
                    let restored = LedgerRestored(
                        count: head.count,
                        hash: head.hash.hex,
                        key: signer.verifyingKey.hex
                    )
                    return try Store.append(.restored(restored), at: at, signer: signer, to: db)
                }
            } catch {
                folder.removeDraft()
                throw LedgerError.translating(error)
            }
        }
    }

    private static func checkBackup(_ db: Database, _ file: String, _ key: VerifyingKey) throws -> LedgerHead {
        let report = try Verifier(db: db, key: key).run(file: nil)
        guard report.ok else {
            throw LedgerError(
                .tampered,
                "\(file) is not whole, use another backup: \(report.problem ?? "no reason given")"
            )
        }
        return try HeadCheck(db: db, key: key).stored()
    }

    private static func requireEmpty(_ folder: LedgerFolder) throws {
        guard FileSystem.exists(folder.database) else { return }
        do {
            try DatabaseHeader.check(folder.database, takesOlder: true)
            var configuration = Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: folder.database, configuration: configuration)
            defer { try? queue.close() }
            let count = try queue.read { try Int64.fetchOne($0, sql: "SELECT COUNT(*) FROM entries") ?? 0 }
            if count <= 1 { return }
        } catch {
            // A ledger that cannot be read may still hold something; it is not ours to replace.
        }
        throw LedgerError(.exists, "\(folder.path) holds a ledger already; move its ledger.sqlite away first")
    }

    private static func aboutBackup(_ error: any Error, _ file: String) -> any Error {
        guard let error = error as? LedgerError, error.kind == .diskFull else { return error }
        return LedgerError(.diskFull, "the disk under \(file) is full; free space or back up elsewhere")
    }

    private static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }
}
