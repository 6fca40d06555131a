import NIOCore

/// Keeps what the layer above a tunnel writes until the upgrade is done: before that, SwiftNIO's upgrade handler fails every
/// write, and a greeting that is sent as soon as its handler is added would be lost.
final class HeldWrites: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    private var writes: CircularBuffer<(data: NIOAny, promise: EventLoopPromise<Void>?)> = []
    private var isFlushed = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writes.append((data, promise))
    }

    func flush(context: ChannelHandlerContext) { isFlushed = true }

    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        while let (data, promise) = writes.popFirst() { context.write(data, promise: promise) }
        if isFlushed { context.flush() }
        context.leavePipeline(removalToken: removalToken)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        while let (_, promise) = writes.popFirst() { promise?.fail(ChannelError.ioOnClosedChannel) }
    }
}
