import NIOCore

/// Keeps what the layer above writes while the upgrade still runs.
///
/// Until its upgrader is done, NIO's upgrade handler fails every write. A layer that greets as soon as it is added would lose its
/// first words without noticing.
final class EarlyWrites: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var writes: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var isFlushed = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writes.append((unwrapOutboundIn(data), promise))
    }

    func flush(context: ChannelHandlerContext) { isFlushed = true }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        for write in writes { context.write(wrapOutboundOut(write.bytes), promise: write.promise) }
        writes = []
        if isFlushed { context.flush() }
        context.leavePipeline(removalToken: removalToken)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for write in writes { write.promise?.fail(ChannelError.ioOnClosedChannel) }
        writes = []
    }
}
