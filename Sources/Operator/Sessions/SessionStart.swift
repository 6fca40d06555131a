import RelayAPI

/// What a session begins with.
public enum SessionStart: Sendable {
    /// A client who is waited for.
    case invitation(InvitationSummary)
    /// A session whose holder is gone.
    case kept(KeptSession)

    /// The id under which a detached holder finds it.
    public var id: String {
        switch self {
        case .invitation(let invitation): invitation.invitation
        case .kept(let kept): kept.session
        }
    }

    func open(_ relay: Relay, tell: @Sendable (String) async -> Void) async throws -> OpenSession {
        switch self {
        case .invitation(let invitation):
            let session = try await SessionOpening(relay: relay).open(invitation, tell: tell)
            try relay.home.forget(invitation: invitation.invitation)
            return session
        case .kept(let kept): return try await SessionResumption(relay: relay).open(kept, tell: tell)
        }
    }
}
