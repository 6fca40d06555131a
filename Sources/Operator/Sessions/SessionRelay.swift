import RelayAPI

/// What a session needs of the relay.
public protocol SessionRelay: Sendable {
    /// One version of a contract.
    func contract(_ id: String, version: Int64?) async throws -> ContractDocument
    /// Opens the operator's end of an invitation's tunnel, with the code that is kept here.
    func openTunnel(invitation: String) async throws -> WaitingTunnel
    /// Says whether the two ends had the same code. Either way the code is used up, here and at the relay.
    func report(invitation: String, paired: Bool) async throws
    /// Stops the session's clock.
    func pause(session: String) async throws -> SessionRecord
    /// Lets it run again.
    func resume(session: String) async throws -> SessionRecord
    /// Writes something down.
    func note(session: String, text: String) async throws -> SessionRecord
    /// Changes what kind of work it is.
    func category(session: String, category: String) async throws -> SessionRecord
    /// Ends it.
    func end(session: String, _ request: EndRequest) async throws -> SessionRecord
}

extension Relay: SessionRelay {
    /// Says whether the two ends had the same code, after forgetting it.
    public func report(invitation: String, paired: Bool) async throws {
        try home.forget(invitation: invitation)
        let _: Nothing = try await post(RelayRoute.outcome(invitation), PairingOutcome(paired: paired))
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

    /// Ends it.
    public func end(session: String, _ request: EndRequest) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "end"), request)
    }

    /// An answer whose body does not matter.
    private struct Nothing: Decodable, Sendable {
        init(from decoder: any Decoder) {}
    }
}
