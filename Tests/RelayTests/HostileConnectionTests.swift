import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix
import RelayAPI
import TLS
import Testing

@testable import Relay

/// What a stranger sends to the port, and what the relay makes of it.
@Suite("Hostile connections", .timeLimit(.minutes(5)))
struct HostileConnectionTests {
    /// Sends `text` over TLS and returns all that comes back until the relay closes.
    private func exchange(_ relay: RelayFixture, _ text: String) async throws -> String {
        let answer = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: String.self)
        let context = try TLSContext(
            client: TLSClientConfiguration(trust: .authorities([relay.authority]), host: "localhost")
        )
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(context.makeHandler(), Collector(answer))
                }
            }
            .connect(host: "127.0.0.1", port: relay.endpoint.port).get()
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        return try await answer.futureResult.get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<String>
        private var text = ""
        init(_ promise: EventLoopPromise<String>) { self.promise = promise }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { promise.succeed(text) }
        func handlerRemoved(context: ChannelHandlerContext) { promise.succeed(text) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    @Test("no HTTP at all gets 400 and a close")
    func garbage() async throws {
        try await RelayFixture.with { relay in
            let answer = try await exchange(relay, "\u{1}\u{2}garbage\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("a head of more than 16 KiB gets 4xx and a close")
    func longHead() async throws {
        try await RelayFixture.with { relay in
            let head = "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n"
            let answer = try await exchange(relay, head)
            #expect(answer.hasPrefix("HTTP/1.1 4"))
        }
    }

    @Test("a body beyond the limit gets 413")
    func longBody() async throws {
        try await RelayFixture.with { relay in
            let body = String(repeating: "a", count: 4 << 20)
            let request =
                "POST /v1/join HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let answer = try await exchange(relay, request)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test(
        "JSON that is none, and JSON that is something else, get 400",
        arguments: ["", "{", "[]", "{\"room\":5}", "\u{0}"]
    )
    func otherBodies(body: String) async throws {
        try await RelayFixture.with { relay in
            let request =
                "POST /v1/join HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let answer = try await exchange(relay, request)
            #expect(answer.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test("who goes on before a join is answered is cut off, and gets one answer at most")
    func impatient() async throws {
        try await RelayFixture.with { relay in
            let join = "POST /v1/join HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{\"room\":\"0000\"}"
            let answer = try await exchange(relay, join + join + join)
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count <= 2)
        }
    }

    @Test("a join is answered on a connection that began with another request")
    func lateJoin() async throws {
        try await RelayFixture.with { relay in
            let join =
                "POST /v1/join HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{\"room\":\"0000\"}"
            let answer = try await exchange(relay, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + join)
            #expect(
                answer.hasPrefix("HTTP/1.1 200") && answer.contains("HTTP/1.1 404") && answer.contains("codeNotValid")
            )
        }
    }

    /// A connection without TLS, and all that comes on it until the relay closes it.
    private func call(_ relay: RelayFixture) async throws -> (channel: any Channel, answer: EventLoopFuture<ByteBuffer>)
    {
        let answer = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteCollector(answer))
                }
            }
            .connect(host: "127.0.0.1", port: relay.endpoint.port).get()
        return (channel, answer.futureResult)
    }

    private final class ByteCollector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<ByteBuffer>
        private var bytes = ByteBuffer()
        init(_ promise: EventLoopPromise<ByteBuffer>) { self.promise = promise }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.writeImmutableBuffer(unwrapInboundIn(data))
        }
        func channelInactive(context: ChannelHandlerContext) { promise.succeed(bytes) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private func answer(_ relay: RelayFixture, to bytes: [UInt8]) async throws -> ByteBuffer {
        let (channel, answer) = try await call(relay)
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        return try await answer.get()
    }

    @Test(
        "first bytes that are no TLS get one short sentence and a close, and others go on",
        arguments: [
            Array("GET / HTTP/1.1\r\nHost: relay\r\n\r\n".utf8), Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), [0], [0x0A],
            [UInt8](repeating: 0xFF, count: 100_000),
        ] as [[UInt8]]
    )
    func noTLS(bytes: [UInt8]) async throws {
        try await RelayFixture.with { relay in
            let text = String(buffer: try await answer(relay, to: bytes))
            #expect(text.hasPrefix("HTTP/1.1 400"))
            #expect(text.contains("TLS 1.3") && text.utf8.count < 300)
            let health: [String: String] = try await relay.stranger().send(.GET, RelayRoute.health)
            #expect(health == ["status": "ok"])
        }
    }

    @Test(
        "first bytes of a TLS that makes no sense get an alert and a close, and others go on",
        arguments: [
            // An empty record, one that announces 64 KiB, one of another version, an alert, a ClientHello without content.
            ([22, 3, 1, 0, 0], 10), ([22, 3, 1, 0xFF, 0xFF], 22), ([22, 9, 9, 0, 4, 1, 0, 0, 0], 70),
            ([22, 3, 1, 0, 4, 1, 0, 0, 0], 50),
            // A ClientHello of TLS 1.2: version, random, no session, one suite, no compression.
            (
                [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0xC0, 0x2F, 1, 0],
                70
            ),
        ] as [([UInt8], UInt8)]
    )
    func senselessTLS(bytes: [UInt8], alert: UInt8) async throws {
        try await RelayFixture.with { relay in
            #expect(try await answer(relay, to: bytes) == ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, alert]))
            let health: [String: String] = try await relay.stranger().send(.GET, RelayRoute.health)
            #expect(health == ["status": "ok"])
        }
    }

    @Test("a connection beyond those that an address may have is closed at once, and its place is free again")
    func beyondTheLimit() async throws {
        let settings = ["maximumConnectionsPerAddress: 1000": "maximumConnectionsPerAddress: 2"]
        try await RelayFixture.with(settings: settings) { relay in
            let held = [try await call(relay), try await call(relay)]
            for _ in 0..<2 {
                let (_, answer) = try await call(relay)
                #expect(try await answer.get().readableBytes == 0)
            }
            for (channel, _) in held { channel.close(promise: nil) }
            // The relay hears of that a little later.
            var isServed = false
            for _ in 0..<1000 where !isServed {
                isServed = try await answer(relay, to: [0]).readableBytes > 0
            }
            #expect(isServed)
        }
    }

    @Test("who does not send a head in time is shut out")
    func slowHead() throws {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(
            RequestDeadlineHandler(headLimit: .seconds(20), bodyLimit: .seconds(30))
        )
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("who does not finish a body in time is shut out")
    func slowBody() throws {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(
            RequestDeadlineHandler(headLimit: .seconds(20), bodyLimit: .seconds(30))
        )
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        try channel.writeInbound(HTTPServerRequestPart.head(.init(version: .http1_1, method: .POST, uri: "/")))
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("one address cannot take every place")
    func limits() throws {
        let limits = ConnectionLimits(maximum: 3, maximumPerAddress: 2)
        let one = try (0..<3).map { _ in try Self.channel("203.0.113.7") }
        #expect(one.map { limits.admit($0) } == [true, true, false])
        let other = try (0..<2).map { _ in try Self.channel("203.0.113.8") }
        #expect(other.map { limits.admit($0) } == [true, false])
        try one[0].close().wait()
        one[0].embeddedEventLoop.run()
        #expect(limits.admit(other[1]))
    }

    @Test("connections leave descriptors for everything else")
    func descriptors() {
        let most = DescriptorLimit.current - DescriptorLimit.reserve
        #expect(DescriptorLimit.connections(wanted: .max) == most)
        #expect(DescriptorLimit.connections(wanted: 10) == 10)
    }

    @Test(
        "strangers cannot take all memory: who has proved nothing has fewer places, and leaves one to the next when they have"
    )
    func strangers() throws {
        let limits = ConnectionLimits(maximum: 10, maximumPerAddress: 10, maximumStrangers: 2)
        let channels = try (0..<4).map { try Self.channel("203.0.113.\($0)") }
        let start = NIODeadline.uptimeNanoseconds(7_000_000_000)
        #expect(channels[..<3].map { limits.admit($0, at: start) } == [true, true, false])
        limits.recognize(channels[0])
        #expect(limits.admit(channels[3], at: start + .seconds(2)))
        #expect(
            limits.usage(at: start + .seconds(5))
                == .init(connections: 3, perAddress: 1, strangers: 2, longestStrangerSeconds: 5)
        )
        for channel in [channels[0], channels[1], channels[3]] {
            try channel.close().wait()
            channel.embeddedEventLoop.run()
        }
        #expect(limits.usage() == .init())
    }

    private static func channel(_ address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
        return channel
    }
}
