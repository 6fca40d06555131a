import NIOCore
import NIOEmbedded
import TLS
import Testing

@testable import RelayAPI

@Suite("A tunnel in which an end waits")
struct TunnelPulseTests {
    /// Counts the pulses that reach the transport.
    private final class Pulses: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var count = 0

        func triggerUserOutboundEvent(
            context: ChannelHandlerContext,
            event: Any,
            promise: EventLoopPromise<Void>?
        ) {
            if event as? TLSRequest == .pulse { count += 1 }
            promise?.succeed()
        }
    }

    @Test("is never silent for a minute, until the other end is there")
    func waiting() throws {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        let pulses = Pulses()
        try channel.pipeline.syncOperations.addHandlers([pulses, TunnelPulse()])
        for minute in 1...10 {
            loop.advanceTime(by: .seconds(60))
            #expect(pulses.count >= 2 * minute)
        }
        let count = pulses.count
        try channel.writeInbound(ByteBuffer(string: "lotse/1 operator\n"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "lotse/1 operator\n"))
        loop.advanceTime(by: .seconds(600))
        #expect(pulses.count == count)
        _ = try channel.finish()
    }
}
