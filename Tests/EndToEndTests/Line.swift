import NIOCore
import NIOPosix
import Synchronization

/// A line between a program and the relay, which a test cuts or stops: bytes go through as they are.
final class Line: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let target: Int
    private let listener = Mutex<(any Channel)?>(nil)

    private init(to port: Int) { target = port }

    /// A line to a port of this machine.
    static func with<Result>(to port: String, _ body: (Line) async throws -> Result) async throws -> Result {
        let line = Line(to: Int(port) ?? 0)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { line.connect($0) }
            .bind(host: "127.0.0.1", port: 0).get()
        line.listener.withLock { $0 = listener }
        defer {
            line.cut()
            listener.close(promise: nil)
        }
        return try await body(line)
    }

    /// `https://127.0.0.1:PORT`, by way of this line.
    var address: String { "https://127.0.0.1:\(listener.withLock { $0?.localAddress?.port ?? 0 })" }

    /// Ends every connection that there is.
    func cut() {
        for channel in state.withLock({ $0.channels }) { channel.close(promise: nil) }
    }

    /// Nothing goes through any more, and nobody is told: a pulled cable.
    func stop() {
        let channels = state.withLock { state in
            state.isStopped = true
            return state.channels
        }
        for channel in channels { channel.setOption(.autoRead, value: false).whenComplete { _ in } }
    }

    /// What comes now goes through; what was there before is gone, as after another address.
    func goOn() {
        state.withLock { $0.isStopped = false }
        cut()
    }

    private func connect(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard !state.withLock({ $0.isStopped }) else {
            keep(channel)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return ClientBootstrap(group: channel.eventLoop)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: target)
            .flatMapThrowing { [self] other in
                try channel.pipeline.syncOperations.addHandler(Half(other))
                try other.pipeline.syncOperations.addHandler(Half(channel))
                keep(channel)
                keep(other)
                for end in [channel, other] { end.setOption(.autoRead, value: true).whenComplete { _ in } }
            }
            .flatMapErrorThrowing { error in
                channel.close(promise: nil)
                throw error
            }
    }

    private func keep(_ channel: any Channel) {
        state.withLock { state in
            state.channels.removeAll { !$0.isActive && $0 !== channel }
            state.channels.append(channel)
        }
    }

    /// One direction of a connection.
    private final class Half: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel

        init(_ other: any Channel) { self.other = other }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.write(unwrapInboundIn(data), promise: nil)
        }

        func channelReadComplete(context: ChannelHandlerContext) { other.flush() }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
