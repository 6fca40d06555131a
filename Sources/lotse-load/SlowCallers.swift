import NIOCore
import Synchronization
import TLS

/// Connections that take their time, kept up: where the relay ends one, the next begins.
final class SlowCallers: Sendable {
    /// What they say.
    enum Kind: CaseIterable {
        /// Nothing.
        case silent
        /// Their ClientHello, a byte at a time.
        case hello
        /// A request without an end, a byte at a time, after a handshake like anybody else's.
        case request
    }

    /// What became of them.
    struct Counts: Sendable {
        var open: Int { openSince.count }
        /// When those began that are open.
        fileprivate(set) var openSince: [Int: NIODeadline] = [:]
        /// How many the other side ended, by what they say.
        fileprivate(set) var ended: [Kind: Int] = [:]
        var failed = 0
        /// Why the first of them failed.
        var failure: String?
        /// Of those that ended, in nanoseconds.
        fileprivate(set) var longestEnded: Int64 = 0

        /// How long the longest was there, or is, in nanoseconds.
        var longest: Int64 {
            let now = NIODeadline.now()
            return openSince.values.reduce(longestEnded) { max($0, (now - $1).nanoseconds) }
        }
    }

    /// From one byte to the next: the longest ClientHello would take a minute.
    fileprivate static let interval = TimeAmount.milliseconds(200)
    /// How many come from one address.
    private static let perAddress = 100
    private static let net = 100

    private let caller: Caller
    private let state = Mutex((counts: Counts(), isStopped: false))

    init(_ caller: Caller) { self.caller = caller }

    var counts: Counts { state.withLock { $0.counts } }

    func start(_ count: Int) { for number in 0..<count { call(number) } }

    /// No more begin.
    func stop() { state.withLock { $0.isStopped = true } }

    private func call(_ number: Int) {
        guard !state.withLock({ $0.isStopped }) else { return }
        let kind = Kind.allCases[number % Kind.allCases.count]
        let began = NIODeadline.now()
        let context = caller.context
        let channel = caller.call(from: Caller.address(number / Self.perAddress, net: Self.net)) { channel in
            let sync = channel.pipeline.syncOperations
            switch kind {
            case .silent: break
            case .hello: try sync.addHandlers(Dribble(), context.makeHandler())
            case .request: try sync.addHandlers(context.makeHandler(), EndlessRequest())
            }
        }
        channel.whenSuccess { channel in
            self.state.withLock { $0.counts.openSince[number] = began }
            channel.closeFuture.whenComplete { _ in
                let age = (NIODeadline.now() - began).nanoseconds
                self.state.withLock { state in
                    state.counts.openSince[number] = nil
                    state.counts.ended[kind, default: 0] += 1
                    state.counts.longestEnded = max(state.counts.longestEnded, age)
                }
                channel.eventLoop.scheduleTask(in: .milliseconds(100)) { self.call(number) }
            }
        }
        channel.whenFailure { error in
            self.state.withLock { state in
                state.counts.failed += 1
                state.counts.failure = state.counts.failure ?? "\(error)"
            }
            self.caller.group.any().scheduleTask(in: .seconds(1)) { self.call(number) }
        }
    }
}

/// Sends what is written a byte at a time.
private final class Dribble: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var queue = ByteBuffer()
    private var hasBegun = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        queue.writeImmutableBuffer(unwrapOutboundIn(data))
        promise?.succeed()
    }

    func flush(context: ChannelHandlerContext) {
        guard !hasBegun else { return }
        hasBegun = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: SlowCallers.interval) { task in
            let (handler, context) = bound.value
            guard context.channel.isActive else { return task.cancel() }
            guard let byte = handler.queue.readSlice(length: 1) else { return }
            context.writeAndFlush(handler.wrapOutboundOut(byte), promise: nil)
        }
    }
}

/// Sends a request whose head never ends, a byte at a time, once the handshake is done.
private final class EndlessRequest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var beginning = ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.handshakeCompleted) = event as? TLSEvent else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: SlowCallers.interval) { task in
            let (handler, context) = bound.value
            guard context.channel.isActive else { return task.cancel() }
            let byte = handler.beginning.readSlice(length: 1) ?? ByteBuffer(string: "a")
            context.writeAndFlush(handler.wrapOutboundOut(byte), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
