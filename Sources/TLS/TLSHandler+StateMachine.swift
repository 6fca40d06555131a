extension TLSHandler {
    /// What a connection may do next. Events go in, what is to be done comes out; no NIO and no OpenSSL in here.
    struct StateMachine {
        private enum State {
            /// In a pipeline whose channel is not active yet. Exits: handshaking, closed.
            case idle
            /// Exits: open, lingering, closed.
            case handshaking
            /// The handshake is done; each direction ends on its own. Exits: lingering, closed.
            case open(Directions)
            /// Failed with an alert on its way: what still comes in is thrown away, so that the kernel does not
            /// answer it with a reset, which could overtake the alert. Exit: closed.
            case lingering
            /// Over. No exit.
            case closed
        }

        private struct Directions {
            enum Output {
                /// Takes writes.
                case open
                /// Takes no more; what was written is being encrypted as the channel takes it.
                case draining
                /// close_notify is on its way into the channel.
                case closing
                /// close_notify was written.
                case closed
            }

            /// Whether the peer's close_notify is still to come.
            var inputIsOpen = true
            var output = Output.open
            /// Both directions are to end: nobody wants the input any more.
            var endsBoth = false

            var isOver: Bool { output == .closed && !inputIsOpen }
        }

        private var state = State.idle

        // MARK: What may be done

        var isHandshaking: Bool { if case .handshaking = state { true } else { false } }

        /// Whether the handshake is done and the connection not over.
        var hasKeys: Bool { if case .open = state { true } else { false } }

        /// Writes are taken before the handshake too, and wait.
        var takesWrites: Bool {
            switch state {
            case .idle, .handshaking: true
            case .open(let directions): directions.output == .open
            case .lingering, .closed: false
            }
        }

        /// Whether what was written may be encrypted now.
        var encrypts: Bool {
            guard case .open(let directions) = state else { return false }
            return directions.output == .open || directions.output == .draining
        }

        /// Whether bytes that come in mean anything.
        var takesInput: Bool {
            switch state {
            case .handshaking: true
            case .open(let directions): directions.inputIsOpen
            case .idle, .lingering, .closed: false
            }
        }

        /// Whether plaintext goes on to the application, rather than being thrown away.
        var deliversPlaintext: Bool {
            guard case .open(let directions) = state else { return false }
            return directions.inputIsOpen && !directions.endsBoth
        }

        /// Whether this side must read although the application may not have asked for it.
        var readsForItself: Bool {
            switch state {
            case .handshaking, .lingering: true
            case .open(let directions): directions.endsBoth && directions.inputIsOpen
            case .idle, .closed: false
            }
        }

        /// Whether the end of both directions was asked for and a deadline runs.
        var isEnding: Bool {
            guard case .open(let directions) = state else { return false }
            return directions.endsBoth
        }

        // MARK: Events

        /// The channel is active. True: the handshake begins.
        mutating func start() -> Bool {
            guard case .idle = state else { return false }
            state = .handshaking
            return true
        }

        mutating func handshakeFinished() {
            guard case .handshaking = state else { return }
            state = .open(Directions())
        }

        enum CloseAction: Equatable {
            /// Nothing was agreed that could be ended properly.
            case closeTransport
            /// Encrypt what was written, then say close_notify; the deadline begins.
            case drain
            /// That is under way already.
            case wait
        }

        /// The application ends both directions.
        mutating func close() -> CloseAction {
            switch state {
            case .idle, .handshaking, .closed:
                state = .closed
                return .closeTransport
            case .lingering:
                return .wait
            case .open(var directions):
                guard !directions.endsBoth else { return .wait }
                directions.endsBoth = true
                if directions.output == .open { directions.output = .draining }
                state = .open(directions)
                return .drain
            }
        }

        /// The application ends its own direction. False: it is not open.
        mutating func closeOutput() -> Bool {
            guard case .open(var directions) = state, directions.output == .open else { return false }
            directions.output = .draining
            state = .open(directions)
            return true
        }

        /// Everything written is encrypted. True: close_notify comes next.
        mutating func drained() -> Bool {
            guard case .open(var directions) = state, directions.output == .draining else { return false }
            directions.output = .closing
            state = .open(directions)
            return true
        }

        /// close_notify was written to the channel. True: both directions are over, so the transport closes.
        mutating func closeNotifyWritten() -> Bool {
            guard case .open(var directions) = state, directions.output == .closing else { return false }
            directions.output = .closed
            state = directions.isOver ? .closed : .open(directions)
            return directions.isOver
        }

        enum CloseNotifyAction: Equatable {
            /// Tell the application, which allows half closure; then the other direction stays usable, or is over too.
            case inputClosed(isOver: Bool)
            /// Answer: encrypt what was written, say close_notify; the deadline begins.
            case drain
            /// Ours is still on its way.
            case wait
            /// Both directions are over.
            case closeTransport
        }

        /// The peer's close_notify came.
        mutating func closeNotifyReceived(allowingHalfClosure: Bool) -> CloseNotifyAction {
            guard case .open(var directions) = state else { return .wait }
            directions.inputIsOpen = false
            defer { state = directions.isOver ? .closed : .open(directions) }
            if allowingHalfClosure, !directions.endsBoth { return .inputClosed(isOver: directions.isOver) }
            switch directions.output {
            case .closed:
                return .closeTransport
            case .open:
                directions.endsBoth = true
                directions.output = .draining
                return .drain
            case .draining, .closing:
                return .wait
            }
        }

        enum EndAction: Equatable {
            /// As agreed, or after a failure that is known already.
            case expected
            /// In the middle of the handshake.
            case duringHandshake
            /// Without close_notify, or before all was written.
            case truncated
        }

        /// The transport's input ended, or all of it.
        mutating func transportEnded() -> EndAction {
            defer { state = .closed }
            switch state {
            case .idle, .lingering, .closed:
                return .expected
            case .handshaking:
                return .duringHandshake
            case .open(let directions):
                // With our close_notify written, and nobody wanting the input, nothing that matters can be missing:
                // many peers end the transport rather than answer.
                return directions.output == .closed && (directions.endsBoth || !directions.inputIsOpen)
                    ? .expected : .truncated
            }
        }

        /// The transport's input alone ended. True: that is what the peer's close_notify announced.
        var expectsEndOfInput: Bool {
            switch state {
            case .open(let directions): !directions.inputIsOpen
            case .idle, .handshaking, .lingering, .closed: false
            }
        }

        enum FailureAction: Equatable {
            /// Known already.
            case ignore
            /// Let the alert arrive first.
            case linger
            case closeTransport
        }

        /// The connection failed, with or without an alert to send.
        mutating func failed(sendingAlert: Bool) -> FailureAction {
            switch state {
            case .lingering, .closed:
                return .ignore
            case .idle, .handshaking, .open:
                state = sendingAlert ? .lingering : .closed
                return sendingAlert ? .linger : .closeTransport
            }
        }

        /// A deadline passed, or the handler leaves the pipeline.
        mutating func abandon() {
            state = .closed
        }
    }
}
