extension ConnectHandler {
    /// What a proxy's answer comes to. Events go in, what is to be done comes out.
    struct StateMachine {
        private enum State {
            /// The connection to the proxy is not there yet. Exits: asked, over.
            case idle
            /// The request is out; what came of the answer so far. Exits: open, over.
            case asked(Answer)
            /// The connection leads to the relay. No exit.
            case open
            /// No way through. No exit.
            case over
        }

        private struct Answer {
            var bytes: [UInt8] = []
            var search = ProxyAnswer.End()
        }

        enum Action: Equatable {
            /// The answer is not whole.
            case wait
            /// The way is open; these bytes came from the relay already.
            case open([UInt8])
            /// Bytes of the relay.
            case pass
            case fail(ProxyFailure)
        }

        /// The longest answer, in bytes, interim ones and their heads together.
        static let longestHead = 16 * 1024

        private let givesPassword: Bool
        private var state = State.idle
        /// Bytes of interim answers.
        private var interimBytes = 0

        init(givesPassword: Bool) { self.givesPassword = givesPassword }

        /// The proxy is connected. True: ask it.
        mutating func connected() -> Bool {
            guard case .idle = state else { return false }
            state = .asked(Answer())
            return true
        }

        mutating func received(_ bytes: some Collection<UInt8>) -> Action {
            switch state {
            case .open: return .pass
            case .idle, .over: return .wait
            case .asked(var answer):
                state = .over
                answer.bytes += bytes
                let action = look(&answer)
                switch action {
                case .wait: state = .asked(answer)
                case .open: state = .open
                case .pass, .fail: break
                }
                return action
            }
        }

        private mutating func look(_ answer: inout Answer) -> Action {
            while true {
                guard answer.bytes.starts(with: "HTTP/1.".utf8.prefix(answer.bytes.count)) else {
                    return .fail(.nonsense)
                }
                let room = Self.longestHead - interimBytes
                guard let length = answer.search.end(in: answer.bytes.prefix(room)) else {
                    return answer.bytes.count < room ? .wait : .fail(.nonsense)
                }
                guard let head = ProxyAnswer(answer.bytes.prefix(length)) else { return .fail(.nonsense) }
                answer = Answer(bytes: Array(answer.bytes.dropFirst(length)))
                switch head.status {
                // RFC 9110 §15.2: there may be any number of interim answers.
                case 100..<200: interimBytes += length
                // §9.3.6: with any 2xx the head is the end of the answer, whatever its fields say.
                case 200..<300: return .open(answer.bytes)
                case 407: return .fail(signIn(head.schemes))
                // tinyproxy says so to a wrong password.
                case 401: return .fail(signIn(["Basic"]))
                default: return .fail(.refused(status: head.status))
                }
            }
        }

        private func signIn(_ schemes: [String]) -> ProxyFailure {
            guard schemes.contains(where: { $0.lowercased() == "basic" }) else { return .passwordUnusable(schemes) }
            return givesPassword ? .passwordRefused : .passwordNeeded
        }

        /// The connection is over. Nil: that is no failure of the proxy's.
        mutating func ended() -> ProxyFailure? { end(.closed) }

        /// The deadline has passed.
        mutating func timedOut() -> ProxyFailure? { end(.silent) }

        private mutating func end(_ failure: ProxyFailure) -> ProxyFailure? {
            switch state {
            case .idle, .asked:
                state = .over
                return failure
            case .open, .over: return nil
            }
        }
    }
}
