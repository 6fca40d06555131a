import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import Relay

@Suite("Receive buffers")
struct PassingReceiveBuffersTests {
    @Test("one read takes no more than was said", arguments: [512, 1000, 65_536, 98_436])
    func size(bytes: Int) {
        let buffer = PassingReceiveBuffers(bytes: bytes).buffer(allocator: ByteBufferAllocator())
        #expect(buffer.writableBytes == bytes)
        #expect(buffer.readableBytes == 0)
    }

    @Test("the buffer that a channel keeps is small, those that it does not keep are large", .timeLimit(.minutes(1)))
    func keepsOne() async throws {
        let sizes = NIOLockedValueBox<[Int]>([])
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: PassingReceiveBuffers(bytes: 65_536, keptBytes: 512))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SizeEcho(sizes: sizes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let answers = AsyncStream<Void>.makeStream()
        let client = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Signal(continuation: answers.continuation))
                }
            }
            .connect(to: try #require(server.localAddress)).get()
        var iterator = answers.stream.makeAsyncIterator()
        for _ in 0..<4 {
            try await client.writeAndFlush(ByteBuffer(string: "x")).get()
            _ = await iterator.next()
        }
        #expect(sizes.withLockedValue { $0 } == [512, 65_536, 65_536, 65_536])
        try await client.close()
        try await server.close()
    }
}

/// Notes how large the buffers are in which bytes come, and sends the bytes back.
private final class SizeEcho: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let sizes: NIOLockedValueBox<[Int]>
    init(sizes: NIOLockedValueBox<[Int]>) { self.sizes = sizes }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        sizes.withLockedValue { $0.append(bytes.capacity) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }
}

private final class Signal: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<Void>.Continuation
    init(continuation: AsyncStream<Void>.Continuation) { self.continuation = continuation }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield() }
}
