internal import GRDB
import Receipts

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

/// The client said whether a session goes on beyond the agreed upper limit.
struct CapAnswered: EventPayload {
    static let kind = "capAnswered"
    let session: String
    /// Canonical, with the client's signature.
    let answer: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        let answer = try CapAnswer(canonical: Array(self.answer.utf8))
        let text =
            answer.accepts
            ? "the client agreed to go on beyond the agreed upper limit"
            : "the client did not agree to go on beyond the agreed upper limit"
        try db.run(
            "INSERT INTO notes (session, at, text, writtenBy, entry) VALUES (?, ?, ?, ?, ?)",
            [session, entry.at, text, SessionParty.client.rawValue, entry.sequence]
        )
    }
}
