import NIOCore
import NIOEmbedded
import TLS
import Testing

@testable import RelayAPI

@Suite("Through a proxy", .timeLimit(.minutes(3)))
struct ProxiedClientTests {
    private struct Nothing: Codable, Sendable {}

    private static func ask(_ relay: TestRelay, through proxy: Proxy?) async throws {
        let client = try RelayClient(endpoint: relay.endpoint, trust: .pin(relay.pin), proxy: proxy)
        _ = try await client.send(.GET, "/v1/whoami", as: Nothing.self)
    }

    private static func failure(_ manner: TestProxy.Manner, user: String? = nil) async throws -> RelayAPIError {
        var failure: RelayAPIError?
        try await TestRelay.with { relay in
            try await TestProxy.with(manner) { proxy in
                failure = await #expect(throws: RelayAPIError.self) {
                    try await Self.ask(relay, through: proxy.proxy(user: user))
                }
                #expect(failure?.description.contains(proxy.address) == true)
                #expect(failure?.description.contains("secret") == false)
            }
        }
        return try #require(failure)
    }

    @Test("requests and the tunnel go through it; it sees the relay's address, and who asks")
    func honest() async throws {
        try await TestRelay.with { relay in
            try await TestProxy.with(.honest(authorization: "Basic amFuYTpzZWNyZXQ=")) { proxy in
                try await Self.ask(relay, through: proxy.proxy(user: "jana:secret"))
                let client = try RelayClient(
                    endpoint: relay.endpoint,
                    trust: .pin(relay.pin),
                    proxy: proxy.proxy(user: "jana:secret")
                )
                let echo = try await client.openTunnel("/v1/tunnel") { try Echoed(on: $0, awaiting: 100_000) }
                echo.channel.writeAndFlush(ByteBuffer(repeating: 7, count: 100_000), promise: nil)
                try await echo.arrival.get()
                try await echo.channel.close()
                let asked = relay.endpoint.authority
                let request =
                    "CONNECT \(asked) HTTP/1.1\r\nHost: \(asked)\r\nUser-Agent: lotse/1\r\n"
                    + "Proxy-Authorization: Basic amFuYTpzZWNyZXQ=\r\n\r\n"
                #expect(proxy.requests == [request, request])
            }
        }
    }

    @Test("a proxy that cuts a tunnel is an error in it, not an end")
    func cut() async throws {
        try await TestRelay.with { relay in
            try await TestProxy.with(.honest()) { proxy in
                let client = try RelayClient(endpoint: relay.endpoint, trust: .pin(relay.pin), proxy: proxy.proxy())
                let echo = try await client.openTunnel("/v1/tunnel") { try Echoed(on: $0, awaiting: 5) }
                echo.channel.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
                try await echo.arrival.get()
                proxy.cut()
                let error = await #expect(throws: TLSError.self) { try await echo.end.get() }
                #expect(error?.kind == .truncated)
            }
        }
    }

    @Test("407 without a password, and with one that is not right")
    func password() async throws {
        let needed = try await Self.failure(.honest(authorization: "Basic amFuYTpzZWNyZXQ="))
        #expect(needed.kind == .proxy(.passwordNeeded))
        #expect(
            needed.description.contains("asks for a user name and a password (write http://USER:PASSWORD@HOST:PORT")
        )
        let wrong = try await Self.failure(.honest(authorization: "Basic amFuYTpzZWNyZXQ="), user: "jana:secretive")
        #expect(wrong.kind == .proxy(.passwordRefused))
        let other = try await Self.failure(
            .says(
                "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n",
                closes: false
            ),
            user: "jana:secret"
        )
        #expect(other.kind == .proxy(.passwordUnusable(["Negotiate", "NTLM"])))
        #expect(other.description.contains("Negotiate, NTLM"))
    }

    @Test(
        "502, garbage, a head without an end and a cut are a sentence each, at once",
        arguments: [
            (
                TestProxy.Manner.says("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>", closes: false),
                ProxyFailure.refused(status: 502)
            ),
            (.says("HTTP/1.1 403 Forbidden\r\n\r\n", closes: true), .refused(status: 403)),
            (.says("220 mail.example ESMTP\r\n", closes: false), .nonsense),
            (.says("HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 20_000), closes: false), .nonsense),
            (.says("HTTP/1.1 200 O", closes: true), .closed), (.closes, .closed),
        ]
    )
    func bad(manner: TestProxy.Manner, failure: ProxyFailure) async throws {
        let start = ContinuousClock.now
        #expect(try await Self.failure(manner).kind == .proxy(failure))
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("a proxy that says 200 and then something else than the relay breaks TLS, and nothing is trusted")
    func liar() async throws {
        let answer = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}"
        try await TestRelay.with { relay in
            try await TestProxy.with(.says(answer, closes: false)) { proxy in
                let error = await #expect(throws: RelayAPIError.self) {
                    try await Self.ask(relay, through: proxy.proxy())
                }
                #expect(error?.kind == .tls(.handshakeFailed))
            }
        }
    }

    @Test("a proxy where nobody listens is told from a relay where nobody does")
    func unreachable() async throws {
        let nobody = try Proxy(url: "http://127.0.0.1:1")
        try await TestRelay.with { relay in
            let error = await #expect(throws: RelayAPIError.self) { try await Self.ask(relay, through: nobody) }
            #expect(error?.kind == .proxy(.unreachable("Connection refused")))
            let unknown = try Proxy(url: "http://proxy.invalid:3128")
            let name = await #expect(throws: RelayAPIError.self) { try await Self.ask(relay, through: unknown) }
            #expect(name?.kind == .proxy(.unreachable("no such host name")))
        }
        try await TestProxy.with(.honest()) { proxy in
            let relay = TestRelay(
                endpoint: RelayEndpoint(host: "127.0.0.1", port: 1),
                pin: Array(repeating: 0, count: 32)
            )
            let error = await #expect(throws: RelayAPIError.self) { try await Self.ask(relay, through: proxy.proxy()) }
            #expect(error?.kind == .proxy(.refused(status: 502)))
        }
    }

    @Test(
        "those behind hear that the connection is there with the proxy's answer, and get what came with it, before anything else"
    )
    func order() throws {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        let opened = loop.makePromise(of: Void.self)
        let record = Record()
        let relay = RelayEndpoint(host: "::1", port: 4470)
        try channel.pipeline.syncOperations.addHandlers([
            ConnectHandler(try Proxy(url: "http://p:1"), to: relay, promise: opened), record,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let request = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: request).hasPrefix("CONNECT [::1]:4470 HTTP/1.1\r\nHost: [::1]:4470\r\n"))
        #expect(record.events.isEmpty)
        try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nabc"))
        try opened.futureResult.wait()
        try channel.writeInbound(ByteBuffer(string: "def"))
        #expect(record.events == ["active", "abc", "def"])
        #expect(throws: (any Error).self) { try channel.pipeline.syncOperations.handler(type: ConnectHandler.self) }
        // The deadline is nobody's business any more.
        loop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    @Test("a proxy that does not answer is given up after ten seconds")
    func silent() throws {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(loop: loop)
        let opened = loop.makePromise(of: Void.self)
        let relay = RelayEndpoint(host: "relay.example", port: 4470)
        try channel.pipeline.syncOperations.addHandler(
            ConnectHandler(try Proxy(url: "http://p:1"), to: relay, promise: opened)
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        loop.advanceTime(by: .milliseconds(9_999))
        #expect(channel.isActive)
        loop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(throws: ProxyFailure.silent) { try opened.futureResult.wait() }
    }
}

/// What a handler behind the proxy's hears.
private final class Record: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var events: [String] = []

    func channelActive(context: ChannelHandlerContext) { events.append("active") }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        events.append(String(buffer: Self.unwrapInboundIn(data)))
    }
}

/// The end of a tunnel that counts what comes back.
private struct Echoed: Sendable {
    let channel: any Channel
    /// Succeeds when all has come back.
    let arrival: EventLoopFuture<Void>
    /// How the connection ends.
    let end: EventLoopFuture<Void>

    init(on channel: any Channel, awaiting count: Int) throws {
        self.channel = channel
        let counter = Counter(count, channel.eventLoop.makePromise(), channel.eventLoop.makePromise())
        (arrival, end) = (counter.arrival.futureResult, counter.end.futureResult)
        try channel.pipeline.syncOperations.addHandler(counter)
    }

    private final class Counter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var left: Int
        let arrival: EventLoopPromise<Void>
        let end: EventLoopPromise<Void>

        init(_ count: Int, _ arrival: EventLoopPromise<Void>, _ end: EventLoopPromise<Void>) {
            left = count
            self.arrival = arrival
            self.end = end
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            left -= Self.unwrapInboundIn(data).readableBytes
            if left == 0 { arrival.succeed() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { end.fail(error) }

        func handlerRemoved(context: ChannelHandlerContext) {
            arrival.fail(ChannelError.eof)
            end.succeed()
        }
    }
}
