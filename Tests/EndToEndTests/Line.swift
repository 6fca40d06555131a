import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A line between a program and the relay, which a test cuts or stops: bytes go through as they are.
final class Line: Sendable {
    /// What happens to a line.
    enum Fault: String, CaseIterable, Sendable {
        /// Every connection ends in good order.
        case cut
        /// Every connection is reset (RFC 9293 §3.10.7).
        case reset
        /// One direction ends, the other goes on.
        case halfClose
        /// Nothing goes through for a while.
        case stall
        /// What comes is passed on byte by byte.
        case slices
        /// One bit of what comes next is another.
        case flip
    }

    private struct State {
        var channels: [any Channel] = []
        var isStopped = false
        /// Bytes that are still to be passed on one by one.
        var slices = 0
        var flips = 0
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
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
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

    /// Lets something happen, and returns when it has.
    func suffer(_ fault: Fault) async throws {
        let channels = state.withLock { $0.channels }
        switch fault {
        case .cut: cut()
        case .reset:
            for channel in channels {
                try? await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                channel.close(promise: nil)
            }
        case .halfClose: for channel in channels.prefix(1) { channel.close(mode: .output, promise: nil) }
        case .stall:
            for channel in channels { try? await channel.setOption(.autoRead, value: false).get() }
            try await Task.sleep(for: .seconds(2))
            for channel in channels { try? await channel.setOption(.autoRead, value: true).get() }
        case .slices: state.withLock { $0.slices = 20_000 }
        case .flip: state.withLock { $0.flips = 1 }
        }
    }

    /// What becomes of some bytes on their way.
    private func passed(_ bytes: ByteBuffer) -> [ByteBuffer] {
        var bytes = bytes
        let (isFlipped, slices) = state.withLock { state in
            defer {
                state.flips = max(0, state.flips - 1)
                state.slices = max(0, state.slices - bytes.readableBytes)
            }
            return (state.flips > 0, min(state.slices, bytes.readableBytes))
        }
        if isFlipped, let byte: UInt8 = bytes.getInteger(at: bytes.readerIndex + bytes.readableBytes / 2) {
            bytes.setInteger(byte ^ 1, at: bytes.readerIndex + bytes.readableBytes / 2)
        }
        var parts: [ByteBuffer] = []
        for _ in 0..<slices { if let part = bytes.readSlice(length: 1) { parts.append(part) } }
        if bytes.readableBytes > 0 { parts.append(bytes) }
        return parts
    }

    private func connect(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard !state.withLock({ $0.isStopped }) else {
            keep(channel)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return ClientBootstrap(group: channel.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: target)
            .flatMapThrowing { [self] other in
                try channel.pipeline.syncOperations.addHandler(Half(other, passed))
                try other.pipeline.syncOperations.addHandler(Half(channel, passed))
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
        state.withLock { $0.channels.append(channel) }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.channels.removeAll { $0 === channel } } }
    }

    /// One direction of a connection.
    private final class Half: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let passed: (ByteBuffer) -> [ByteBuffer]

        init(_ other: any Channel, _ passed: @escaping (ByteBuffer) -> [ByteBuffer]) {
            self.other = other
            self.passed = passed
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let parts = passed(unwrapInboundIn(data))
            for part in parts.dropLast() { other.writeAndFlush(part, promise: nil) }
            if let last = parts.last { other.write(last, promise: nil) }
        }

        func channelReadComplete(context: ChannelHandlerContext) { other.flush() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed? = event as? ChannelEvent { other.close(mode: .output, promise: nil) }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
