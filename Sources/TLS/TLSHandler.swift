import NIOCore

/// TLS 1.3 in a channel's pipeline: ciphertext on the side of the transport, plaintext on the side of the application.
///
/// - The handshake begins when the channel is active. Its outcome comes as ``TLSEvent/handshakeCompleted(_:)`` and in
///   the promise given to ``TLSContext/makeHandler(handshakePromise:)``; a failure is also an error in the pipeline.
///   What is written before is queued and follows.
/// - `close()` encrypts what was written, says close_notify, awaits the peer's, then closes the channel; past the
///   deadline it closes the channel at once and fails with `closeTimeout`. `close(mode: .output)` ends one direction.
/// - The peer's close_notify is `ChannelEvent.inputClosed` where the channel allows remote half closure; otherwise the
///   connection closes after what was written. An end of the transport without close_notify is the error `truncated`.
/// - Every error is a ``TLSError``, is fired once, and closes the channel; later handlers need not.
public final class TLSHandler: ChannelDuplexHandler, RemovableChannelHandler {
    /// Ciphertext.
    public typealias InboundIn = ByteBuffer
    /// Plaintext.
    public typealias InboundOut = ByteBuffer
    /// Plaintext.
    public typealias OutboundIn = ByteBuffer
    /// Ciphertext.
    public typealias OutboundOut = ByteBuffer

    let tls: TLSContext
    var connection: TLSConnection?
    var state = StateMachine()
    private var plaintextLimit = PlaintextLimit()
    private var wholeRecords = WholeRecords()
    /// Nothing has gone out on this connection yet.
    var isSilent = true

    var handshakePromise: EventLoopPromise<TLSHandshake>?
    var closePromise: EventLoopPromise<Void>?
    var outputClosePromise: EventLoopPromise<Void>?
    var deadline: Scheduled<Void>?

    var pending = PendingWrites()
    var isEncrypting = false
    /// Bytes of answers to the peer's key updates that the channel has not taken yet.
    var unsentAnswerBytes = 0
    /// The application asked for input and has not got any since.
    private var readIsPending = false

    init(context: TLSContext, handshakePromise: EventLoopPromise<TLSHandshake>?) {
        tls = context
        self.handshakePromise = handshakePromise
    }

    deinit {
        // Never added to a pipeline: nobody else will answer.
        handshakePromise?.fail(TLSError(.closed, "the connection was never made"))
    }

    /// Keying material that only the two ends of this connection can compute (RFC 8446 §7.5), without a context; to bind what is said
    /// inside to this very connection. Call it on the event loop.
    ///
    /// - Parameters:
    ///   - label: such as `EXPORTER-lotse-operator`; another one gives other bytes.
    ///   - length: 1…255 bytes.
    /// - Throws: `closed` before the handshake is done and after the end.
    public func exportKeyingMaterial(label: String, length: Int) throws -> [UInt8] {
        guard let connection, state.hasKeys else { throw TLSError(.closed, "no keys to export from") }
        guard (1...255).contains(length) else { throw TLSError(.invalidInput, "an exporter's length outside 1…255") }
        return try connection.exportKeyingMaterial(label: label, length: length)
    }

    // MARK: Life in the pipeline

    /// Begins the handshake where the channel is active already.
    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    /// Begins the handshake.
    public func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    /// Ends what is left, as an error where the end was not agreed.
    public func channelInactive(context: ChannelHandlerContext) {
        transportEnded(context)
        context.fireChannelInactive()
    }

    /// Fails what is left; the transport stays as it is.
    public func handlerRemoved(context: ChannelHandlerContext) {
        state.abandon()
        release(TLSError(.closed, "TLS was removed from the pipeline"))
    }

    // MARK: Inbound

