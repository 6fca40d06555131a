import NIOCore
import Pairing
import TLS

/// Wire version 1: the two ends prove to each other that they were told the same code, and from then on speak TLS 1.3 under the key
/// that comes of it. Whoever carries the bytes can do no more than end the connection.
///
/// What goes over the wire, each way:
///
///     "lotse/1 agent\n" or "lotse/1 operator\n"        no negotiation: another line ends the tunnel
///     length (2 bytes, big endian), share              65 bytes, at once
///     length (2 bytes, big endian), confirmation       32 bytes; the agent's first, the operator's only to a right one
///     TLS 1.3                                          the agent is the server; the key's name is "session/0"
///
/// The agent's code is forgotten with its confirmation, the operator's when it has checked one (`Pairing.SPAKE2`).
public struct EncryptedLayer: EndToEndLayer {
    /// The versions of the wire that this end speaks; they go into the confirmations.
    public static let versions = "lotse/1"
    /// The name of a session's first key.
    static let identity = "session/0"

    private let code: StretchedCode
    private let deadline: TimeAmount

    /// - Parameters:
    ///   - code: the code that both ends were told.
    ///   - deadline: how long all of it may take once the other end is there.
    public init(code: StretchedCode, deadline: TimeAmount = .seconds(10)) {
        self.code = code
        self.deadline = deadline
    }

    /// Pairs, then secures. Fails with `SupportChannelError`, of kind `wrongCode` where the ends were not told the same.
    public func establish(on channel: any Channel, as end: TunnelEnd) throws -> EventLoopFuture<Established> {
        let run: PairingHandler.StateMachine
        do {
            run = try PairingHandler.StateMachine(code: code, end: end)
        } catch {
            return channel.eventLoop.makeFailedFuture(SupportChannelError(pairing: error))
        }
        let handler = PairingHandler(run, deadline: deadline, paired: channel.eventLoop.makePromise())
        try channel.pipeline.syncOperations.addHandler(handler)
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        return handler.paired.futureResult.flatMap { paired in
            do {
                return try SecuredTunnel.establish(
                    on: channel,
                    paired.configuration,
                    by: paired.deadline,
                    after: bound.value
                )
            } catch {
                return channel.eventLoop.makeFailedFuture(SupportChannelError(securing: error))
            }
        }
    }
}

extension SupportChannelError {
    init(pairing error: PairingError) {
        switch error.kind {
        case .wrongCode: self.init(kind: .wrongCode, diagnostics: error.diagnostics)
        case .spent: self.init(kind: .codeSpent, diagnostics: error.diagnostics)
        case .badMessage, .outOfOrder: self.init(kind: .protocolViolation, diagnostics: error.diagnostics)
        case .invalidInput, .cryptoFailed: self.init(kind: .misuse, diagnostics: error.description)
        }
    }

    /// Both ends have the same key when TLS begins: where it fails, something happened in between.
    init(securing error: any Error) {
        self.init(kind: .disturbed, diagnostics: (error as? TLSError)?.description ?? "\(error)")
    }
}
