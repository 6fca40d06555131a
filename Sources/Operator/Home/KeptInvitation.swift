import Pairing
import RelayAPI

/// An invitation with the code that only this machine and the client know.
public struct KeptInvitation: Codable, Sendable, Equatable {
    /// What the relay knows of it.
    public var invitation: InvitationSummary
    /// The code as it is read out.
    public var code: String

    /// An invitation with its code.
    public init(invitation: InvitationSummary, code: String) {
        self.invitation = invitation
        self.code = code
    }

    /// Whether somebody may still come with the code: a client who typed it in its last second may wait for the operator.
    func isUsable(at now: Timestamp) -> Bool {
        let (end, isOver) = invitation.expiresAt.seconds.addingReportingOverflow(OperatorHome.graceSeconds)
        return !isOver && end > now.seconds
    }
}

extension OperatorHome {
    func keep(_ invitation: KeptInvitation) throws {
        try write(invitation, to: Self.file(Self.invitations, invitation.invitation.invitation, "json"))
    }

    func forget(invitation id: String) throws { remove(try Self.file(Self.invitations, id, "json")) }

    /// The invitation with this id; `nil` where it is not kept here.
    func invitation(_ id: String) throws -> KeptInvitation? {
        try read(Self.file(Self.invitations, id, "json"), as: KeptInvitation.self)
    }

    /// The invitations whose codes are good at `now`, newest first. Those that have expired are removed.
    func openInvitations(at now: Timestamp) throws -> [KeptInvitation] {
        try ids(in: Self.invitations).compactMap { id -> KeptInvitation? in
            guard let kept = try invitation(id) else { return nil }
            if kept.isUsable(at: now) { return kept }
            try forget(invitation: id)
            return nil
        }
        .sorted { $0.invitation.expiresAt > $1.invitation.expiresAt }
    }

    /// How long a joined agent waits for the operator.
    static let graceSeconds: Int64 = 600
}
