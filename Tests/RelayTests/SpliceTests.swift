import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Relay

@Suite("Splice")
struct SpliceTests {
    /// Two ends whose far sides a test plays; both on one loop, since `EmbeddedEventLoop` is one.
    private struct Pair {
        let loop = EmbeddedEventLoop()
        let one: EmbeddedChannel
        let other: EmbeddedChannel
        let ends: (SpliceHandler, SpliceHandler)

        init() throws {
            one = EmbeddedChannel(loop: loop)
            other = EmbeddedChannel(loop: loop)
            try one.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            try other.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 2)).wait()
            ends = (
                try Splice.addEnd(to: one, queueBytes: 128 * 1024, count: { _ in }),
                try Splice.addEnd(to: other, queueBytes: 128 * 1024, count: { _ in })
            )
        }

        func join() {
            Splice.join(TunnelEndpoint(channel: one, handler: ends.0), TunnelEndpoint(channel: other, handler: ends.1))
            loop.run()
        }
    }

    private func bytes(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    @Test("bytes pass both ways, unchanged and in order")
    func passes() throws {
        let pair = try Pair()
        pair.join()
        try pair.one.writeInbound(ByteBuffer(string: "from one"))
        try pair.other.writeInbound(ByteBuffer(string: "from other"))
        try pair.one.writeInbound(ByteBuffer(string: ", again"))
        pair.loop.run()
        #expect(try bytes(pair.other) == "from one, again")
        #expect(try bytes(pair.one) == "from other")
    }

    @Test("what came before the partner is passed on when it comes")
    func early() throws {
        let pair = try Pair()
        try pair.one.writeInbound(ByteBuffer(string: "early "))
        try pair.other.writeInbound(ByteBuffer(string: "bird"))
        #expect(pair.ends.0.heldBytes == 6)
        pair.join()
        #expect(pair.ends.0.heldBytes == 0)
        try pair.one.writeInbound(ByteBuffer(string: "and late"))
        pair.loop.run()
        #expect(try bytes(pair.other) == "early and late")
        #expect(try bytes(pair.one) == "bird")
    }

    @Test("the end of one side is the end of the other")
    func ends() throws {
        let pair = try Pair()
        pair.join()
        try pair.one.writeInbound(ByteBuffer(string: "last words"))
        pair.one.close(promise: nil)
        pair.loop.run()
        #expect(try bytes(pair.other) == "last words")
        #expect(!pair.other.isActive)
    }

    @Test("a side that ended before the partner came ends the partner")
    func endedBefore() throws {
        let pair = try Pair()
        pair.one.close(promise: nil)
        pair.loop.run()
        pair.join()
        #expect(!pair.other.isActive)
    }

    @Test("an error on one side closes both")
    func failure() throws {
        let pair = try Pair()
        pair.join()
        pair.one.pipeline.fireErrorCaught(CancellationError())
        pair.loop.run()
        #expect(!pair.one.isActive)
        #expect(!pair.other.isActive)
    }

    @Test(
        "while the partner takes nothing, nothing more is read, and no more is held than the queue's limit",
        .timeLimit(.minutes(5))
    )
    func backpressure() async throws {
        // Two tunnels' ends over real sockets on loops of their own, and a far side that does not read.
        let group = MultiThreadedEventLoopGroup.singleton
        let ends = AsyncStream<TunnelEndpoint>.makeStream()
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.socketOption(.so_sndbuf), value: 65_536)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try Splice.addEnd(to: channel, queueBytes: 128 * 1024, count: { _ in })
                    ends.continuation.yield(TunnelEndpoint(channel: channel, handler: handler))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let sender = try await ClientBootstrap(group: group).connect(to: address).get()
        let silent = try await ClientBootstrap(group: group).channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 65_536).connect(to: address).get()
        var iterator = ends.stream.makeAsyncIterator()
        let accepted = [try #require(await iterator.next()), try #require(await iterator.next())]
        // Two loops may bring them in either order.
        let isSenders = { (end: TunnelEndpoint) in end.channel.remoteAddress?.port == sender.localAddress?.port }
        let one = try #require(accepted.first(where: isSenders))
        let other = try #require(accepted.first { !isSenders($0) })
        Splice.join(one, other)
        // More than all buffers together: the last write cannot be through while nobody reads.
        let block = ByteBuffer(repeating: 7, count: 1 << 20)
        let writes = (0..<64).map { _ in sender.writeAndFlush(block) }
        try await writes[0].get()
        let reader = CountingReader(expected: 64 << 20, promise: silent.eventLoop.makePromise())
        #expect(try await sender.eventLoop.submit { sender.isWritable }.get() == false)
        while one.handler.heldBytes == 0 {
            try Task.checkCancellation()
            await Task.yield()
        }
        #expect(one.handler.heldBytes <= 128 * 1024)
        try await silent.pipeline.addHandler(reader)
        try await silent.setOption(.autoRead, value: true).get()
        try await reader.done.get()
        for write in writes { try await write.get() }
        try await server.close()
        try await sender.close()
    }
}

private final class CountingReader: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<Void>
    private let remaining: NIOLockedCount

    init(expected: Int, promise: EventLoopPromise<Void>) {
        self.promise = promise
        remaining = NIOLockedCount(expected)
    }

    var done: EventLoopFuture<Void> { promise.futureResult }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if remaining.subtract(unwrapInboundIn(data).readableBytes) <= 0 { promise.succeed(()) }
    }
}

private final class NIOLockedCount: Sendable {
    private let value: NIOLockedValueBox<Int>
    init(_ value: Int) { self.value = NIOLockedValueBox(value) }
    func subtract(_ amount: Int) -> Int {
        value.withLockedValue {
            $0 -= amount
            return $0
        }
    }
}
