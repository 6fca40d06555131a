import NIOCore
import NIOEmbedded
@testable import Pairing

@testable import SupportChannel

/// Two ends of a tunnel on embedded channels, and a relay in between that does what the test wants.
final class EncryptedPair {
    final class End {
        let channel: EmbeddedChannel
        let code: StretchedCode
        var outcome: Result<Established, any Error>?
        var received = ""

        init(_ end: TunnelEnd, _ code: StretchedCode, _ loop: EmbeddedEventLoop) throws {
            channel = EmbeddedChannel(loop: loop)
            self.code = code
            try EncryptedLayer(code: code).establish(on: channel, as: end).assumeIsolated()
                .whenComplete { self.outcome = $0 }
        }

        func connect() throws {
            channel.connect(to: try SocketAddress(unixDomainSocketPath: "/other"), promise: nil)
        }

        /// What it has to send.
        func take() -> ByteBuffer {
            var all = ByteBuffer()
            while let part = try? channel.readOutbound(as: ByteBuffer.self) { all.writeImmutableBuffer(part) }
            return all
        }

        func deliver(_ bytes: ByteBuffer) {
            guard channel.isActive, bytes.readableBytes > 0 else { return }
            channel.pipeline.fireChannelRead(bytes)
            channel.pipeline.fireChannelReadComplete()
            while let part = try? channel.readInbound(as: ByteBuffer.self) { received += String(buffer: part) }
        }

        /// The connection is gone.
        func drop() {
            guard channel.isActive else { return }
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            channel.close(promise: nil)
            channel.embeddedEventLoop.run()
        }

        func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

        var isEstablished: Bool { if case .success = outcome { true } else { false } }
        var failure: SupportChannelError.Kind? {
            if case .failure(let error as SupportChannelError) = outcome { error.kind } else { nil }
        }
    }

    let loop = EmbeddedEventLoop()
    let agent: End
    let operatorEnd: End

    init(agent: StretchedCode, operator code: StretchedCode) throws {
        self.agent = try End(.agent, agent, loop)
        operatorEnd = try End(.operator, code, loop)
    }

    deinit {
        for end in [agent, operatorEnd] { end.channel.close(promise: nil) }
        loop.run()
    }

    func connect() throws {
        try agent.connect()
        try operatorEnd.connect()
    }

    /// Carries bytes both ways until there are none, each batch as `relay` has it; an end that went takes the other along.
    func carry(chunk: Int = .max, _ relay: (_ toAgent: Bool, ByteBuffer) -> ByteBuffer = { $1 }) {
        var moved = true
        while moved {
            moved = false
            for (source, target) in [(agent, operatorEnd), (operatorEnd, agent)] {
                var bytes = source.take()
                guard bytes.readableBytes > 0 else { continue }
                moved = true
                bytes = relay(target === agent, bytes)
                while let part = bytes.readSlice(length: min(chunk, bytes.readableBytes)), part.readableBytes > 0 {
                    target.deliver(part)
                }
            }
            loop.run()
        }
    }

    /// What each program does: an end that failed closes, and the relay then closes the other.
    func dropFailed() {
        for (end, other) in [(operatorEnd, agent), (agent, operatorEnd)] where end.failure != nil {
            end.drop()
            other.drop()
        }
    }

    var ends: [End] { [agent, operatorEnd] }
}

extension StretchedCode {
    /// A code without the time that scrypt takes.
    static func quick(
        room: String = "4821",
        secret: UInt8 = 1,
        authority: UInt8 = 7
    ) -> StretchedCode {
        StretchedCode(
            room: room,
            authority: [UInt8](repeating: authority, count: 32),
            w: SecretBytes(copying: [UInt8](repeating: secret, count: 32))
        )
    }
}
