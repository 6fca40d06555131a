import Pairing
import RelayAPI

extension Relay {
    /// Asks for a room, draws the secret and keeps both.
    ///
    /// - Parameter validSeconds: how long the code is good for; 60…86,400.
    public func invite(
        contract: String,
        purpose: String,
        category: String?,
        validSeconds: Int64
    ) async throws -> KeptInvitation {
        guard (60...86_400).contains(validSeconds) else {
            throw OperatorError(.usage, "a code is valid for 1 minute to 24 hours (--valid 10m)")
        }
        let request = NewInvitation(
            contract: contract,
            purpose: purpose,
            category: category,
            validSeconds: validSeconds
        )
        var invitation: InvitationSummary = try await post(RelayRoute.invitations, request)
        // By the clock that will be asked whether the code is still good: the relay's may be another.
        invitation.expiresAt = Timestamp(seconds: Timestamp.now.seconds + validSeconds)
        let code = try Code.random(room: invitation.room, secretDigits: invitation.secretDigits)
        let kept = KeptInvitation(invitation: invitation, code: code.formatted)
        try home.keep(kept)
        return kept
    }

    /// Invites again for what an invitation was about whose code is used up: the same contract, purpose and kind of work.
    public func inviteAgain(_ over: InvitationSummary, validSeconds: Int64 = 600) async throws -> KeptInvitation {
        try await invite(
            contract: over.contract,
            purpose: over.purpose,
            category: over.category,
            validSeconds: validSeconds
        )
    }

    /// The invitations whose codes are good now, newest first.
    public func openInvitations() throws -> [KeptInvitation] { try home.openInvitations(at: .now) }

    /// The invitation to connect to: the one with this id, else the newest open one, else the one whose code is typed.
    ///
    /// - Parameter askCode: asks for a code; called at most once. `nil` where nobody can be asked.
    public func invitation(
        _ id: String?,
        askCode: @Sendable () async throws -> String?
    ) async throws -> InvitationSummary {
        if let id {
            if let kept = try home.invitation(id) { return kept.invitation }
            let open: [InvitationSummary] = try await get(RelayRoute.invitations)
            guard let found = open.first(where: { $0.invitation == id }) else {
                throw OperatorError(.invitation, "there is no open invitation \"\(id)\" (lotse invite makes a new one)")
            }
            // Made on another machine: only its code is missing here.
            guard let typed = try await askCode(), !typed.isEmpty, let code = try? Code(typed: typed),
                code.room == found.room
            else { throw OperatorError(.invitation, "This code is not valid (any more); ask for a new one.") }
            try home.keep(KeptInvitation(invitation: found, code: code.formatted))
            return found
        }
        if let newest = try home.openInvitations(at: .now).first { return newest.invitation }
        guard let typed = try await askCode(), !typed.isEmpty else {
            throw OperatorError(.invitation, "there is no open invitation (lotse invite CONTRACT --for TEXT makes one)")
        }
        let code = try Code(typed: typed)
        let open: [InvitationSummary] = try await get(RelayRoute.invitations)
        guard let found = open.first(where: { $0.room == code.room }) else {
            throw OperatorError(.invitation, "This code is not valid (any more); ask for a new one.")
        }
        try home.keep(KeptInvitation(invitation: found, code: code.formatted))
        return found
    }
}

/// What `lotse invite` prints.
public enum InvitationPage {
    /// Which of several open invitations is taken, and how to take another; `nil` where there is no choice.
    ///
    /// - Parameter open: newest first.
    public static func choice(of taken: String, among open: [KeptInvitation]) -> String? {
        let others = open.map(\.invitation).filter { $0.invitation != taken }
        guard !others.isEmpty, open.count > others.count else { return nil }
        let named = others.prefix(5).map { "\($0.invitation) of \($0.contract), room \($0.room)" }
        let more = others.count > named.count ? ["\(others.count - named.count) more"] : []
        let list = (named + more).joined(separator: "; ")
        return "the newest of \(open.count) open invitations is taken; --invitation takes another: \(list)"
    }

    /// The code large, and what to tell the client.
    ///
    /// - Parameters:
    ///   - relay: `https://HOST:PORT`.
    ///   - pin: SPKI SHA-256 of the relay's authority.
    ///   - now: the moment from which the validity is counted.
    public static func text(_ kept: KeptInvitation, relay: String, pin: String, now: Timestamp) -> String {
        let digits = kept.code.map(String.init).joined(separator: " ")
        let bar = String(repeating: "─", count: digits.count + 6)
        let minutes = max(1, (kept.invitation.expiresAt.seconds - now.seconds + 30) / 60)
        return """
            ┌\(bar)┐
            │   \(digits)   │
            └\(bar)┘

            Tell the client: "Please start the program with the line below and type this code when it asks; it is good once,
            for \(minutes) minute\(minutes == 1 ? "" : "s"). You will see the terms before anything happens, and every command while it runs; Ctrl-C ends it."

              lotse-agent --relay \(relay) --pin \(pin)

            Then: lotse connect
            """
    }
}

/// `lotse invite --json`.
public struct InvitationAnswer: Codable, Sendable {
    /// The code as it is read out.
    public var code: String
    /// The invitation's id.
    public var invitation: String
    /// The room's digits.
    public var room: String
    /// The contract's id.
    public var contract: String
    /// Until when the code can be typed.
    public var expiresAt: Timestamp

    /// The answer for an invitation.
    public init(_ kept: KeptInvitation) {
        self.code = kept.code
        self.invitation = kept.invitation.invitation
        self.room = kept.invitation.room
        self.contract = kept.invitation.contract
        self.expiresAt = kept.invitation.expiresAt
    }
}
