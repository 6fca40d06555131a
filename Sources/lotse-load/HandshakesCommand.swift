import ArgumentParser
import NIOCore
import NIOPosix
import TLS

/// `lotse-load handshakes`.
struct HandshakesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handshakes",
        abstract: "Make full TLS handshakes, and say what one cost the server."
    )

    @Option(help: "The server's port on 127.0.0.1.")
    var port: Int

    @Option(help: ArgumentHelp("The folder with ca.pem, server.pem and server.key.", valueName: "dir"))
    var tls: String

    @Option(help: ArgumentHelp("A process that is measured; may be said again.", valueName: "pid"))
    var watch: [Int32]

    @Option(help: "How many handshakes are measured.")
    var count = 1000

    private struct Answer: Encodable {
        let handshakes: Int
        let processorSeconds: Double
    }

    func run() async throws {
        let context = try Identity(folder: tls).clientContext()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let watched = Watched(processes: watch)
        for _ in 0..<50 { try await handshake(context, group) }
        let used = try watched.processorSeconds()
        for _ in 0..<count { try await handshake(context, group) }
        try answer(Answer(handshakes: count, processorSeconds: try watched.processorSeconds() - used))
    }

    /// One connection that ends when its handshake is done.
    private func handshake(_ context: TLSContext, _ group: any EventLoopGroup) async throws {
        let (channel, handshake) = try await ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                let handshake = channel.eventLoop.makePromise(of: TLSHandshake.self)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        context.makeHandler(handshakePromise: handshake)
                    )
                    return (channel, handshake.futureResult)
                }
            }
        _ = try await handshake.get()
        // The transport alone: nothing is measured of how servers say farewell, for which some let one wait.
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.context(handlerType: TLSHandler.self).close(promise: nil)
        }.get()
        try? await channel.closeFuture.get()
    }
}
