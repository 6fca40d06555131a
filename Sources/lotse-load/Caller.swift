import NIOCore
import NIOPosix
import TLS

/// Somebody who calls the relay from any address of this machine, 127.0.0.0/8 (RFC 1122 §3.2.1.3).
struct Caller: Sendable {
    let group: any EventLoopGroup
    let port: Int
    let context: TLSContext

    init(_ way: RelayWay, group: any EventLoopGroup) throws {
        self.group = group
        port = way.endpoint.port
        var configuration = TLSClientConfiguration(trust: way.trust, host: way.endpoint.host)
        // The relay's patience is what is measured.
        configuration.handshakeTimeout = .hours(1)
        context = try TLSContext(client: configuration)
    }

    /// The address with this number; `net` keeps kinds of callers apart.
    static func address(_ number: Int, net: Int) -> String {
        "127.\(net + number / 62_500 % 10).\(number / 250 % 250).\(number % 250 + 1)"
    }

    /// Connects from an address; `initializer` adds the handlers.
    func call(
        from address: String,
        _ initializer: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        do {
            return ClientBootstrap(group: group)
                .bind(to: try SocketAddress(ipAddress: address, port: 0))
                .connectTimeout(.seconds(10))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initializer(channel) } }
                .connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: port))
        } catch {
            return group.any().makeFailedFuture(error)
        }
    }

    /// Tries a room as an agent does that was given a wrong code.
    ///
    /// - Returns: the status of the answer; nil where none came within 20 s.
    func join(_ room: String, from address: String) async -> Int? {
        let body = #"{"room":"\#(room)"}"#
        let request =
            "POST /v1/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let status = group.any().makePromise(of: Int?.self)
        let limit = group.any().scheduleTask(in: .seconds(20)) { status.succeed(nil) }
        let context = context
        let channel = call(from: address) { channel in
            try channel.pipeline.syncOperations.addHandlers(context.makeHandler(), StatusReader(status))
            channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
        }
        channel.whenFailure { _ in status.succeed(nil) }
        let answer = try? await status.futureResult.get()
        limit.cancel()
        channel.whenSuccess { $0.close(promise: nil) }
        return answer
    }
}

/// Reads the status of an answer.
private final class StatusReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let status: EventLoopPromise<Int?>
    private var head = ""

    init(_ status: EventLoopPromise<Int?>) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        head += String(buffer: unwrapInboundIn(data))
        // HTTP/1.1 404 …
        guard head.utf8.count >= 12 else { return }
        status.succeed(Int(head.dropFirst(9).prefix(3)))
    }

    func channelInactive(context: ChannelHandlerContext) { status.succeed(nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
