import SupportChannel

extension AgentSession {
    /// What the operator may ask for once there is a session.
    enum Action: String, CaseIterable {
        case events
        case run
        case shell
        case logs
        case diagnose
        case get
        case put
        case forward
        case connection
        case names
        case pause
        case resume
        case note
        case cap
    }

    /// Who stops the clock.
    enum Party: Sendable, Hashable { case client, `operator` }

    /// The rules of a session, without any I/O: what is allowed when, and what follows.
    ///
    ///     waiting → deciding → signing → consenting → running ⇄ paused
    ///        └─────────┴──────────┴───────────┴───────────┴────────┴──→ over
    struct StateMachine: Sendable {
        private enum State {
            /// The operator is there and has offered nothing. Next: deciding, over.
            case waiting
            /// The terms are on the client's screen. Next: signing, over.
            case deciding
            /// The client agreed and signed; the operator has not yet. Next: consenting, over.
            case signing
            /// Both signed and the relay is told. Next: running, over. `leaving`: the client wants to end it already.
            case consenting(leaving: Bool)
            /// The clock runs. Next: paused, over.
            case running
            /// One of the two or both stopped the clock. Next: running, over.
            case paused(Set<Party>)
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
            case .deciding, .signing, .consenting:
                return Refusal(status: 409, message: "the client is looking at the terms already")
            case .running, .paused: return Refusal(status: 409, message: "the client has agreed to terms already")
            case .over: return Self.isOver
            }
        }

        /// The client agreed.
        ///
        /// - Returns: Whether the operator may sign.
        mutating func agree() -> Bool {
            guard case .deciding = state else { return false }
            state = .signing
            return true
        }

        /// The operator signed what the client signed.
        mutating func sign() -> Refusal? {
            switch state {
            case .signing:
                state = .consenting(leaving: false)
                return nil
            case .waiting, .deciding: return Refusal(status: 403, message: "the client has not agreed to terms yet")
            case .consenting, .running, .paused: return Refusal(status: 409, message: "this is signed already")
            case .over: return Self.isOver
            }
        }

        /// Whether both signed and the relay has not committed it yet.
        var isConsenting: Bool { if case .consenting = state { true } else { false } }

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
            case (.waiting, _), (.deciding, _), (.signing, _), (.consenting, _):
                Refusal(status: 403, message: "the client has not agreed to a session yet")
            // Whoever asks late hears of the end all the same: it may have come before they could listen.
            case (.over, .events): nil
            case (.over, _): Self.isOver
            case (.paused(let by), .run), (.paused(let by), .shell), (.paused(let by), .logs),
                (.paused(let by), .diagnose), (.paused(let by), .get), (.paused(let by), .put),
                (.paused(let by), .forward), (.paused(let by), .connection), (.paused(let by), .names):
                Refusal(
                    status: 409,
                    message: by.contains(.client)
                        ? "the client paused the session (only they can let it go on)"
                        : "the session is paused (lotse resume lets it go on)"
                )
            case (.paused(let by), .pause) where by.contains(.operator):
                Refusal(status: 409, message: "the session is paused already")
            case (.paused(let by), .resume) where !by.contains(.operator):
                Refusal(status: 409, message: "the client paused the session (only they can let it go on)")
            case (.running, .resume): Refusal(status: 409, message: "the session is not paused")
            case (.running, _), (.paused, _): nil
            }
        }

        /// The operator stops the clock.
        mutating func pause() -> Refusal? {
            if let refusal = admit(.pause) { return refusal }
            state = .paused(pausedBy.union([.operator]))
            return nil
        }

        /// The operator lets it run, unless the client stops it too.
        mutating func resume() -> Refusal? {
            if let refusal = admit(.resume) { return refusal }
            leavePause(.operator)
            return nil
        }

        /// The client stops the clock.
        ///
        /// - Returns: Whether there is a clock that this changes.
        mutating func pauseByClient() -> Bool {
            guard isLive, !pausedBy.contains(.client) else { return false }
            state = .paused(pausedBy.union([.client]))
            return true
        }

        /// The client lets it run, unless the operator stops it too.
        ///
        /// - Returns: Whether the client had stopped it.
        mutating func resumeByClient() -> Bool {
            guard pausedBy.contains(.client) else { return false }
            leavePause(.client)
            return true
        }

        private mutating func leavePause(_ party: Party) {
            let left = pausedBy.subtracting([party])
            state = left.isEmpty ? .running : .paused(left)
        }

        /// What the client's wish to end leads to.
        enum Interrupt: Equatable { case leave, wait, end, nothing }

        /// The client wants to end.
        mutating func interrupt() -> Interrupt {
            switch state {
            case .waiting, .deciding, .signing: return .leave
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
            return isLive
        }

        /// Who stops the clock now.
        var pausedBy: Set<Party> { if case .paused(let by) = state { by } else { [] } }
        var isPaused: Bool { !pausedBy.isEmpty }
        var isOver: Bool { if case .over = state { true } else { false } }
        /// Whether there is a session.
        var isLive: Bool {
            switch state {
            case .running, .paused: true
            case .waiting, .deciding, .signing, .consenting, .over: false
            }
        }

        private static let isOver = Refusal(status: 409, message: "the session is over")
    }
}
