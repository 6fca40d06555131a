internal import GRDB

extension Ledger {
    /// How long a room rests after its last use, in seconds.
    public static let roomRestSeconds: Int64 = 86_400

    /// Opens an invitation.
    ///
    /// - Parameters:
    ///   - version: the contract's version, which must exist.
    ///   - expiresAt: Unix seconds.
    /// - Throws: `roomTaken` for a room that is open or rests: draw another one; `notFound` for contract or operator,
    ///   `revoked`, `conflict` for an identity that exists, `invalid`.
    @discardableResult
    public func openInvitation(
        _ invitation: String,
        room: String,
        contract: String,
        version: Int64,
        category: String,
        purpose: String,
        operator name: String,
        expiresAt: Int64
    ) async throws -> InvitationRecord {
        try Check.name(invitation, "an invitation's identity")
        try Check.name(room, "a room")
        try Check.name(category, "a category")
        try Check.text(purpose, "a purpose")
        try Check.time(expiresAt, "an invitation's expiry")
        return try await store.append { db, now in
            _ = try OperatorRecord.active(name, in: db)
            guard try ContractRecord.fetch(contract, version, in: db) != nil else {
                throw LedgerError(.notFound, "no such contract \"\(contract)\" (lotse contract list shows them)")
            }
            guard try InvitationRecord.fetch(invitation, in: db) == nil else {
                throw LedgerError(.conflict, "there is an invitation \"\(invitation)\" already; invite again")
            }
            guard try !Self.restingRooms(at: now, db).contains(room) else {
                throw LedgerError(.roomTaken, "the room is taken or rests; draw another one")
            }
            return .invitationOpened(
                InvitationOpened(
                    invitation: invitation,
                    room: room,
                    contract: contract,
                    version: version,
                    category: category,
                    purpose: purpose,
                    operator: name,
                    expiresAt: expiresAt
                )
            )
        } result: {
            try InvitationRecord.known(invitation, in: $0)
        }
    }

    /// Moves an open invitation on. The state that it has already changes nothing.
    ///
    /// - Throws: `notFound`; `conflict` for an invitation that is over.
    @discardableResult
    public func changeInvitation(
        _ invitation: String,
        to state: InvitationState,
        reason: String? = nil
    ) async throws -> InvitationRecord {
        if let reason { try Check.text(reason, "a reason") }
        return try await store.append { db, _ in
            let current = try InvitationRecord.known(invitation, in: db)
            guard current.state != state else { return nil }
            guard current.state.isOpen else {
                throw LedgerError(.conflict, "the invitation is \(current.state.rawValue) already; invite again")
            }
            return .invitationChanged(InvitationChanged(invitation: invitation, state: state, reason: reason))
        } result: {
            try InvitationRecord.known(invitation, in: $0)
        }
    }

    /// The invitation with that identity.
    public func invitation(_ invitation: String) async throws -> InvitationRecord? {
        try await store.read { try InvitationRecord.fetch(invitation, in: $0) }
    }

    /// All invitations that an agent may still join, oldest first; also such whose expiry nobody has recorded yet.
    public func openInvitations() async throws -> [InvitationRecord] {
        try await store.read {
            try $0.rows(
                "SELECT * FROM invitations WHERE state IN ('open', 'joined') ORDER BY openedAt, invitation",
                [],
                InvitationRecord.init(row:)
            )
        }
    }

    /// The rooms that must not be given out at `now` (Unix seconds): those of open invitations, and those used within
    /// the last 24 hours.
    public func restingRooms(at now: Int64) async throws -> Set<String> {
        try await store.read { try Self.restingRooms(at: now, $0) }
    }

    private static func restingRooms(at now: Int64, _ db: Database) throws -> Set<String> {
        let rooms = try db.rows(
            "SELECT DISTINCT room FROM invitations WHERE state IN ('open', 'joined') OR changedAt > ?",
            [now.subtractingReportingOverflow(roomRestSeconds).partialValue]
        ) { try $0.value("room") as String }
        return Set(rooms)
    }
}
