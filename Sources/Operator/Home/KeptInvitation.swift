import Pairing
import RelayAPI

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

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
        .map { ($0, try keptAt($0)) }
        // Ends are whole seconds: of two made in one second the file that was written last is the newer one.
        .sorted { ($0.0.invitation.expiresAt, $0.1) > ($1.0.invitation.expiresAt, $1.1) }
        .map(\.0)
    }

    /// When an invitation was written down, in nanoseconds since 1970; 0 where it is gone meanwhile.
    private func keptAt(_ kept: KeptInvitation) throws -> Int64 {
        var status = stat()
        guard stat(path(of: try Self.file(Self.invitations, kept.invitation.invitation, "json")), &status) == 0 else {
            return 0
        }
        return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    /// How long a joined agent waits for the operator.
    static let graceSeconds: Int64 = 600
}
