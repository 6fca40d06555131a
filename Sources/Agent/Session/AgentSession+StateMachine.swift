import SupportChannel

extension AgentSession {
    /// What the operator may ask for once there is a session.
    enum Action: String, CaseIterable {
        case events
        case run
        case logs
        case pause
        case resume
        case note
        case end
    }

    /// The rules of a session, without any I/O: what is allowed when, and what follows.
    ///
    ///     waiting → deciding → consenting → running ⇄ paused
    ///        └─────────┴───────────┴───────────┴────────┴──→ over
    struct StateMachine: Sendable {
        private enum State {
            /// The operator is there and has offered nothing. Next: deciding, over.
            case waiting
            /// The terms are on the client's screen. Next: consenting, over.
            case deciding
            /// The client agreed and the relay is told. Next: running, over. `leaving`: the client wants to end it already.
            case consenting(leaving: Bool)
            /// The clock runs. Next: paused, over.
            case running
            /// The operator stopped the clock. Next: running, over.
            case paused
            /// Nothing happens any more.
            case over
        }

        private var state = State.waiting

        /// The operator offers terms: once, and first.
        mutating func offer() -> Refusal? {
            switch state {
            case .waiting:
                state = .deciding
                return nil
            case .deciding, .consenting:
                return Refusal(status: 409, message: "the client is looking at the terms already")
            case .running, .paused: return Refusal(status: 409, message: "the client has agreed to terms already")
            case .over: return Self.isOver
            }
        }

        /// The client agreed.
        ///
        /// - Returns: Whether the relay may be told.
        mutating func agree() -> Bool {
            guard case .deciding = state else { return false }
            state = .consenting(leaving: false)
            return true
        }

        /// What the relay's commit leads to.
        enum Start: Equatable { case begin, beginAndEnd, tooLate }

        /// The relay committed the consent.
        mutating func start() -> Start {
            guard case .consenting(let leaving) = state else { return .tooLate }
            state = .running
            return leaving ? .beginAndEnd : .begin
        }

        /// The operator asks for something else than consent.
        func admit(_ action: Action) -> Refusal? {
            switch (state, action) {
            case (.waiting, _), (.deciding, _), (.consenting, _):
                Refusal(status: 403, message: "the client has not agreed to a session yet")
            case (.over, _): Self.isOver
            case (.paused, .run), (.paused, .logs):
                Refusal(status: 409, message: "the session is paused (lotse resume lets it go on)")
            case (.paused, .pause): Refusal(status: 409, message: "the session is paused already")
            case (.running, .resume): Refusal(status: 409, message: "the session is not paused")
            case (.running, _), (.paused, _): nil
            }
        }

        /// The operator stops the clock.
        mutating func pause() -> Refusal? {
            if let refusal = admit(.pause) { return refusal }
            state = .paused
            return nil
        }

        /// The operator lets it go on.
        mutating func resume() -> Refusal? {
            if let refusal = admit(.resume) { return refusal }
            state = .running
            return nil
        }

        /// What the client's wish to end leads to.
        enum Interrupt: Equatable { case leave, wait, end, nothing }

        /// The client wants to end.
        mutating func interrupt() -> Interrupt {
            switch state {
            case .waiting, .deciding: return .leave
            case .consenting:
                // The relay may have started the clock: its answer decides whether there is a session to end.
                state = .consenting(leaving: true)
                return .wait
            case .running, .paused: return .end
            case .over: return .nothing
            }
        }

        /// It is over, whoever ended it.
        ///
        /// - Returns: Whether there was a session.
        @discardableResult
        mutating func finish() -> Bool {
            defer { state = .over }
            switch state {
            case .running, .paused: return true
            case .waiting, .deciding, .consenting, .over: return false
            }
        }

        var isPaused: Bool { if case .paused = state { true } else { false } }
        var isOver: Bool { if case .over = state { true } else { false } }

        private static let isOver = Refusal(status: 409, message: "the session is over")
    }
}
