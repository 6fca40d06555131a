import NIOCore

/// Keeps what arrives before the layer above is there, and meanwhile asks for no more.
final class EarlyBytesHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private var received = ByteBuffer()
    private var readIsHeldBack = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
    }

    func read(context: ChannelHandlerContext) {
        guard received.readableBytes > 0 else { return context.read() }
        readIsHeldBack = true
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if received.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(received))
            context.fireChannelReadComplete()
        }
        if readIsHeldBack { context.channel.read() }
    }
}
