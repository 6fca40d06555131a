import NIOCore
import NIOEmbedded
import NIOHTTP2
import Testing

@testable import SupportChannel

@Suite("Liveness")
struct LivenessHandlerTests {
    /// Keeps the pings that a channel sends and the error that ends it.
    private final class Probe: ChannelDuplexHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundIn = HTTP2Frame
        typealias OutboundOut = ByteBuffer

        var pings = 0
        var error: SupportChannelError?

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if case .ping(_, ack: false) = unwrapOutboundIn(data).payload { pings += 1 }
            promise?.succeed()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            self.error = error as? SupportChannelError
        }
    }

    private let probe = Probe()
    private let channel = EmbeddedChannel()

    init() throws {
        try channel.pipeline.syncOperations.addHandlers([LivenessHandler(), probe])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/other")).wait()
    }

    private func receive() throws { try channel.writeInbound(ByteBuffer(string: "x")) }

    @Test("a busy connection is not asked")
    func busy() throws {
        for _ in 0..<20 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(2))
            try receive()
        }
        #expect(probe.pings == 0)
        #expect(channel.isActive)
    }

    @Test("a quiet connection is asked, and lives on when it answers")
    func quiet() throws {
        for _ in 0..<10 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(10))
            #expect(probe.pings > 0)
            try receive()
        }
        #expect(channel.isActive)
    }

    @Test("a dead connection is closed within 20 seconds, and the error says why")
    func silent() throws {
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(probe.pings == 2)
        #expect(probe.error?.kind == .silent)
        #expect(!channel.isActive)
    }

    @Test("a closed connection leaves no timer behind")
    func closed() throws {
        try channel.close().wait()
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(probe.pings == 0)
        #expect(probe.error == nil)
    }
}
