import FoundationEssentials
import NIOCore
import NIOPosix
import TLS

/// A proxy that ends TLS and begins it anew: one end of each pair calls it, the other is the server behind it, in this program too.
final class ProxyWay: Way {
    private let group: any EventLoopGroup
    private let port: Int
    private let context: TLSContext
    private let arrivals: Arrivals

    /// - Parameters:
    ///   - port: where the proxy listens, on 127.0.0.1.
    ///   - backend: where it expects its server.
    ///   - identity: whose certificates are used, by both.
    init(port: Int, backend: Int, identity: Identity, group: any EventLoopGroup) async throws {
        self.group = group
        self.port = port
        context = try identity.clientContext()
        let server = try identity.serverContext()
        let arrivals = Arrivals()
        self.arrivals = arrivals
        _ = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(server.makeHandler())
                    arrivals.add(try End.make(of: channel))
                }
            }
            .bind(host: "127.0.0.1", port: backend).get()
    }

    func pair() async throws -> Pair {
        let context = context
        let agent = try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 4)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(context.makeHandler())
                    return try End.make(of: channel)
                }
            }
        let pair = Pair(agent: agent, operatorEnd: try await arrivals.next())
        try await pair.greet()
        return pair
    }
}
