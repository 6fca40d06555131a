import NIOCore
import NIOHTTP1

/// Shuts out who sends nothing, too slowly, or no HTTP at all.
///
/// Stands behind the HTTP decoder. A request's head must be there within `headLimit` of the connection's start or of the last
/// request's end, its body within `bodyLimit`. What the decoder cannot read before the first request is answered with 400.
final class RequestDeadlineHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let headLimit: TimeAmount
    private let bodyLimit: TimeAmount
    private var timer: Scheduled<Void>?
    private var sawRequest = false

    /// - Parameter bodyLimit: half as long again as the head where nothing else is said.
    init(headLimit: TimeAmount, bodyLimit: TimeAmount? = nil) {
        self.headLimit = headLimit
        self.bodyLimit = bodyLimit ?? Self.bodyLimit(for: headLimit)
    }

    static func bodyLimit(for headLimit: TimeAmount) -> TimeAmount { .nanoseconds(headLimit.nanoseconds / 2 * 3) }

    func handlerAdded(context: ChannelHandlerContext) { expect(within: headLimit, context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            sawRequest = true
            expect(within: bodyLimit, context)
        case .body: break
        // The answer may take its time; the connection's next request must come in time after it.
        case .end: expect(within: headLimit + bodyLimit, context)
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, !sawRequest {
            let headers = HTTPHeaders([("Connection", "close"), ("Content-Length", "0")])
            let status: HTTPResponseStatus =
                error as? HTTPParserError == .headerOverflow ? .requestHeaderFieldsTooLarge : .badRequest
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))),
                promise: nil
            )
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            context.close(promise: nil)
            return
        }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    private func expect(within limit: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
    }
}
