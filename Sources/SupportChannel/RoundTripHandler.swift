import NIOCore
import NIOHTTP2

/// Measures how long it takes to the other end and back, by HTTP/2 PING (RFC 9113 §6.7), which the other end must answer.
///
/// Stands behind the HTTP/2 handler, where frames of the connection itself come by.
final class RoundTripHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame

    private var context: ChannelHandlerContext?
    /// 0 is what `LivenessHandler` sends.
    private var lastNumber: UInt64 = 0
    private var waiting: (number: UInt64, sentAt: NIODeadline, promise: EventLoopPromise<TimeAmount>)?

    /// Asks the other end. One question at a time: a second one takes the place of the first, whose promise fails.
    func measure(_ promise: EventLoopPromise<TimeAmount>) {
        giveUp()
        guard let context, context.channel.isActive else {
            return promise.fail(SupportChannelError(kind: .closed, diagnostics: ""))
        }
        lastNumber += 1
        waiting = (lastNumber, context.eventLoop.now, promise)
        let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(withInteger: lastNumber), ack: false))
        context.writeAndFlush(NIOAny(ping), promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        giveUp()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(let answer, ack: true) = unwrapInboundIn(data).payload, let asked = waiting,
            answer.integer == asked.number
        {
            waiting = nil
            asked.promise.succeed(context.eventLoop.now - asked.sentAt)
        }
        context.fireChannelRead(data)
    }

    private func giveUp() {
        waiting?.promise.fail(SupportChannelError(kind: .closed, diagnostics: "while a ping was on its way"))
        waiting = nil
    }
}
