import Contracts
internal import GRDB
import Receipts

/// The clock of a session starts.
struct SessionStarted: EventPayload {
    static let kind = "sessionStarted"
    let session: String
    let invitation: String
    let contract: String
    let version: Int64
    let contractHash: String
    let category: String
    let `operator`: String
    /// Public facts about the client's machine, as the agent states them.
    let agent: JSONValue
    let startedAt: Int64
    /// What operator and client signed, canonical; ledgers of version 1 have none.
    var consent: String?

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            INSERT INTO sessions (session, invitation, contract, version, contractHash, category, operator, agent,
                startedAt, lastInstant, state, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                session, invitation, contract, version, contractHash, category, `operator`, agent.canonicalText,
                startedAt, startedAt, SessionState.live.rawValue, entry.sequence,
            ]
        )
        if let consent {
            let hash = try ConsentRecord.hash(ofCanonical: Array(consent.utf8))
            try db.run(
                "INSERT INTO consents (session, hash, record, entry) VALUES (?, ?, ?, ?)",
                [session, hash.hex, consent, entry.sequence]
            )
        }
        // The session uses its invitation up, in whatever state the report about the code has left it.
        try InvitationChanged(invitation: invitation, state: .used, reason: nil).apply(entry, to: db)
    }
}

/// A pause or a disconnection begins.
struct BreakBegan: EventPayload {
    static let kind = "breakBegan"
    let session: String
    let `break`: BreakKind
    let instant: Int64

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try touchSession(session, instant, entry, db)
        try db.run(
            "INSERT INTO breaks (opened, session, kind, startedAt, entry) VALUES (?, ?, ?, ?, ?)",
            [entry.sequence, session, `break`.rawValue, instant, entry.sequence]
        )
    }
}

/// A pause or a disconnection is over.
struct BreakEnded: EventPayload {
    static let kind = "breakEnded"
    let session: String
    let `break`: BreakKind
    let instant: Int64

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try touchSession(session, instant, entry, db)
        try db.runOnOne(
            "UPDATE breaks SET endedAt = ?, entry = ? WHERE session = ? AND kind = ? AND endedAt IS NULL",
            [instant, entry.sequence, session, `break`.rawValue]
        )
    }
}

/// The kind of work changed.
struct CategoryChanged: EventPayload {
    static let kind = "categoryChanged"
    let session: String
    let category: String
    let instant: Int64
    let by: SessionParty

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try touchSession(session, instant, entry, db)
        try db.run("UPDATE sessions SET category = ? WHERE session = ?", [category, session])
        try db.run(
            "INSERT INTO categories (session, category, instant, changedBy, entry) VALUES (?, ?, ?, ?, ?)",
            [session, category, instant, by.rawValue, entry.sequence]
        )
    }
}

/// Where all open sessions stand, in one entry.
struct Checkpointed: EventPayload {
    static let kind = "checkpointed"
    let sessions: [Standing]

    struct Standing: Codable, Hashable, Sendable {
        let session: String
        let instant: Int64
    }

    func apply(_ entry: EntryStamp, to db: Database) throws {
        for standing in sessions { try touchSession(standing.session, standing.instant, entry, db) }
    }
}

/// The clock of a session stops; breaks that are still open end with it.
struct SessionEnded: EventPayload {
    static let kind = "sessionEnded"
    let session: String
    let state: SessionState
    let instant: Int64
    let by: SessionParty
    let reason: String
    let summary: String?
    let idleSeconds: Int64

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try touchSession(session, instant, entry, db)
        try db.run(
            """
            UPDATE sessions SET state = ?, endedAt = ?, endedBy = ?, reason = ?, summary = ?, idleSeconds = ?
            WHERE session = ?
            """,
            [state.rawValue, instant, by.rawValue, reason, summary, idleSeconds, session]
        )
        try db.run(
            "UPDATE breaks SET endedAt = ?, entry = ? WHERE session = ? AND endedAt IS NULL",
            [instant, entry.sequence, session]
        )
    }
}

/// Notes the latest instant of a live session.
private func touchSession(_ session: String, _ instant: Int64, _ entry: EntryStamp, _ db: Database) throws {
    try db.runOnOne(
        "UPDATE sessions SET lastInstant = ?, entry = ? WHERE session = ? AND state = 'live' AND lastInstant <= ?",
        [instant, entry.sequence, session, instant]
    )
}
