internal import GRDB

/// The first entry.
struct LedgerCreated: EventPayload {
    static let kind = "created"
    /// The version of tables and events.
    let version: Int64
    /// The public key of `ledger.key`, hexadecimal.
    let key: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        guard entry.sequence == 1 else { throw LedgerError(.internal, "a ledger is created once") }
    }
}

/// The ledger continues from a backup; what came after that backup is lost.
struct LedgerRestored: EventPayload {
    static let kind = "restored"
    /// The number of entries in the backup.
    let count: Int64
    /// The hash of the backup's last entry.
    let hash: String
    /// The public key that signs from here on, hexadecimal.
    let key: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        guard entry.sequence - 1 == count else {
            throw LedgerError(.internal, "a restored ledger continues its backup")
        }
    }
}
