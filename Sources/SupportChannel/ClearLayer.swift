import NIOCore

/// Wire version 0: each end says which one it is and believes the other. Nothing is encrypted beyond the two legs of
/// TLS to the relay.
///
/// The greeting is one line of ASCII, `lotse/0 agent` or `lotse/0 operator`. There is no negotiation: another line ends the tunnel.
public struct ClearLayer: EndToEndLayer {
    /// The layer.
    public init() {}

    /// Greets, and succeeds with the other end's greeting.
    public func establish(on channel: any Channel, as end: TunnelEnd) throws -> EventLoopFuture<Established> {
        let handler = GreetingHandler(end: end, met: channel.eventLoop.makePromise())
        try channel.pipeline.syncOperations.addHandler(handler)
        return handler.met.futureResult
    }
}

/// Sends one line, waits for one line, then keeps what follows until it is removed.
final class GreetingHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let met: EventLoopPromise<Established>
    private let end: TunnelEnd
    private var received = ByteBuffer()
    private var isMet = false

    /// A greeting is shorter than this; a longer line is none.
    private static let longestGreeting = 64

    init(end: TunnelEnd, met: EventLoopPromise<Established>) {
        self.end = end
        self.met = met
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { greet(context: context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        greet(context: context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        guard !isMet else { return }
        guard let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            if received.readableBytes > Self.longestGreeting {
                fail(.init(kind: .wrongPeer, diagnostics: "no greeting"), context)
            }
            return
        }
        let line = received.readString(length: end - received.readerIndex) ?? ""
        received.moveReaderIndex(forwardBy: 1)
        guard line == "lotse/0 \(self.end.other.rawValue)" else {
            fail(.init(kind: .wrongPeer, diagnostics: "an unexpected greeting"), context)
            return
        }
        isMet = true
        let pipeline = context.pipeline
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        met.succeed(Established { pipeline.syncOperations.removeHandler(handler.value, promise: nil) })
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        met.fail(SupportChannelError(kind: .closed, diagnostics: "before the other end was there"))
        guard isMet, received.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(received))
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        met.fail(SupportChannelError(kind: .closed, diagnostics: "before the other end was there"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        met.fail(error)
        context.fireErrorCaught(error)
    }

    private func greet(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "lotse/0 \(end.rawValue)\n")), promise: nil)
    }

    private func fail(_ error: SupportChannelError, _ context: ChannelHandlerContext) {
        met.fail(error)
        context.close(promise: nil)
    }
}