    /// Decrypts.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state.takesInput, let connection else { return }
        let bytes = Self.unwrapInboundIn(data)
        if state.isHandshaking, let alert = plaintextLimit.refusal(of: bytes) {
            fail(context, TLSError(.handshakeFailed, "a record of the handshake is empty or announces too much"), alert)
            return
        }
        connection.receive(state.isHandshaking ? wholeRecords.take(bytes) : bytes)
        if state.isHandshaking { handshake(context, connection) }
        if state.takesInput, !state.isHandshaking { decrypt(context, connection) }
    }

    /// Reads on where what came was not enough to give the application anything.
    public func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if readIsPending || state.readsForItself { context.read() }
    }

    /// Goes on encrypting once the channel takes more.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        encrypt(context)
        context.fireChannelWritabilityChanged()
    }

    /// The end of the transport's input is an end only where close_notify came first.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(ChannelEvent.inputClosed) = event as? ChannelEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard !state.expectsEndOfInput else { return }
        transportEnded(context)
        context.close(promise: nil)
    }

    // MARK: Outbound

    /// Notes that the application wants input.
    public func read(context: ChannelHandlerContext) {
        readIsPending = true
        context.read()
    }

    /// Queues plaintext.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state.takesWrites else {
            promise?.fail(TLSError(.closed))
            return
        }
        pending.append(Self.unwrapOutboundIn(data), promise)
    }

    /// Encrypts what is queued, as far as the channel takes it.
    public func flush(context: ChannelHandlerContext) {
        pending.mark()
        encrypt(context)
    }

    /// Sends ``TLSRequest/pulse``; what is another handler's goes on.
    public func triggerUserOutboundEvent(
        context: ChannelHandlerContext,
        event: Any,
        promise: EventLoopPromise<Void>?
    ) {
        guard case .some(.pulse) = event as? TLSRequest else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        // Where something is on its way anyway, or the channel takes nothing, there is nothing to add.
        if state.encrypts, !pending.hasFlushed, context.channel.isWritable, let connection, connection.pulse() {
            sendOutput(context, connection)
        }
        promise?.succeed()
    }

    /// Ends one direction or both. `.input` alone does not exist in TLS.
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all: closeBoth(context, promise)
        case .output: closeOutput(context, promise)
        case .input: promise?.fail(ChannelError.operationUnsupported)
        }
    }

    // MARK: Handshake

    private func start(_ context: ChannelHandlerContext) {
        guard state.start() else { return }
        setDeadline(context, after: tls.handshakeTimeout, error: TLSError(.handshakeTimeout))
        do {
            let connection = try TLSConnection(context: tls)
            self.connection = connection
            handshake(context, connection)
            if state.isHandshaking { context.read() }
        } catch {
            fail(context, error)
        }
    }

    private func handshake(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        do {
            let finished = try connection.handshake()
            sendOutput(context, connection)
            guard let finished else { return }
            cancelDeadline()
            state.handshakeFinished()
            connection.receive(wholeRecords.takeRest())
            plaintextLimit = PlaintextLimit()
            let promise = handshakePromise
            handshakePromise = nil
            promise?.succeed(finished)
            context.fireUserInboundEventTriggered(TLSEvent.handshakeCompleted(finished))
            encrypt(context)
        } catch {
            fail(context, error)
        }
    }

    // MARK: Decryption

    /// Everything received becomes one buffer for the application.
    private func decrypt(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        var plaintext = ByteBuffer()
        let outcome = Result { try connection.read(into: &plaintext) }
        if plaintext.readableBytes > 0, state.deliversPlaintext {
            readIsPending = false
            context.fireChannelRead(Self.wrapInboundOut(plaintext))
        }
        // The application may have ended the connection meanwhile; then the rest is nobody's.
        guard state.takesInput else { return }
        switch outcome {
        case .success(let outcome):
            sendAnswers(context, connection)
            // A write may have waited for the rest of a message of the handshake layer.
            encrypt(context)
            if case .closeNotify = outcome { receivedCloseNotify(context) }
        case .failure(let error):
            fail(context, error)
        }
    }
}
