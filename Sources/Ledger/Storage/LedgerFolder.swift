import Receipts

/// The ledger's files in the relay's folder.
struct LedgerFolder: Sendable {
    let path: String

    var database: String { path + "/ledger.sqlite" }
    var head: String { path + "/ledger.head" }
    /// The next head, on the disk before its entry is committed, so that a full disk is noticed in time.
    var headDraft: String { path + "/ledger.head.new" }
    var lock: String { path + "/ledger.lock" }
    /// A ledger that is being made or restored.
    var draft: String { path + "/ledger.sqlite.new" }

    /// The signed head in `ledger.head`.
    func readHead() throws -> LedgerHead {
        guard let bytes = try FileSystem.read(head, atMost: 4097) else {
            throw LedgerError(.tampered, "\(head) is missing; restore the ledger from a backup")
        }
        do {
            return try LedgerHead(canonical: bytes)
        } catch {
            throw LedgerError(.tampered, "\(head) is not a signed ledger head; restore the ledger from a backup")
        }
    }

    /// Puts a head on the disk without making it the valid one yet.
    func stage(_ head: LedgerHead) throws { try FileSystem.writeSynced(head.canonicalBytes, to: headDraft) }

    /// Makes the staged head the valid one.
    func publishHead() throws {
        try FileSystem.replace(head, with: headDraft)
        try FileSystem.sync(path)
    }

    /// Makes the finished draft the ledger. The head goes first: a ledger without its entries fails loudly, one
    /// without its head would look like tampering.
    func install(_ head: LedgerHead) throws {
        try FileSystem.sync(draft)
        try stage(head)
        try publishHead()
        removeSideFiles(of: database)
        try FileSystem.replace(database, with: draft)
        try FileSystem.sync(path)
    }

    /// Removes a draft and what SQLite keeps beside it.
    func removeDraft() {
        FileSystem.remove(draft)
        removeSideFiles(of: draft)
    }

    private func removeSideFiles(of file: String) {
        for suffix in ["-wal", "-shm", "-journal"] { FileSystem.remove(file + suffix) }
    }
}
