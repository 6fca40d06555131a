import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import TLS

/// Asks the relay.
public struct RelayClient: Sendable {
    /// Where the relay is.
    public let endpoint: RelayEndpoint
    private let context: TLSContext
    private let proxy: Proxy?
    private let group: any EventLoopGroup
    /// Makes what looks names up; nil: the system's.
    var resolver: (@Sendable () -> any Resolver & Sendable)?

    /// How long the relay may take for one answer.
    public static let answerTimeout: TimeAmount = .seconds(30)
    /// The longest answer that is read, in bytes.
    static let longestAnswer = 64 << 20

    /// A client.
    ///
    /// - Parameters:
    ///   - trust: whom to take for the relay.
    ///   - certificate: an operator's certificate, with its key.
    ///   - whenRefused: gets what a server sent that is not taken for the relay.
    ///   - proxy: through which the relay is reached; nil: there is none.
    /// - Throws: `TLSError` where certificate and key do not fit.
    public init(
        endpoint: RelayEndpoint,
        trust: TLSTrust,
        certificate: Certificate? = nil,
        privateKey: PrivateKey? = nil,
        proxy: Proxy? = nil,
        whenRefused: (@Sendable ([Certificate]) -> Void)? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws {
        self.endpoint = endpoint
        self.proxy = proxy
        self.group = group
        var configuration = TLSClientConfiguration(trust: trust, host: endpoint.host)
        configuration.certificateChain = certificate.map { [$0] } ?? []
        configuration.privateKey = privateKey
        configuration.whenRefused = whenRefused
        self.context = try TLSContext(client: configuration)
    }

    /// An answer with what is known about who gave it.
    public struct Reply<Answer: Sendable>: Sendable {
        /// The body.
        public let answer: Answer
        /// SPKI SHA-256 of the authority that the relay presented, in hexadecimal.
        public let authority: String
    }

    /// Asks, and reads the answer as JSON.
    ///
    /// - Throws: `Problem` where the relay says no, `RelayAPIError` where it cannot be asked.
    public func send<Answer: Decodable & Sendable>(
        _ method: HTTPMethod,
        _ path: String,
        token: String? = nil,
        body: (any Encodable & Sendable)? = nil,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        try await exchange(method, path, token: token, body: body, as: type).answer
    }

    /// The same, with the authority that the relay presented.
    public func exchange<Answer: Decodable & Sendable>(
        _ method: HTTPMethod,
        _ path: String,
        token: String? = nil,
        body: (any Encodable & Sendable)? = nil,
        as type: Answer.Type = Answer.self
    ) async throws -> Reply<Answer> {
        let content = try body.map { ByteBuffer(bytes: try JSONEncoder().encode($0)) }
        var head = request(method, path, token: token)
        if let content {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: "\(content.readableBytes)")
        } else if method == .POST {
            head.headers.add(name: "Content-Length", value: "0")
        }
        head.headers.add(name: "Connection", value: "close")
        do {
            return try await answer(roundTrip(head, content))
        } catch {
            throw RelayAPIError.from(error, endpoint)
        }
    }

