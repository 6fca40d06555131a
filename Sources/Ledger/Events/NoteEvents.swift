internal import GRDB

/// A remark that belongs to a session, during it or later.
struct NoteAdded: EventPayload {
    static let kind = "noteAdded"
    let session: String
    let text: String
    let by: SessionParty

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            "INSERT INTO notes (session, at, text, writtenBy, entry) VALUES (?, ?, ?, ?, ?)",
            [session, entry.at, text, by.rawValue, entry.sequence]
        )
    }
}

/// A summary after the end; what the end said stays as it was.
struct SummaryAdded: EventPayload {
    static let kind = "summaryAdded"
    let session: String
    let text: String
    let by: SessionParty
    /// The same with the operator's signature, canonical; ledgers of older releases have none.
    var signed: String?

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            "INSERT INTO addenda (session, at, text, writtenBy, entry) VALUES (?, ?, ?, ?, ?)",
            [session, entry.at, text, by.rawValue, entry.sequence]
        )
    }
}
