import Contracts
import NIOCore
import SupportChannel
import TerminalText

extension AgentSession {
    /// One action of the operator.
    func handle(_ action: IncomingAction) async throws {
        switch action.name {
        case "terms": return try await terms(action)
        case "consent": return try await consent(action)
        default: break
        }
        if let kind = ClosingAction(rawValue: action.name) { return try await close(kind, action) }
        guard let kind = Action(rawValue: action.name) else {
            throw Refusal(
                status: 404,
                message: "this agent knows no action of that name (use the same release at both ends)"
            )
        }
        if let refusal = state.withLock({ $0.machine.admit(kind) }) { throw refusal }
        switch kind {
        case .run: try await run(action)
        case .shell: try await shell(action)
        case .logs: try await logs(action)
        case .diagnose: try await diagnose(action)
        case .get: try await get(action)
        case .put: try await put(action)
        case .forward: try await forward(action)
        case .connection: try await connection(action)
        case .names: try await names(action)
        case .events: try await events(action)
        case .pause: try await pause(action)
        case .resume: try await resume(action)
        case .note: try await note(action)
        case .cap: try await cap(action)
        }
    }

    private func pause(_ action: IncomingAction) async throws {
        let clock = try state.withLock { state -> Int64 in
            if let refusal = state.machine.pause() { throw refusal }
            state.clock?.pause(at: time.now)
            return state.clock?.connected(at: time.now).components.seconds ?? 0
        }
        showAndKeep(phrases.pausedLine(Phrases.clock(clock)))
        try await action.accept().send(.result, json: Empty())
    }

    private func resume(_ action: IncomingAction) async throws {
        let clock = try state.withLock { state -> Int64 in
            if let refusal = state.machine.resume() { throw refusal }
            if !state.machine.isPaused { state.clock?.resume(at: time.now) }
            state.lastActivity = time.now
            return state.clock?.connected(at: time.now).components.seconds ?? 0
        }
        showAndKeep(phrases.resumedLine(Phrases.clock(clock)))
        try await action.accept().send(.result, json: Empty())
    }

    private func note(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: NoteParameters.self)
        state.withLock { $0.lastActivity = time.now }
        showAndKeep(phrases.noteLine(TerminalText.name(parameters.text, limit: 1000)))
        try await action.accept().send(.result, json: Empty())
    }

    /// Open for the session's life: says what happens on this side, the end last.
    private func events(_ action: IncomingAction) async throws {
        let replies = try await action.accept()
        var index = 0
        while let event = await events.event(at: index) {
            try await replies.send(.notice, json: event)
            index += 1
        }
    }

    // MARK: - Work

    /// What an action that works on this machine needs to know.
    struct Work: Sendable {
        let number: Int
        let phrases: Phrases
        /// When it began to run or to be read, after the client's yes.
        var startedAt: Duration
    }

    /// Counts an action as work while `body` runs, and stops `body` when the session ends or the client takes back what it needs.
    ///
    /// - Throws: what `body` threw; `CancellationError` where it was stopped.
    func working<Value: Sendable>(
        _ work: Work,
        _ grant: Contract.Grant,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let takenBack = OneShot<Void>()
        state.withLock { state in
            state.running[work.number] = (grant, takenBack)
            if !state.granted.contains(grant) { takenBack.trigger() }
        }
        defer {
            state.withLock { state in
                state.running[work.number] = nil
                state.lastActivity = time.now
            }
        }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            for reason in [stop, takenBack] {
                group.addTask {
                    _ = await reason.wait()
                    throw CancellationError()
                }
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    /// A number for the client's screen, under which an action is announced and its end is told.
    func begin() -> Work {
        state.withLock { state in
            state.actions += 1
            return Work(number: state.actions, phrases: state.phrases, startedAt: time.now)
        }
    }

    /// Refuses an action, where the client can see it.
    ///
    /// - Parameter reason: why, in the client's language; the refusal's own words where nil.
    func refuse(_ what: String, _ refusal: Refusal, _ reason: String? = nil) -> Refusal {
        showAndKeep(phrases.refusedAction(what, reason ?? refusal.message))
        return refusal
    }

    /// The offer that the client agreed to, where they allowed `grant` and have not taken it back.
    ///
    /// - Parameter what: the action, for the client's screen.
    func offer(allowing grant: Contract.Grant, _ what: String, otherwise sentence: String) throws -> Offer {
        let (offer, granted) = state.withLock { ($0.offer, $0.granted) }
        guard let offer else { throw Refusal(status: 403, message: "the client has not agreed to a session yet") }
        guard granted.contains(grant) else {
            throw offer.grants.contains(grant)
                ? refuse(what, Self.takenBack(grant), phrases.isTakenBack(grant))
                : refuse(what, Refusal(status: 403, message: sentence), phrases.isNotAllowed(grant))
        }
        return offer
    }

    static let unseen = Refusal(
        status: 500,
        message: "the client's screen is gone, so nothing can be shown and nothing runs"
    )
}
