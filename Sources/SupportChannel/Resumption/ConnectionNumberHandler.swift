import NIOCore

/// Agrees with the other end, in a tunnel that takes a session up again, on the connection's number and with it on its key.
///
/// Each end says at once, without waiting for the other, of which connections it has the keys: a line, then the lowest and the highest
/// number (4 bytes each, big endian). These are no secret, and whoever changes them only makes TLS fail. What follows is kept until the
/// handler is removed.
final class ConnectionNumberHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Which keys the other end has.
    struct Offer: Sendable {
        let lowest: UInt32
        let highest: UInt32
        /// When TLS has to be done.
        let deadline: NIODeadline
    }

    let offered: EventLoopPromise<Offer>
    private let end: TunnelEnd
    private let keys: ResumptionKeys
    private let limit: TimeAmount
    private var received = ByteBuffer()
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    private var hasGreeted = false
    private var isDone = false

    /// - Parameter limit: how long the other end may take from its first byte on.
    init(_ keys: ResumptionKeys, as end: TunnelEnd, limit: TimeAmount, offered: EventLoopPromise<Offer>) {
        self.keys = keys
        self.end = end
        self.limit = limit
        self.offered = offered
    }

    private static func greeting(_ end: TunnelEnd) -> String { "\(EncryptedLayer.versions) \(end.rawValue) resume\n" }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { greet(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        greet(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        if deadline == nil {
            deadline = context.eventLoop.now + limit
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
                self?.fail(SupportChannelError(kind: .silent, diagnostics: "while the session was taken up again"))
            }
        }
        let greeting = Self.greeting(end.other)
        guard !isDone, let deadline, received.readableBytes >= greeting.utf8.count + 8 else { return }
        guard received.readString(length: greeting.utf8.count) == greeting, let lowest: UInt32 = received.readInteger(),
            let highest: UInt32 = received.readInteger()
        else { return fail(SupportChannelError(kind: .wrongPeer, diagnostics: "an unexpected greeting")) }
        isDone = true
        timer?.cancel()
        offered.succeed(Offer(lowest: lowest, highest: highest, deadline: deadline))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(SupportChannelError(kind: .closed, diagnostics: "before the other end was there"))
        guard received.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(received))
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(SupportChannelError(kind: .closed, diagnostics: "before the other end was there"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(SupportChannelError(kind: .closed, diagnostics: "\(error)"))
        context.fireErrorCaught(error)
    }

    private func greet(_ context: ChannelHandlerContext) {
        guard !hasGreeted else { return }
        hasGreeted = true
        var buffer = ByteBuffer(string: Self.greeting(end))
        buffer.writeInteger(keys.lowest)
        buffer.writeInteger(keys.highest)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func fail(_ error: SupportChannelError) {
        guard !isDone else { return }
        isDone = true
        timer?.cancel()
        received = ByteBuffer()
        offered.fail(error)
    }
}
