import NIOCore
import Synchronization

/// One end of a tunnel: passes plaintext from its connection to its partner's, and holds back reading while the partner's
/// connection does not take more.
///
/// Until the partner is there it keeps at most `earlyLimit` bytes, then stops reading. All state belongs to the channel's event loop;
/// a partner on another loop is reached by `execute`, in order.
///
/// `@unchecked Sendable`: every `var` is read and written on this handler's loop only. NIO calls the channel's methods there; a partner
/// calls through `onLoop`, and `Splice.join` runs `meet` there. What is constant is Sendable.
final class SpliceHandler: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many bytes an end may send before the other is there.
    static let earlyLimit = 64 * 1024
    /// How long one direction may stay open after the other has ended.
    static let lingerLimit: TimeAmount = .seconds(5)

    /// Succeeds at the first sign that this end's own connection ends.
    let ended: EventLoopPromise<Void>
    private let eventLoop: any EventLoop
    private let count: @Sendable (Int) -> Void
    private var context: ChannelHandlerContext?
    private var partner: SpliceHandler?
    private var early = ByteBuffer()
    private var isPartnerWritable = false
    private var isReadPending = false
    private var hasEnded = false
    /// In nanoseconds of the machine's uptime; 0 before anything came.
    private let lastHeard = Atomic<UInt64>(0)

    /// How many milliseconds ago something came in last; 0 where nothing has come yet. From any thread.
    var quietMilliseconds: Int64 {
        let heard = lastHeard.load(ordering: .relaxed)
        guard heard > 0 else { return 0 }
        let now = NIODeadline.now().uptimeNanoseconds
        return now > heard ? Int64(clamping: (now - heard) / 1_000_000) : 0
    }

    /// - Parameter count: is told how many bytes were passed on.
    init(eventLoop: any EventLoop, count: @escaping @Sendable (Int) -> Void) {
        ended = eventLoop.makePromise()
        self.eventLoop = eventLoop
        self.count = count
    }

    // MARK: What the partner calls

    /// Meets the other end; on this handler's loop.
    func meet(_ partner: SpliceHandler) {
        guard context != nil else { return partner.onLoop { $0.partnerEnded() } }
        self.partner = partner
        // Asked on its loop, told on ours: the partner may not know us yet.
        partner.onLoop { $0.tellWritability(to: self) }
        if early.readableBytes > 0 {
            let bytes = early
            early = ByteBuffer()
            pass(bytes)
            partner.onLoop { $0.context?.flush() }
        }
        if hasEnded { partner.onLoop { $0.partnerEnded() } }
    }

    private func tellWritability(to partner: SpliceHandler) {
        let isWritable = context?.channel.isWritable ?? false
        partner.onLoop { $0.partnerBecame(writable: isWritable) }
    }

    private func partnerBecame(writable: Bool) {
        isPartnerWritable = writable
        guard writable, isReadPending else { return }
        isReadPending = false
        context?.read()
    }

    private func take(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

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
        count(bytes.readableBytes)
        partner?.onLoop { $0.take(bytes) }
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
        if partner == nil { early.writeImmutableBuffer(bytes) } else { pass(bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.onLoop { $0.context?.flush() }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        let mayRead = partner == nil ? early.readableBytes < Self.earlyLimit : isPartnerWritable
        if mayRead { context.read() } else { isReadPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let partner { tellWritability(to: partner) }
        context.fireChannelWritabilityChanged()
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
