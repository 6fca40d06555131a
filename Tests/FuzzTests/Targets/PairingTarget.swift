import NIOCore
import NIOEmbedded
import Receipts

@testable import Pairing
@testable import SupportChannel

extension FuzzTarget {
    /// The messages of the pairing: from an end whose own numbers are known, and on their way through the tunnel.
    static let pairing = FuzzTarget(
        "pairing",
        longest: 256,
        seeds: [
            [0] + PairingSamples.operatorShare + PairingSamples.operatorConfirmation,
            [1] + PairingSamples.agentShare + PairingSamples.agentConfirmation,
            [0] + PairingSamples.agentShare,
            [2] + Array("lotse/1 operator\n".utf8) + [0, 65] + PairingSamples.operatorShare + [0, 32]
                + PairingSamples.operatorConfirmation,
            [3] + Array("lotse/1 agent\n".utf8) + [0, 65] + PairingSamples.agentShare + [0, 32]
                + PairingSamples.agentConfirmation + Array("TLS".utf8),
        ],
        words: ["lotse/1 agent\n", "lotse/1 operator\n", "\0A\u{4}", "\0 ", "\n"]
    ) { input in
        let bytes = Array(input.dropFirst())
        switch input.first {
        case 0: try PairingSamples.run(.agent, bytes)
        case 1: try PairingSamples.run(.operator, bytes)
        case 2, 3:
            let end: TunnelEnd = input.first == 2 ? .agent : .operator
            let whole = try PairingSamples.pair(end, [bytes[...]])
            let cut = try PairingSamples.pair(end, bytes.pieces())
            try hold(whole == cut, "\(whole) in one piece, \(cut) in many")
        default: return
        }
    }
}

private enum PairingSamples {
    private static let w = [UInt8](repeating: 0x11, count: 32)

    private static func begin(_ role: SPAKE2.Role) throws -> SPAKE2 {
        try SPAKE2(
            role: role,
            w: SecretBytes(copying: w),
            scalar: SecretBytes(copying: [UInt8](repeating: role == .agent ? 0x22 : 0x33, count: 32)),
            identities: (Array("lotse/1/agent".utf8), Array("lotse/1/operator".utf8)),
            additionalData: Array("lotse/1".utf8)
        )
    }

    /// What the right ends say to each other.
    private static let right: (agent: [UInt8], operator: [UInt8], fromAgent: [UInt8], fromOperator: [UInt8]) = {
        do {
            var agent = try begin(.agent)
            var other = try begin(.operator)
            let first = try agent.receive(share: other.share) ?? []
            _ = try other.receive(share: agent.share)
            return (agent.share, other.share, first, try other.receive(confirmation: first) ?? [])
        } catch { return ([], [], [], []) }
    }()
    static var agentShare: [UInt8] { right.agent }
    static var operatorShare: [UInt8] { right.operator }
    static var agentConfirmation: [UInt8] { right.fromAgent }
    static var operatorConfirmation: [UInt8] { right.fromOperator }

    static func run(_ role: SPAKE2.Role, _ bytes: [UInt8]) throws {
        let (share, confirmation) = (Array(bytes.prefix(SPAKE2.shareBytes)), Array(bytes.dropFirst(SPAKE2.shareBytes)))
        let expected: (share: [UInt8], confirmation: [UInt8]) =
            role == .agent ? (right.operator, right.fromOperator) : (right.agent, right.fromAgent)
        try hold(expected.share.count == 65 && expected.confirmation.count == 32, "two right ends do not agree")
        var end = try begin(role)
        do throws(PairingError) {
            let answer = try end.receive(share: share)
            guard answer?.count == (role == .agent ? 32 : nil) else { throw PairingError(.invalidInput, "the answer") }
        } catch {
            try hold(error.kind == .badMessage, "\(error)")
            try hold(share != expected.share, "the right share is refused")
            var isTaken = true
            do { _ = try end.receive(confirmation: expected.confirmation) } catch { isTaken = false }
            try hold(!isTaken, "a confirmation after a bad share")
            try hold((try? end.withKey { _ in }) == nil, "a key after a bad share")
            return
        }
        // Read by another part of libcrypto.
        try hold(VerifyingKey(bytes: share) != nil, "a share that is no point of the curve")
        try hold(share != end.share, "its own share")
        let isRight = share == expected.share && confirmation == expected.confirmation
        var isPaired = true
        do { _ = try end.receive(confirmation: confirmation) } catch { isPaired = false }
        try hold(isPaired == isRight, isRight ? "the right confirmation is refused" : "another confirmation is taken")
        try hold(((try? end.withKey { _ in }) != nil) == isRight, "the key")
        do { _ = try end.receive(share: share) } catch { return }
        throw Finding("a second share is taken")
    }

    struct Outcome: Equatable {
        var failure: SupportChannelError.Kind?
        var sent: Int
    }

    /// An end in a tunnel, which draws its own numbers: nobody can be right.
    static func pair(_ end: TunnelEnd, _ pieces: [ArraySlice<UInt8>]) throws -> Outcome {
        let code = StretchedCode(room: "4821", authority: [UInt8](repeating: 7, count: 32), w: SecretBytes(copying: w))
        let channel = EmbeddedChannel()
        let paired = channel.eventLoop.makePromise(of: PairingHandler.Paired.self)
        let handler = PairingHandler(try .init(code: code, end: end), deadline: .seconds(10), paired: paired)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/")).wait()
        for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        var sent = 0
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { sent += buffer.readableBytes }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        channel.embeddedEventLoop.run()
        do {
            _ = try paired.futureResult.wait()
            throw Finding("a guess is right")
        } catch let error as SupportChannelError {
            return Outcome(failure: error.kind, sent: sent)
        }
    }
}
