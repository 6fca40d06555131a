internal import GRDB

/// Work without a session, such as on the telephone: an ended session without an agent and without a consent.
struct WorkRecorded: EventPayload {
    static let kind = "workRecorded"
    let session: String
    let contract: String
    let version: Int64
    let contractHash: String
    let category: String
    let `operator`: String
    let startedAt: Int64
    let endedAt: Int64
    let summary: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        // No invitation led to it; the column is unique, so the session's own id stands there.
        try db.run(
            """
            INSERT INTO sessions (session, invitation, contract, version, contractHash, category, operator, agent,
                startedAt, lastInstant, state, endedAt, endedBy, reason, summary, idleSeconds, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, 'recorded', ?, 0, ?)
            """,
            [
                session, session, contract, version, contractHash, category, `operator`, startedAt, endedAt,
                SessionState.ended.rawValue, endedAt, SessionParty.operator.rawValue, summary, entry.sequence,
            ]
        )
        try db.run("INSERT INTO recorded (session, at, entry) VALUES (?, ?, ?)", [session, entry.at, entry.sequence])
    }
}

/// A session is given back; what was billed stays as it is.
struct SessionCredited: EventPayload {
    static let kind = "sessionCredited"
    let session: String
    let reason: String
    let asWarranty: Bool
    let `operator`: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            INSERT INTO credits (session, contract, reason, asWarranty, givenBy, at, entry)
            SELECT session, contract, ?, ?, ?, ?, ? FROM sessions WHERE session = ? AND endedAt IS NOT NULL
            """,
            [reason, asWarranty ? 1 : 0, `operator`, entry.at, entry.sequence, session]
        )
        guard db.changesCount == 1 else {
            throw LedgerError(.internal, "an entry does not fit the entries before it; run lotse-relay verify")
        }
    }
}

/// One side gives notice, or takes it back; the last one holds.
struct ContractEnded: EventPayload {
    static let kind = "contractEnded"
    let contract: String
    /// The last day, `2026-12-31`; nil: the contract goes on after all.
    let endsOn: String?
    let `operator`: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            "INSERT INTO contractEnds (contract, endsOn, decidedBy, at, entry) VALUES (?, ?, ?, ?, ?)",
            [contract, endsOn, `operator`, entry.at, entry.sequence]
        )
    }
}

/// Quota that the client brings along, or that is set by hand.
struct QuotaBalanced: EventPayload {
    static let kind = "quotaBalanced"
    let contract: String
    /// Negative takes back.
    let seconds: Int64
    let `operator`: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            "INSERT INTO balances (contract, seconds, givenBy, at, entry) VALUES (?, ?, ?, ?, ?)",
            [contract, seconds, `operator`, entry.at, entry.sequence]
        )
    }
}

/// Grants, uses and expiries of quota (rule 6), as the account came to them.
struct QuotaPosted: EventPayload {
    static let kind = "quotaPosted"
    let contract: String
    /// The place of the first one among the contract's, 1 for the first.
    let position: Int64
    let postings: [QuotaPosting]

    func apply(_ entry: EntryStamp, to db: Database) throws {
        for (index, posting) in postings.enumerated() {
            try db.run(
                """
                INSERT INTO quota (contract, position, period, lot, kind, seconds, session, leftSeconds, entry)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    contract, position &+ Int64(index), posting.period, posting.lot, posting.kind, posting.seconds,
                    posting.session, posting.leftSeconds, entry.sequence,
                ]
            )
        }
    }
}
