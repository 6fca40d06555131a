import Pairing
import TLS

extension PairingHandler {
    /// What one end of the pairing expects next. Messages go in, answers come out; no NIO in here.
    struct StateMachine: ~Copyable {
        private enum State {
            /// Exits: `share`, `failed`.
            case greeting
            /// Exits: `confirmation`, `failed`.
            case share
            /// The agent has given its answer and waits for the operator's, or the operator for the agent's. Exits: `paired`, `failed`.
            case confirmation
            /// No exit.
            case paired
            /// No exit.
            case failed
        }

        enum Expectation {
            case greeting
            case message(length: Int)
            case nothing
        }

        private let end: TunnelEnd
        private var run: SPAKE2
        private var state = State.greeting

        init(code: StretchedCode, end: TunnelEnd) throws(PairingError) {
            self.end = end
            run = try SPAKE2(code, as: end == .agent ? .agent : .operator, versions: EncryptedLayer.versions)
        }

        /// What the other end is sent first.
        var greeting: String { "\(EncryptedLayer.versions) \(end.rawValue)\n" }
        /// And right behind it.
        var share: [UInt8] { run.share }

        var isPaired: Bool { state == .paired }
        var isFailed: Bool { state == .failed }

        var expects: Expectation {
            switch state {
            case .greeting: .greeting
            case .share: .message(length: SPAKE2.shareBytes)
            case .confirmation: .message(length: SPAKE2.confirmationBytes)
            case .paired, .failed: .nothing
            }
        }

        mutating func received(greeting line: String) throws(SupportChannelError) {
            guard line == "\(EncryptedLayer.versions) \(end.other.rawValue)" else {
                throw SupportChannelError(kind: .wrongPeer, diagnostics: "an unexpected greeting")
            }
            state = .share
        }

        /// - Returns: What the other end is to be sent.
        mutating func received(message: [UInt8]) throws(SupportChannelError) -> [UInt8]? {
            do throws(PairingError) {
                if state == .share {
                    let answer = try run.receive(share: message)
                    state = .confirmation
                    return answer
                }
                let answer = try run.receive(confirmation: message)
                state = .paired
                return answer
            } catch {
                throw SupportChannelError(pairing: error)
            }
        }

        mutating func fail() { state = .failed }

        /// What an end or a deadline means here. An operator who sees a wrong confirmation sends none; so an agent that has given its
        /// answer and gets no other is told what the operator is told.
        func failure(_ error: SupportChannelError) -> SupportChannelError {
            guard end == .agent, state == .confirmation else { return error }
            return SupportChannelError(kind: .wrongCode, diagnostics: "the other end did not answer")
        }

        /// TLS under the key that both ends now have.
        func configuration() throws -> TLSPreSharedKeyConfiguration {
            try run.withKey { key in
                try TLSPreSharedKeyConfiguration(
                    identity: EncryptedLayer.identity,
                    key: key,
                    role: end == .agent ? .server : .client
                )
            }
        }
    }
}
