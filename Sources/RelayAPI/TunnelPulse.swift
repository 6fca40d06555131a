import NIOCore
import TLS

/// Keeps a tunnel alive in which an end waits for the other one: proxies and routers cut what is silent, many after a minute.
///
/// The pulses stay between this end and the relay. They end with the first bytes of the other end, from which on the ends look after
/// each other.
final class TunnelPulse: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    /// Well below the minute after which proxies cut.
    static let interval: TimeAmount = .seconds(25)

    private var task: RepeatedTask?

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        task = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) { _ in
            bound.value.triggerUserOutboundEvent(TLSRequest.pulse, promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        task?.cancel()
        task = nil
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) { task?.cancel() }
}
