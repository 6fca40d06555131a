import Contracts
import FoundationEssentials
import NIOCore
import RelayAPI
import SupportChannel
import TerminalText

/// A session that runs: the client consented and the relay's clock counts.
public struct OpenSession: Sendable {
    /// The session's id.
    public let id: String
    /// The contract's id.
    public let contract: String
    /// The ids of the contract's categories.
    public let categories: [String]
    /// The name of the client's machine, safe to show.
    public let machine: String
    /// What the client allowed.
    public let grants: [String]
    /// When the relay's clock started.
    public let startedAt: Timestamp
    /// Where the agent is asked.
    public let agent: OperatorEnd

    /// A session.
    public init(
        id: String,
        contract: String,
        categories: [String],
        machine: String,
        grants: [String],
        startedAt: Timestamp,
        agent: OperatorEnd
    ) {
        self.id = id
        self.contract = contract
        self.categories = categories
        self.machine = machine
        self.grants = grants
        self.startedAt = startedAt
        self.agent = agent
    }
}

/// From an invitation to a session: waits for the agent, shows it the terms, waits for the client's answer.
public struct SessionOpening: Sendable {
    let relay: any SessionRelay
    let operatorName: String

    /// How long a client may think about the terms, and the relay may take to commit.
    static let consentTimeout: Duration = .seconds(330)

    /// An opening for the operator of this name.
    public init(relay: any SessionRelay, operatorName: String) {
        self.relay = relay
        self.operatorName = operatorName
    }

    /// Opens the session of one invitation.
    ///
    /// - Parameter tell: takes a sentence about what is being waited for.
    /// - Throws: `OperatorError`, `Problem` and what the connection fails with.
    public func open(
        _ invitation: InvitationSummary,
        tell: @Sendable (String) async -> Void
    ) async throws -> OpenSession {
        let document = try await relay.contract(invitation.contract, version: invitation.version)
        guard document.summary.hash == invitation.hash else {
            throw OperatorError(
                .contract,
                "the relay shows other terms than those of the invitation (ask who runs the relay)"
            )
        }
        let contract = try JSONDecoder().decode(Contract.self, from: Data(document.canonical.utf8))
        await tell("waiting for the client to type the code of \(invitation.contract) (room \(invitation.room))")
        let tunnel = try await relay.openTunnel(invitation: invitation.invitation)
        do {
            let agent = try await meet(tunnel, invitation)
            await tell("the client's program is there; waiting for the client to agree to the terms")
            let terms = Terms(
                invitation: invitation.invitation,
                operator: operatorName,
                version: invitation.version,
                contract: document.canonical,
                category: invitation.category,
                purpose: invitation.purpose,
                grants: contract.access.grants.map(\.rawValue)
            )
            let consent = try await ask(agent, terms)
            guard let startedAt = Timestamp(rfc3339: consent.startedAt) else {
                throw OperatorError(.refused, "the client's program answered something that makes no sense")
            }
            return OpenSession(
                id: consent.session,
                contract: invitation.contract,
                categories: contract.categories.map(\.id),
                machine: TerminalText.name(consent.machine),
                grants: consent.grants.map { TerminalText.name($0) },
                startedAt: startedAt,
                agent: agent
            )
        } catch {
            tunnel.channel.close(promise: nil)
            throw error
        }
    }

    func meet(_ tunnel: WaitingTunnel, _ invitation: InvitationSummary) async throws -> OperatorEnd {
        let agent: OperatorEnd
        do {
            agent = try await tunnel.meet()
        } catch let error as SupportChannelError {
            try Task.checkCancellation()
            guard error.kind != .closed else {
                throw OperatorError(
                    .invitation,
                    "nobody came before the code of \(invitation.contract) ended, or the client left (lotse invite makes a new one)"
                )
            }
            // The relay burns the code and lets whoever guessed wait. Where it cannot be told it counts a failure by itself.
            try? await relay.report(invitation: invitation.invitation, paired: false)
            throw OperatorError(.invitation, Self.sentence(error))
        }
        try await relay.report(invitation: invitation.invitation, paired: true)
        return agent
    }

    private static func sentence(_ error: SupportChannelError) -> String {
        switch error.kind {
        case .wrongCode, .codeSpent:
            "wrong code, or someone guessed; nothing was disclosed and this code is used up (lotse invite again, and read the new code out)"
        default: "\(error); this code is used up (lotse invite again)"
        }
    }

    private func ask(_ agent: OperatorEnd, _ terms: Terms) async throws -> Consent {
        do {
            return try await withDeadline(Self.consentTimeout) {
                try await agent.perform("terms", terms) { replies, _ in
                    while let frame = try await replies.next() {
                        guard frame.kind == .result else { continue }
                        return try JSONDecoder().decode(Consent.self, from: Data(frame.payload.readableBytesView))
                    }
                    throw SupportChannelError(kind: .closed, diagnostics: "before the client answered")
                }
            }
        } catch let refusal as Refusal {
            throw OperatorError(.refused, "there is no session: \(TerminalText.name(refusal.message, limit: 200))")
        } catch is DeadlineExceeded {
            throw OperatorError(.refused, "the client did not answer in time (lotse invite makes a new code)")
        } catch let error where !(error is CancellationError) {
            throw OperatorError(
                .refused,
                "the client's program left before the client answered (lotse invite makes a new code)"
            )
        }
    }
}

/// A deadline passed.
struct DeadlineExceeded: Error {}

/// Cancels `body` after `duration` and throws `DeadlineExceeded` then.
func withDeadline<Result: Sendable>(
    _ duration: Duration,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: duration)
            throw DeadlineExceeded()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
