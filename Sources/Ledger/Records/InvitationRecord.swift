internal import GRDB

/// Where an invitation stands.
public enum InvitationState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nobody has come yet.
    case open
    /// An agent waits in the room.
    case joined
    /// The code was used, or the session it led to began.
    case used
    /// The code was tried and is void.
    case burnt
    /// Nobody came in time.
    case expired
    /// The operator took it back.
    case withdrawn

    /// Whether an agent may still come in.
    public var isOpen: Bool { self == .open || self == .joined }

}

/// An operator's offer of one session.
public struct InvitationRecord: Hashable, Sendable {
    /// Its identity.
    public let invitation: String
    /// The room digits of the code.
    public let room: String
    /// The contract's name.
    public let contract: String
    /// The contract's version.
    public let version: Int64
    /// The kind of work.
    public let category: String
    /// What the session is for, as the operator wrote it.
    public let purpose: String
    /// Who invites.
    public let `operator`: String
    /// When it was opened, Unix seconds.
    public let openedAt: Int64
    /// When the code expires, Unix seconds.
    public let expiresAt: Int64
    /// Where it stands.
    public let state: InvitationState
    /// Why it stands there, where somebody said.
    public let reason: String?
    /// When it came to stand there, Unix seconds.
    public let changedAt: Int64

    init(row: StoredRow) throws {
        invitation = try row.value("invitation")
        room = try row.value("room")
        contract = try row.value("contract")
        version = try row.value("version")
        category = try row.value("category")
        purpose = try row.value("purpose")
        `operator` = try row.value("operator")
        openedAt = try row.value("openedAt")
        expiresAt = try row.value("expiresAt")
        state = try row.named("state")
        reason = try row.optional("reason")
        changedAt = try row.value("changedAt")
    }

    static func fetch(_ invitation: String, in db: Database) throws -> InvitationRecord? {
        try db.row("SELECT * FROM invitations WHERE invitation = ?", [invitation], InvitationRecord.init(row:))
    }

    /// The invitation, which must be known.
    static func known(_ invitation: String, in db: Database) throws -> InvitationRecord {
        guard let found = try fetch(invitation, in: db) else {
            throw LedgerError(.notFound, "no such invitation \"\(invitation)\"; invite again")
        }
        return found
    }
}
