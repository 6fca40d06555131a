import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One stream of bytes each way that outlives the connections which carry it: nothing of it is lost or doubled.
///
/// The layer above (HTTP/2) has a channel of its own, over a pair of sockets within this process, and notices nothing of connections that
/// come and go but that for a while nothing is taken. What was sent is kept until the other end has it, at most `mostKept` bytes; then
/// nothing more is taken from the layer above.
///
/// `@unchecked Sendable`: every `var` is read and written on `eventLoop` only. Both channels of the pair, and every connection that carries
/// the stream, belong to that loop (`SupportConnection`'s callers connect with it as their group), NIO calls their handlers there, and
/// other methods say that they have to be called there. What is constant is Sendable.
final class ResumableStream: @unchecked Sendable {
    /// What happens to a stream.
    struct Observer: Sendable {
        /// The connection is gone; something was heard over it last at this moment.
        let interrupted: @Sendable (NIODeadline) -> Void
        /// The stream is over, by whoever ended it.
        let ended: @Sendable () -> Void
    }

    /// How much is kept of what may have to be sent again, in bytes.
    static let mostKept = 4 << 20
    /// After so many bytes the other end is told that they have arrived.
    private static let stride: UInt64 = 256 * 1024

    let id: StreamID
    let eventLoop: any EventLoop
    private let observer: Observer
    private var queue = RetransmissionQueue()
    private(set) var received: UInt64 = 0
    private var reported: UInt64 = 0
    private(set) var link: LinkHandler?
    private var inner: InnerEnd?
    private var isOver = false

    /// A stream that nothing carries yet; on `eventLoop`.
    init(_ id: StreamID, on eventLoop: any EventLoop, observer: Observer) {
        self.id = id
        self.eventLoop = eventLoop
        self.observer = observer
    }

    /// Makes the channel of the layer above. Once, on the event loop.
    ///
    /// - Parameter make: sets the layer up on its channel.
    func open<Layer: Sendable>(
        _ make: @escaping @Sendable (any Channel) throws -> Layer
    ) -> EventLoopFuture<Layer> {
        var descriptors: [CInt] = [-1, -1]
        #if canImport(Glibc)
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        #else
        let type = SOCK_STREAM | SOCK_CLOEXEC
        #endif
        guard socketpair(AF_UNIX, type, 0, &descriptors) == 0 else {
            return eventLoop.makeFailedFuture(IOError(errnoCode: errno, reason: "socketpair"))
        }
        let (below, above) = (descriptors[0], descriptors[1])
        let layer = eventLoop.makePromise(of: Layer.self)
        let inner = Self.connect(below, on: eventLoop) { [self] channel in
            let end = InnerEnd(self)
            try channel.pipeline.syncOperations.addHandler(end)
            self.inner = end
        }
        return inner.flatMap { [eventLoop] _ in
            Self.connect(above, on: eventLoop) { channel in
                do {
                    layer.succeed(try make(channel))
                } catch {
                    layer.fail(error)
                    throw error
                }
            }
        }
        .flatMapError { error in
            layer.fail(error)
            return self.eventLoop.makeFailedFuture(error)
        }
        .flatMap { layer.futureResult }
    }

    private static func connect(
        _ descriptor: CInt,
        on eventLoop: any EventLoop,
        _ initializer: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 4)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: LinkFrame.longestData))
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try initializer(channel) } }
            .withConnectedSocket(descriptor)
            .map { _ in }
    }

    // MARK: The layer above

    /// Whether the layer above may give more.
    fileprivate var mayTake: Bool {
        guard queue.count < Self.mostKept else { return false }
        return link?.isWritable ?? true
    }

    fileprivate func take(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        queue.append(bytes)
        link?.write(.data(bytes))
    }

    fileprivate func flush() { link?.flush() }

    /// The layer above has closed its channel: that is the stream's end, once all is said.
    fileprivate func endedAbove() {
        inner = nil
        guard !isOver else { return }
        isOver = true
        let link = link
        self.link = nil
        link?.end()
        observer.ended()
    }

    // MARK: The connection below

    /// The session's first connection, which has nothing to catch up with.
    func begin(_ link: LinkHandler) {
        self.link = link
        inner?.readOn()
    }

    /// `link` carries the stream from now on; the other end has `count` bytes of it. On the event loop.
    ///
    /// - Throws: `protocolViolation`; then nothing has changed.
    func attach(_ link: LinkHandler, otherHas count: UInt64) throws(SupportChannelError) {
        guard !isOver else { throw SupportChannelError(kind: .closed, diagnostics: "the session is over") }
        try queue.acknowledge(upTo: count)
        let old = self.link
        self.link = link
        old?.drop()
        reported = received
        link.carry(self)
        for bytes in queue.unacknowledged { link.write(.data(bytes)) }
        link.flush()
        inner?.readOn()
    }

    /// Whether more may be read from the connection.
    var takesBytes: Bool { inner?.isWritable ?? true }

    func arrived(_ bytes: ByteBuffer) {
        received += UInt64(bytes.readableBytes)
        inner?.write(bytes)
        if received - reported >= Self.stride { acknowledge() }
    }

    /// Hands on what has arrived.
    func deliver() { inner?.flush() }

    /// Tells the other end what has arrived, where it has not heard of all.
    func acknowledge() {
        guard received > reported, let link else { return }
        reported = received
        link.write(.received(received))
    }

    func acknowledged(_ count: UInt64) throws(SupportChannelError) {
        try queue.acknowledge(upTo: count)
        if mayTake { inner?.readOn() }
    }

    func linkMayTake() {
        if mayTake { inner?.readOn() }
    }

    func linkEnded(_ link: LinkHandler, heard: NIODeadline) {
        guard self.link === link else { return }
        self.link = nil
        observer.interrupted(heard)
    }

    /// The other end has closed the stream.
    func endedByOther() {
        guard !isOver else { return }
        isOver = true
        let link = link
        self.link = nil
        link?.drop()
        inner?.close()
        observer.ended()
    }

    /// Ends the stream here, whatever the other end knows of it; on the event loop.
    func close() {
        guard !isOver else { return }
        isOver = true
        let link = link
        self.link = nil
        link?.end()
        inner?.close()
        observer.ended()
    }
}

/// The stream's end of the pair of sockets.
private final class InnerEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let stream: ResumableStream
    private var context: ChannelHandlerContext?
    private var isReadPending = false
    private var isClosing = false

    init(_ stream: ResumableStream) { self.stream = stream }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    func flush() { context?.flush() }

    /// Closes once everything is handed on.
    func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func readOn() {
        guard isReadPending else { return }
        isReadPending = false
        context?.read()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        stream.endedAbove()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { stream.take(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) {
        stream.flush()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if stream.mayTake { context.read() } else { isReadPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { stream.link?.readOn() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        stream.endedAbove()
        context.fireChannelInactive()
    }
}
