import NIOCore
import NIOHTTP2

/// Finds out that the other end is gone although nothing says so: a pulled cable, a suspended laptop.
///
/// Stands in front of the HTTP/2 handler. Where nothing came in for a while it sends an HTTP/2 PING (RFC 9113 §6.7), which the
/// other end must answer; where nothing comes in for longer, the connection is closed with `SupportChannelError.silent`.
final class LivenessHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let interval: TimeAmount
    private let limit: TimeAmount
    private var lastRead: NIODeadline = .now()
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - interval: how often to look, and to ask where it was quiet.
    ///   - limit: how long it may be quiet.
    init(interval: TimeAmount = .seconds(5), limit: TimeAmount = .seconds(15)) {
        self.interval = interval
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        lastRead = context.eventLoop.now
        if context.channel.isActive { schedule(context: context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        lastRead = context.eventLoop.now
        schedule(context: context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = context.eventLoop.now
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    private func schedule(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: interval) { [weak self] in
            self?.look(context: context)
        }
    }

    private func look(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let quiet = context.eventLoop.now - lastRead
        if quiet >= limit {
            let seconds = "\(quiet.nanoseconds / 1_000_000_000) seconds"
            context.fireErrorCaught(SupportChannelError(kind: .silent, diagnostics: seconds))
            context.close(promise: nil)
            return
        }
        if quiet >= interval {
            let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
            context.channel.writeAndFlush(ping, promise: nil)
        }
        schedule(context: context)
    }
}
