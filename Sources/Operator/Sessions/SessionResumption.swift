import NIOCore
import NIOPosix
import Receipts
import RelayAPI
import SupportChannel
import TerminalText

/// Takes up a session that another process of this operator's opened, and that nobody holds any more.
public struct SessionResumption: Sendable {
    let relay: Relay

    /// How long the client's program is waited for.
    static let limit: Duration = .seconds(600)
    /// How long after an attempt the next one is made.
    static let pause: Duration = .seconds(1)

    /// A resumption at a relay.
    public init(relay: Relay) { self.relay = relay }

    /// The newest session that can be taken up; what the relay has closed is forgotten.
    ///
    /// - Parameter invitation: the only invitation whose session is meant, if any.
    public func candidate(of invitation: String?) async throws -> KeptSession? {
        for kept in try relay.home.keptSessions() where invitation == nil || kept.invitation == invitation {
            guard try await !HolderClient.isHeld(kept.session, in: relay.home) else { continue }
            if let record = try await standing(of: kept), record.endedAt == nil { return kept }
            try relay.home.forgetResumption(of: kept.session)
        }
        return nil
    }

    /// The session with this id, if it can be taken up.
    public func candidate(session: String) throws -> KeptSession? {
        try relay.home.keptSessions().first { $0.session == session }
    }

    private func standing(of kept: KeptSession) async throws -> SessionRecord? {
        do {
            return try await relay.record(session: kept.session)
        } catch let problem as Problem where problem.code == "notFound" {
            return nil
        }
    }

    /// Takes it up.
    ///
    /// - Parameter tell: takes a sentence about what is being waited for.
    /// - Throws: `OperatorError` (`sessionOver`) where it cannot go on.
    public func open(_ kept: KeptSession, tell: @Sendable (String) async -> Void) async throws -> OpenSession {
        guard let keys = kept.resumptionKeys, let consent = try relay.home.consent(of: kept.session) else {
            throw Self.over("what was written down about it is damaged")
        }
        await tell("taking up the session with \(TerminalText.name(kept.machine)) (nothing is billed meanwhile)")
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let (connection, end) = try await ResumableConnection.again(keys, on: eventLoop) {
            try OperatorEnd(addingTo: $0)
        }
        do {
            try await relay.allowResumption(of: connection, kept)
            try await takeUp(connection, kept)
            guard let record = try await relay.record(session: kept.session), record.endedAt == nil else {
                throw Self.over("it has ended meanwhile")
            }
            return OpenSession(
                kept,
                consent,
                agent: end,
                connection: connection,
                standing: record,
                seen: try relay.home.actions(of: kept.session)
            )
        } catch {
            await connection.close()
            throw error
        }
    }

    private func takeUp(_ connection: ResumableConnection<OperatorEnd>, _ kept: KeptSession) async throws {
        let limit = ContinuousClock.now + Self.limit
        var reason = "the client's program did not come back"
        while ContinuousClock.now < limit {
            do {
                return try await relay.takeUp(connection, invitation: kept.invitation)
            } catch {
                try Task.checkCancellation()
                reason = OperatorError.sentence(for: error)
                if Self.isFinal(error) { break }
            }
            try await Task.sleep(for: Self.pause)
        }
        throw Self.over(reason)
    }

    /// Whether the relay will not let a session go on, however often it is asked.
    static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case let problem as Problem: ["sessionEnded", "invitationOver", "revoked", "forbidden"].contains(problem.code)
        case let error as RelayAPIError: error.kind == .tls(.refusedByPeer)
        default: false
        }
    }

    private static func over(_ reason: String) -> OperatorError {
        OperatorError(
            .sessionOver,
            "the session cannot be taken up: \(TerminalText.name(reason, limit: 300)) (lotse sessions shows its time)"
        )
    }
}

extension SessionRelay {
    /// From now on a connection that breaks is taken up again, by this process or, should it be gone, by the next one.
    func allowResumption(of session: OpenSession, invitation: String) async throws {
        guard let connection = session.connection else { return }
        try await allow(connection) { KeptSession(session, invitation: invitation, keys: $0) }
    }

    func allowResumption(of connection: ResumableConnection<OperatorEnd>, _ kept: KeptSession) async throws {
        try await allow(connection) { kept.with($0) }
    }

    private func allow(
        _ connection: ResumableConnection<OperatorEnd>,
        _ kept: @escaping @Sendable (ResumptionKeys) -> KeptSession
    ) async throws {
        let credentials = credentials
        try await connection.allowResumption(.sign { try credentials.signResumption($0) }) { keys in
            // A disk that takes nothing is no reason to lose the session: only a next process could not take it up.
            try? keep(kept(keys))
        }
    }
}
