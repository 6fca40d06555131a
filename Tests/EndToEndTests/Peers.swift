import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A program behind the client's machine that waits for connections on a port of its own.
struct Listener: Sendable {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    let port: Int

    /// Serves each connection with `serve` while `body` works.
    static func with(
        serving serve:
            @escaping @Sendable (
                NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
            ) async throws -> Void,
        _ body: (Listener) async throws -> Void
    ) async throws {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        guard let port = channel.channel.localAddress?.port else { throw Failure("no port") }
        let serving = Task {
            try await channel.executeThenClose { inbound in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in inbound {
                        group.addTask { try? await connection.executeThenClose { try await serve($0, $1) } }
                    }
                    group.cancelAll()
                }
            }
        }
        do {
            try await body(Listener(port: port))
            try await channel.channel.close()
            try await serving.value
        } catch {
            try? await channel.channel.close()
            _ = try? await serving.value
            throw error
        }
    }

    /// Gives back what comes, until the end.
    static func echo(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        for try await bytes in inbound { try await outbound.write(bytes) }
        outbound.finish()
    }

    /// Connects to a port of this machine.
    static func connect<Result: Sendable>(
        _ port: Int,
        _ body:
            @Sendable (
                NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
            ) async throws -> Result
    ) async throws -> Result {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await connection.executeThenClose { try await body($0, $1) }
    }
}
