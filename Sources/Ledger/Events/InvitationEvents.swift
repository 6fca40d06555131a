internal import GRDB

/// An operator offers a session. The secret of the code is never here.
struct InvitationOpened: EventPayload {
    static let kind = "invitationOpened"
    let invitation: String
    let room: String
    let contract: String
    let version: Int64
    let category: String
    let purpose: String
    let `operator`: String
    let expiresAt: Int64

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            INSERT INTO invitations (invitation, room, contract, version, category, purpose, operator, openedAt,
                expiresAt, state, changedAt, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                invitation, room, contract, version, category, purpose, `operator`, entry.at, expiresAt,
                InvitationState.open.rawValue, entry.at, entry.sequence,
            ]
        )
    }
}

/// An invitation's next state.
struct InvitationChanged: EventPayload {
    static let kind = "invitationChanged"
    let invitation: String
    let state: InvitationState
    let reason: String?

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.runOnOne(
            "UPDATE invitations SET state = ?, reason = ?, changedAt = ?, entry = ? WHERE invitation = ?",
            [state.rawValue, reason, entry.at, entry.sequence, invitation]
        )
    }
}
