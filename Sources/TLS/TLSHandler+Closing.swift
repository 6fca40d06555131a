import NIOCore

extension TLSHandler {
    /// How long a failed connection is kept at most so that the alert arrives.
    static let lingerTimeout = TimeAmount.seconds(1)

    // MARK: The application closes

    func closeBoth(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        switch state.close() {
        case .closeTransport:
            release(TLSError(.closed, "closed before the handshake was done"))
            context.close(promise: promise)
        case .drain:
            adopt(promise)
            setCloseDeadline(context)
            pending.mark()
            encrypt(context)
            context.read()
        case .wait:
            adopt(promise)
        }
    }

    func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard state.closeOutput() else {
            promise?.fail(TLSError(.closed))
            return
        }
        outputClosePromise = promise
        pending.mark()
        encrypt(context)
    }

    /// Several callers may wait for one end.
    private func adopt(_ promise: EventLoopPromise<Void>?) {
        guard let promise else { return }
        if let closePromise {
            closePromise.futureResult.cascade(to: promise)
        } else {
            closePromise = promise
        }
    }

    // MARK: close_notify

    func writeCloseNotify(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        connection.sendCloseNotify()
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [self] in closeNotifyWritten(context) }
        // Empty where it could not be produced; the end is the same.
        let output = connection.takeOutput() ?? ByteBuffer()
        context.writeAndFlush(Self.wrapOutboundOut(output), promise: promise)
    }

    private func closeNotifyWritten(_ context: ChannelHandlerContext) {
        let isOver = state.closeNotifyWritten()
        let promise = outputClosePromise
        outputClosePromise = nil
        promise?.succeed()
        if isOver { closeTransport(context) }
    }

    func receivedCloseNotify(_ context: ChannelHandlerContext) {
        let option = try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)
        switch state.closeNotifyReceived(allowingHalfClosure: option ?? false) {
        case .inputClosed(let isOver):
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            if isOver { closeTransport(context) }
        case .drain:
            setCloseDeadline(context)
            pending.mark()
            encrypt(context)
        case .wait:
            break
        case .closeTransport:
            closeTransport(context)
        }
    }

    // MARK: The end

    /// As agreed by both sides.
    private func closeTransport(_ context: ChannelHandlerContext) {
        let promise = closePromise
        closePromise = nil
        release(TLSError(.closed))
        context.close(promise: promise)
    }

    /// The transport is gone, or its input is.
    func transportEnded(_ context: ChannelHandlerContext) {
        switch state.transportEnded() {
        case .expected:
            let promise = closePromise
            closePromise = nil
            release(TLSError(.closed))
            promise?.succeed()
        case .duringHandshake:
            abandon(context, TLSError(.handshakeFailed, "the other side ended the connection during the handshake"))
        case .truncated:
            abandon(context, TLSError(.truncated))
        }
    }

    /// The connection failed: say so to the peer (the alert that OpenSSL made, or ours where it made none) and to the application.
    func fail(_ context: ChannelHandlerContext, _ error: any Error, _ plain: PlaintextAlert = .protocolVersion) {
        let error = error as? TLSError ?? TLSError(.connectionFailed, "\(error)")
        let alert = connection?.takeOutput() ?? firstWord(plain)
        switch state.failed(sendingAlert: alert != nil) {
        case .ignore:
            break
        case .linger:
            let written = context.eventLoop.makePromise(of: Void.self)
            // Ends our direction only, see `lingering`. Where the channel cannot do that it closes, which is as well.
            written.futureResult.assumeIsolated().whenSuccess { context.close(mode: .output, promise: nil) }
            let output = alert.map { Self.wrapOutboundOut($0) } ?? Self.wrapOutboundOut(ByteBuffer())
            let promise = closePromise
            closePromise = nil
            release(error)
            promise?.fail(error)
            setLingerDeadline(context)
            context.write(output, promise: written)
            context.fireErrorCaught(error)
            context.flush()
            context.read()
        case .closeTransport:
            abandon(context, error)
            context.close(promise: nil)
        }
    }

    /// A server's alert to a peer to which it has not said anything yet; later ones would have to be encrypted.
    private func firstWord(_ alert: PlaintextAlert) -> ByteBuffer? {
        guard case .server = tls.role, state.isHandshaking, isSilent else { return nil }
        return alert.record
    }

    /// Nothing more can be said to the peer.
    private func abandon(_ context: ChannelHandlerContext, _ error: TLSError) {
        state.abandon()
        release(error)
        context.fireErrorCaught(error)
    }

    /// Completes every promise that is still open and gives up the `SSL`.
    func release(_ error: TLSError) {
        cancelDeadline()
        connection = nil
        let promises = pending.removeAll()
        let (handshake, output, close) = (handshakePromise, outputClosePromise, closePromise)
        (handshakePromise, outputClosePromise, closePromise) = (nil, nil, nil)
        for promise in promises { promise.fail(error) }
        handshake?.fail(error)
        output?.fail(error)
        close?.fail(error)
    }

    // MARK: Deadlines

    /// Replaces the deadline there is: a connection waits for one thing at a time.
    func setDeadline(_ context: ChannelHandlerContext, after time: TimeAmount, error: TLSError) {
        cancelDeadline()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            if let word = firstWord(.userCanceled) { context.writeAndFlush(Self.wrapOutboundOut(word), promise: nil) }
            abandon(context, error)
            context.close(promise: nil)
        }
    }

    /// Runs from the last batch that the channel took.
    func setCloseDeadline(_ context: ChannelHandlerContext) {
        setDeadline(context, after: tls.closeTimeout, error: TLSError(.closeTimeout))
    }

    private func setLingerDeadline(_ context: ChannelHandlerContext) {
        let time = min(tls.closeTimeout, Self.lingerTimeout)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
            state.abandon()
            context.close(promise: nil)
        }
    }

    func cancelDeadline() {
        deadline?.cancel()
        deadline = nil
    }
}
