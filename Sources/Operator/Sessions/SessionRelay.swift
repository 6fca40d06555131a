import Receipts
import RelayAPI

/// What a session needs of the relay.
public protocol SessionRelay: Sendable {
    /// Who the operator is.
    var credentials: OperatorCredentials { get }
    /// One version of a contract.
    func contract(_ id: String, version: Int64?) async throws -> ContractDocument
    /// Opens the operator's end of an invitation's tunnel, with the code that is kept here.
    func openTunnel(invitation: String) async throws -> WaitingTunnel
    /// Says whether the two ends had the same code. Either way the code is used up, here and at the relay.
    ///
    /// - Returns: what the terms need to know, where they had.
    func report(invitation: String, paired: Bool) async throws -> MeetingAnswer
    /// Keeps what both ends signed.
    func keep(_ consent: ConsentRecord) throws
    /// Stops the session's clock.
    func pause(session: String) async throws -> SessionRecord
    /// Lets it run again.
    func resume(session: String) async throws -> SessionRecord
    /// Writes something down.
    func note(session: String, text: String) async throws -> SessionRecord
    /// Changes what kind of work it is.
    func category(session: String, category: String) async throws -> SessionRecord
    /// How it stands in the ledger; nil where the relay does not know it.
    func record(session: String) async throws -> SessionRecord?
    /// Ends it.
    func end(session: String, _ request: EndRequest) async throws -> SessionRecord
}

extension Relay: SessionRelay {
    /// Says whether the two ends had the same code, after forgetting it.
    public func report(invitation: String, paired: Bool) async throws -> MeetingAnswer {
        try home.forget(invitation: invitation)
        return try await post(RelayRoute.outcome(invitation), PairingOutcome(paired: paired))
    }

    /// Keeps what both ends signed, in the home.
    public func keep(_ consent: ConsentRecord) throws {
        try home.write(consent.canonicalBytes(), to: OperatorHome.file(OperatorHome.consents, consent.session, "json"))
    }

    /// Stops the session's clock.
    public func pause(session: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "pause"))
    }

    /// Lets it run again.
    public func resume(session: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "resume"))
    }

    /// Writes something down.
    public func note(session: String, text: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "note"), NoteRequest(text: text))
    }

    /// Changes what kind of work it is.
    public func category(session: String, category: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "category"), CategoryRequest(category: category))
    }

    /// How it stands in the ledger.
    public func record(session: String) async throws -> SessionRecord? {
        try await sessions(contract: nil, live: false).first { $0.session == session }
    }

    /// Ends it.
    public func end(session: String, _ request: EndRequest) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "end"), request)
    }
}