    /// Goes to a room, over a connection that stays open to become the tunnel.
    ///
    /// - Throws: as ``send(_:_:token:body:as:)`` does; the connection is closed then.
    public func join(room: String) async throws -> (reply: Reply<JoinAnswer>, connection: KeptConnection) {
        let content = ByteBuffer(bytes: try JSONEncoder().encode(JoinRequest(room: room)))
        var head = request(.POST, RelayRoute.join, token: nil)
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: "\(content.readableBytes)")
        do {
            let trip = try await roundTrip(head, content, keepsOpen: true)
            do {
                return (try answer(trip), trip.connection)
            } catch {
                trip.connection.close()
                throw error
            }
        } catch {
            throw RelayAPIError.from(error, endpoint)
        }
    }

    private func answer<Answer: Decodable & Sendable>(_ trip: RoundTrip) throws -> Reply<Answer> {
        let authority = trip.peer.map { Hexadecimal.encode($0.authoritySPKISHA256) } ?? ""
        return Reply(answer: try trip.response.decoded(as: Answer.self), authority: authority)
    }

    /// Whether the relay is there, who it is, and what its clock says.
    public func look() async throws -> RelaySight {
        do {
            var head = request(.GET, RelayRoute.health, token: nil)
            head.headers.add(name: "Connection", value: "close")
            let trip = try await roundTrip(head, nil)
            guard trip.response.head.status == .ok else { throw trip.response.problem }
            let date = trip.response.head.headers.first(name: "Date").flatMap { HTTPDate.read($0) }
            return RelaySight(chain: trip.peer?.chain ?? [], date: date)
        } catch {
            throw RelayAPIError.from(error, endpoint)
        }
    }

    /// Opens the tunnel; `initializer` adds the handlers of the layer above on the event loop, before any byte of it can arrive.
    ///
    /// - Parameters:
    ///   - connection: what becomes the tunnel; a new connection where it is gone.
    ///   - limit: how long the relay may take to be reached and to answer.
    /// - Throws: `Problem` where the relay says no, `RelayAPIError` where it cannot be asked.
    public func openTunnel<Output: Sendable>(
        _ path: String,
        token: String? = nil,
        over connection: KeptConnection? = nil,
        within limit: TimeAmount = answerTimeout,
        initializer: @escaping @Sendable (any Channel) throws -> Output
    ) async throws -> Output {
        var head = request(.GET, path, token: token)
        head.headers.add(name: "Connection", value: "Upgrade")
        head.headers.add(name: "Upgrade", value: RelayRoute.tunnelProtocol)
        let request = head
        do {
            if let connection {
                do {
                    return try await connection.become(request, within: Self.reachTimeout, initializer: initializer)
                } catch is KeptConnection.Gone {}
            }
            let (outcome, handshake) = try await connect(within: limit) { channel, handshake in
                channel.eventLoop.makeCompletedFuture {
                    let outcome = try TunnelRequest.add(request, to: channel, within: limit, initializer: initializer)
                    return (outcome, handshake)
                }
            }
            // The handshake says more about a failure than the request that never went out.
            _ = try await handshake.get()
            return try await outcome.get().output()
        } catch {
            throw RelayAPIError.from(error, endpoint)
        }
    }

    /// Opens another tunnel for a session that goes on, and waits until it does.
    ///
    /// An attempt that takes too long is given up with its connection, so that none comes late into the way of the next.
    /// - Parameter resume: goes on over the channel, on its event loop; its future succeeds when the session goes on.
    /// - Throws: as ``openTunnel(_:token:initializer:)`` does, and what `resume` fails with.
    public func takeUp(
        _ path: String,
        token: String? = nil,
        _ resume: @escaping @Sendable (any Channel) throws -> EventLoopFuture<Void>
    ) async throws {
        let goesOn = try await openTunnel(path, token: token, within: Self.reachTimeout) { channel in
            let goesOn = try resume(channel)
            let limit = channel.eventLoop.scheduleTask(in: Self.otherEndTimeout) { channel.close(promise: nil) }
            goesOn.whenComplete { _ in limit.cancel() }
            return goesOn
        }
        try await goesOn.get()
    }

    /// How long a relay may take to be reached and to answer while a session waits for it: a packet that got lost is sent again by the
    /// next attempt sooner than by TCP (RFC 6298 doubles the wait each time).
    private static let reachTimeout: TimeAmount = .seconds(4)
    /// How long an attempt waits for the other end.
    private static let otherEndTimeout: TimeAmount = .seconds(20)

    private func request(_ method: HTTPMethod, _ path: String, token: String?) -> HTTPRequestHead {
        var headers = HTTPHeaders([("Host", endpoint.authority), ("User-Agent", "lotse/1")])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        return HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    }

    private struct RoundTrip {
        let response: CollectedResponse
        let peer: PeerIdentity?
        let connection: KeptConnection
    }

    private func roundTrip(
        _ head: HTTPRequestHead,
        _ content: ByteBuffer?,
        keepsOpen: Bool = false
    ) async throws -> RoundTrip {
        let (connection, response, handshake) = try await connect { channel, handshake in
            channel.eventLoop.makeCompletedFuture {
                let collector = ResponseCollector(
                    limit: Self.longestAnswer,
                    keepsOpen: keepsOpen,
                    promise: channel.eventLoop.makePromise()
                )
                let connection = try KeptConnection(channel, collector)
                let deadline = channel.eventLoop.scheduleTask(in: Self.answerTimeout) {
                    collector.fail(ChannelError.connectTimeout(Self.answerTimeout))
                    channel.close(promise: nil)
                }
                collector.response.whenComplete { _ in deadline.cancel() }
                handshake.whenSuccess { _ in
                    channel.write(HTTPClientRequestPart.head(head), promise: nil)
                    if let content { channel.write(HTTPClientRequestPart.body(.byteBuffer(content)), promise: nil) }
                    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
                }
                handshake.whenFailure { collector.fail($0) }
                return (connection, collector.response, handshake)
            }
        }
        let peer = try await handshake.get().peer
        return RoundTrip(response: try await response.get(), peer: peer, connection: connection)
    }

    /// Connects, through the proxy where there is one, sets TLS up and then what `initializer` wants above it.
    ///
    /// Of a name's addresses those of IPv6 and IPv4 are tried in turn, the next after 250 ms, and the first that answers is taken
    /// (RFC 8305); names are looked up on a thread of their own.
    private func connect<Output: Sendable>(
        within limit: TimeAmount = .seconds(10),
        _ initializer: @escaping @Sendable (any Channel, EventLoopFuture<TLSHandshake>) -> EventLoopFuture<Output>
    ) async throws -> Output {
        do {
            let (output, opened) = try await ClientBootstrap(group: group)
                .connectTimeout(min(limit, .seconds(10)))
                .resolver(resolver?())
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.maxMessagesPerRead, value: 4)
                .connect(host: proxy?.host ?? endpoint.host, port: proxy?.port ?? endpoint.port) { channel in
                    let handshake = channel.eventLoop.makePromise(of: TLSHandshake.self)
                    let opened = channel.eventLoop.makePromise(of: Void.self)
                    return channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let proxy {
                            try pipeline.addHandler(ConnectHandler(proxy, to: endpoint, promise: opened))
                        } else {
                            opened.succeed()
                        }
                        try pipeline.addHandler(context.makeHandler(handshakePromise: handshake))
                    }.flatMap { initializer(channel, handshake.futureResult).map { ($0, opened.futureResult) } }
                }
            try await opened.get()
            return output
        } catch {
            throw proxy.map { RelayAPIError.from(error, proxy: $0) } ?? error
        }
    }
}
