import NIOCore
import Synchronization

/// One end of a tunnel: passes plaintext from its connection to its partner's, and reads no more than `queueBytes` ahead of what the kernel
/// has taken from that one.
///
/// Until the partner is there it reads for as long as what comes has room in `queueBytes`. All state belongs to the channel's event loop; a
/// partner on another loop is reached by `execute`, in order.
///
/// `@unchecked Sendable`: every `var` is read and written on this handler's loop only. NIO calls the channel's methods there; a partner
/// calls through `onLoop`, and `Splice.join` runs `meet` there. What is constant is Sendable.
final class SpliceHandler: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long one direction may stay open after the other has ended.
    static let lingerLimit: TimeAmount = .seconds(5)

    /// Succeeds at the first sign that this end's own connection ends.
    let ended: EventLoopPromise<Void>
    private let eventLoop: any EventLoop
    private let queueBytes: Int
    private let count: @Sendable (Int) -> Void
    private var context: ChannelHandlerContext?
    private var partner: SpliceHandler?
    private var early = ByteBuffer()
    /// What one read brings at most.
    private var turnBytes: Int
    private var isReadPending = false
    private var hasEnded = false
    /// In nanoseconds of the machine's uptime; 0 before anything came.
    private let lastHeard = Atomic<UInt64>(0)
    private let held = Atomic<Int>(0)

    /// How many bytes of this end are held: they wait for the partner, or for its kernel to take them. From any thread.
    private(set) var heldBytes: Int {
        get { held.load(ordering: .relaxed) }
        set { held.store(newValue, ordering: .relaxed) }
    }

    /// How many milliseconds ago something came in last; 0 where nothing has come yet. From any thread.
    var quietMilliseconds: Int64 {
        let heard = lastHeard.load(ordering: .relaxed)
        guard heard > 0 else { return 0 }
        let now = NIODeadline.now().uptimeNanoseconds
        return now > heard ? Int64(clamping: (now - heard) / 1_000_000) : 0
    }

    /// - Parameters:
    ///   - queueBytes: the most that is held of what this end sends.
    ///   - count: is told how many bytes were passed on.
    init(eventLoop: any EventLoop, queueBytes: Int, count: @escaping @Sendable (Int) -> Void) {
        ended = eventLoop.makePromise()
        turnBytes = min(queueBytes, Splice.turnBytes)
        self.eventLoop = eventLoop
        self.queueBytes = queueBytes
        self.count = count
    }

    // MARK: What the partner calls

    /// Meets the other end; on this handler's loop.
    func meet(_ partner: SpliceHandler) {
        guard let context else { return partner.onLoop { $0.partnerEnded() } }
        self.partner = partner
        if partner.eventLoop !== eventLoop {
            // While one turn is on its way to the other loop the next is read.
            turnBytes = min(turnBytes, queueBytes / 2)
            try? context.channel.syncOptions?.setOption(.recvAllocator, value: PassingReceiveBuffers(bytes: turnBytes))
        }
        if early.readableBytes > 0 {
            let bytes = early
            early = ByteBuffer()
            pass(bytes)
            partner.onLoop { $0.context?.flush() }
        }
        if hasEnded { partner.onLoop { $0.partnerEnded() } }
        readOn()
    }

    private func take(_ bytes: ByteBuffer, from source: SpliceHandler) {
        guard let context else { return }
        let count = bytes.readableBytes
        let left = eventLoop.makePromise(of: Void.self)
        left.futureResult.assumeIsolated().whenSuccess { source.onLoop { $0.haveLeft(count) } }
        context.write(wrapOutboundOut(bytes), promise: left)
    }

    private func haveLeft(_ count: Int) {
        heldBytes -= count
        readOn()
    }

    private func partnerEnded() {
        guard let context else { return }
        context.flush()
        context.close(mode: .output, promise: nil)
        linger(context)
    }

    private func partnerFailed() { context?.close(promise: nil) }

    private func onLoop(_ body: @escaping @Sendable (SpliceHandler) -> Void) {
        if eventLoop.inEventLoop { body(self) } else { eventLoop.execute { body(self) } }
    }

    private func pass(_ bytes: ByteBuffer) {
        guard let partner else { return }
        count(bytes.readableBytes)
        if partner.eventLoop === eventLoop {
            partner.take(bytes, from: self)
        } else {
            partner.onLoop { $0.take(bytes, from: self) }
        }
    }

    private var mayRead: Bool { heldBytes == 0 || heldBytes + turnBytes <= queueBytes }

    private func readOn() {
        guard isReadPending, mayRead else { return }
        isReadPending = false
        context?.read()
    }

    // MARK: What the channel calls

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        ended.succeed(())
        self.context = nil
        let partner = partner
        self.partner = nil
        partner?.onLoop { $0.partnerFailed() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        lastHeard.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
        heldBytes += bytes.readableBytes
        if partner == nil { early.writeImmutableBuffer(bytes) } else { pass(bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.onLoop { $0.context?.flush() }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadPending = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            hasEnded = true
            ended.succeed(())
            partner?.onLoop { $0.partnerEnded() }
            if partner == nil { context.close(promise: nil) } else { linger(context) }
        case is ChannelShouldQuiesceEvent:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ended.succeed(())
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        ended.succeed(())
        partner?.onLoop { $0.partnerFailed() }
        context.fireChannelInactive()
    }

    private func linger(_ context: ChannelHandlerContext) {
        eventLoop.assumeIsolated().scheduleTask(in: Self.lingerLimit) { context.close(promise: nil) }
    }
}
