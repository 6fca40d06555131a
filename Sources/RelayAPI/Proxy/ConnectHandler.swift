import NIOCore

/// Asks an HTTP proxy to let this connection through to the relay (`CONNECT`, RFC 9110 §9.3.6), then leaves the pipeline.
///
/// It stands next to the transport. The handlers behind it hear that the channel is active once the proxy has agreed, and get every
/// byte that came behind its answer. (swift-nio-extras has a handler for this too: it does not tell which ways to sign in a 407 names, and
/// neither bounds nor reports what is no HTTP.)
final class ConnectHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a proxy may take for its answer; it connects to the relay meanwhile.
    static let timeout: TimeAmount = .seconds(10)

    private let request: String
    private let timeout: TimeAmount
    private let promise: EventLoopPromise<Void>
    private var state: StateMachine
    private var deadline: Scheduled<Void>?

    /// - Parameter promise: succeeds when the proxy lets the connection through, or fails with `ProxyFailure`.
    init(
        _ proxy: Proxy,
        to relay: RelayEndpoint,
        timeout: TimeAmount = ConnectHandler.timeout,
        promise: EventLoopPromise<Void>
    ) {
        var lines = ["CONNECT \(relay.authority) HTTP/1.1", "Host: \(relay.authority)", "User-Agent: lotse/1"]
        if let authorization = proxy.authorization { lines.append("Proxy-Authorization: \(authorization)") }
        request = lines.joined(separator: "\r\n") + "\r\n\r\n"
        self.timeout = timeout
        self.promise = promise
        state = StateMachine(givesPassword: proxy.hasPassword)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    // Those behind hear of it when the proxy has agreed.
    func channelActive(context: ChannelHandlerContext) { ask(context) }

    private func ask(_ context: ChannelHandlerContext) {
        guard state.connected() else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.fail(handler.state.timedOut(), context)
        }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        switch state.received(bytes.readableBytesView) {
        case .wait: break
        case .pass: context.fireChannelRead(data)
        case .open(let rest):
            deadline?.cancel()
            promise.succeed()
            context.fireChannelActive()
            if !rest.isEmpty { context.fireChannelRead(Self.wrapInboundOut(ByteBuffer(bytes: rest))) }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        case .fail(let failure): fail(failure, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(state.ended(), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Such as a reset.
        guard let failure = state.ended() else { return context.fireErrorCaught(error) }
        fail(failure, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { fail(state.ended(), context) }

    private func fail(_ failure: ProxyFailure?, _ context: ChannelHandlerContext) {
        guard let failure else { return }
        deadline?.cancel()
        promise.fail(failure)
        context.close(promise: nil)
    }

    deinit {
        // Never added to a pipeline: nobody else will answer.
        promise.fail(ProxyFailure.closed)
    }
}
