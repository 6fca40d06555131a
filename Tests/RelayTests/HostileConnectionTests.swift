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

    @Test("plain HTTP on the port of TLS is closed, and others go on")
    func plainHTTP() async throws {
        try await RelayFixture.with { relay in
            let answer = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: String.self)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(answer))
                    }
                }
                .connect(host: "127.0.0.1", port: relay.endpoint.port).get()
            channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"), promise: nil)
            let text = try await answer.futureResult.get()
            #expect(!text.hasPrefix("HTTP"))
            let health: [String: String] = try await relay.stranger().send(.GET, RelayRoute.health)
            #expect(health == ["status": "ok"])
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
