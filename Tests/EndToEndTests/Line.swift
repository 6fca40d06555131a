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

    /// A fault at one byte, among all that go one way.
    struct Trap: Sendable, CustomStringConvertible {
        var fault: Fault
        var isToTarget: Bool
        var offset: Int

        var description: String { "\(fault.rawValue) at byte \(offset) \(isToTarget ? "to" : "from") the relay" }
    }

    private struct State {
        var channels: [any Channel] = []
        var trap: Trap?
        /// How many bytes went each way.
        var carried = (toTarget: 0, fromTarget: 0)
        var isStopped = false
        /// Bytes that are still to be passed on one by one.
        var slices = 0
        var flips = 0
        /// From which address of this machine connections go on; nil: from the one that the system takes.
        var source: String?
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

    /// From now on connections come from this address of the machine, where the relay sees them.
    func comeFrom(_ address: String) { state.withLock { $0.source = address } }

    /// Counts what goes through anew, and lets something happen at one byte of it.
    func set(_ trap: Trap?) {
        state.withLock { state in
            state.trap = trap
            state.carried = (0, 0)
        }
    }

    /// How many bytes went each way since `set`.
    var carried: (toTarget: Int, fromTarget: Int) { state.withLock { $0.carried } }

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

    private func sufferLater(_ fault: Fault) { Task { try await suffer(fault) } }

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

    /// How many of some bytes come before the trap, and what happens then; nil where none of them is its byte.
    private func sprung(_ count: Int, isToTarget: Bool) -> (before: Int, fault: Fault)? {
        state.withLock { state in
            let carried = isToTarget ? state.carried.toTarget : state.carried.fromTarget
            if isToTarget { state.carried.toTarget += count } else { state.carried.fromTarget += count }
            guard let trap = state.trap, trap.isToTarget == isToTarget, trap.offset < carried + count else {
                return nil
            }
            state.trap = nil
            return (trap.offset - carried, trap.fault)
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
        var bootstrap = ClientBootstrap(group: channel.eventLoop)
        if let source = state.withLock({ $0.source }), let address = try? SocketAddress(ipAddress: source, port: 0) {
            bootstrap = bootstrap.bind(to: address)
        }
        return
            bootstrap
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: target)
            .flatMapThrowing { [self] other in
                try channel.pipeline.syncOperations.addHandler(Half(self, to: other, isToTarget: true))
                try other.pipeline.syncOperations.addHandler(Half(self, to: channel, isToTarget: false))
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

        private let line: Line
        private let other: any Channel
        private let isToTarget: Bool
        /// What comes now never arrives.
        private var isMuted = false

        init(_ line: Line, to other: any Channel, isToTarget: Bool) {
            self.line = line
            self.other = other
            self.isToTarget = isToTarget
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            guard !isMuted else { return }
            guard let (before, fault) = line.sprung(bytes.readableBytes, isToTarget: isToTarget) else {
                return pass(bytes)
            }
            if let head = bytes.readSlice(length: before) { pass(head) }
            switch fault {
            case .flip:
                if let byte: UInt8 = bytes.getInteger(at: bytes.readerIndex) {
                    bytes.setInteger(byte ^ (1 << (before % 8)), at: bytes.readerIndex)
                }
                pass(bytes)
            case .slices:
                while let part = bytes.readSlice(length: 1) { other.writeAndFlush(part, promise: nil) }
            case .stall:
                pass(bytes)
                line.sufferLater(.stall)
            case .halfClose:
                isMuted = true
                other.flush()
                other.close(mode: .output, promise: nil)
            case .cut, .reset:
                isMuted = true
                line.sufferLater(fault)
            }
        }

        private func pass(_ bytes: ByteBuffer) {
            let parts = line.passed(bytes)
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
