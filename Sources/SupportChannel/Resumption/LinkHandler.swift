import NIOCore

/// Carries a stream's frames over one connection, and finds out when nobody is there any more although nothing says so: a pulled
/// cable, a suspended laptop.
///
/// Stands last in the connection's pipeline, above the inner TLS. All of it belongs to the connection's event loop, which is the stream's.
final class LinkHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// How often it asks whether the other end is there, and how long nothing may come.
    struct Pace: Sendable {
        var interval: TimeAmount = .seconds(2)
        var limit: TimeAmount = .seconds(6)
    }

    /// What frames mean now.
    enum Phase {
        /// The other end has to say which stream goes on. Next: `carrying`, `over`.
        case greeting((LinkHello, LinkHandler) throws -> Void)
        /// Next: `over`.
        case carrying(ResumableStream)
        /// No exit.
        case over
    }

    private var phase: Phase
    private let pace: Pace
    private var decoder = LinkFrame.Decoder()
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private var isReadPending = false
    private var pings: (sent: UInt64, at: NIODeadline)?
    private var hasFailed: ((any Error) -> Void)?

    /// When something came last.
    private(set) var lastHeard: NIODeadline = .now()
    /// How long an answer took to come, last time.
    private(set) var roundTrip: TimeAmount?

    /// - Parameter failed: is told once why a connection that carries no stream yet will not carry one.
    init(_ phase: Phase, pace: Pace = Pace(), failed: ((any Error) -> Void)? = nil) {
        self.phase = phase
        self.pace = pace
        hasFailed = failed
    }

    // MARK: What the stream calls

    /// From now on the connection carries `stream`.
    func carry(_ stream: ResumableStream) {
        guard case .greeting = phase else { return }
        phase = .carrying(stream)
        hasFailed = nil
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(_ frame: LinkFrame) { context?.write(wrapOutboundOut(frame.encoded), promise: nil) }

    func flush() { context?.flush() }

    /// Says that the stream is over, then closes the connection in order.
    func end() {
        guard let context else { return }
        phase = .over
        timer?.cancel()
        context.writeAndFlush(wrapOutboundOut(LinkFrame.end.encoded), promise: nil)
        context.close(promise: nil)
    }

    /// Closes a connection that carries nothing any more.
    func drop() {
        phase = .over
        timer?.cancel()
        context?.close(promise: nil)
    }

    /// The stream takes bytes again.
    func readOn() {
        guard isReadPending else { return }
        isReadPending = false
        context?.read()
    }

    // MARK: What the connection calls

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastHeard = context.eventLoop.now
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(SupportChannelError(kind: .closed, diagnostics: ""), isSilent: false)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastHeard = context.eventLoop.now
        decoder.append(unwrapInboundIn(data))
        do {
            while let frame = try decoder.next() { try take(frame) }
        } catch {
            fail(error, isSilent: false)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .carrying(let stream) = phase { stream.deliver() }
        context.flush()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if case .carrying(let stream) = phase, !stream.takesBytes {
            isReadPending = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .carrying(let stream) = phase { stream.linkMayTake() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, isSilent: false)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(SupportChannelError(kind: .closed, diagnostics: ""), isSilent: false)
        context.fireChannelInactive()
    }

    // MARK: -

    private func take(_ frame: LinkFrame) throws {
        switch (phase, frame) {
        case (.over, _): break
        case (.greeting(let greeted), .hello(let payload)):
            guard let hello = LinkHello(payload) else { throw Self.violation }
            try greeted(hello, self)
        case (_, .ping(let number)): write(.pong(number))
        case (_, .pong(let number)):
            guard let pings, pings.sent == number, let now = context?.eventLoop.now else { return }
            roundTrip = now - pings.at
            self.pings = (number, pings.at)
        case (.carrying(let stream), .data(let bytes)): stream.arrived(bytes)
        case (.carrying(let stream), .received(let count)): try stream.acknowledged(count)
        case (.carrying(let stream), .end): stream.endedByOther()
        case (.greeting, _), (.carrying, .hello): throw Self.violation
        }
    }

    private static let violation = SupportChannelError(
        kind: .protocolViolation,
        diagnostics: "a link frame out of order"
    )

    private func schedule(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: pace.interval) { [weak self] in
            self?.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        if case .over = phase { return }
        let now = context.eventLoop.now
        // What this end does not read says nothing about the other.
        if isReadPending { lastHeard = now }
        let quiet = now - lastHeard
        if quiet >= pace.limit {
            let seconds = "\(quiet.nanoseconds / 1_000_000_000) seconds"
            fail(SupportChannelError(kind: .silent, diagnostics: seconds), isSilent: true)
            context.close(promise: nil)
            return
        }
        if case .carrying(let stream) = phase { stream.acknowledge() }
        let number = (pings?.sent ?? 0) + 1
        pings = (number, now)
        write(.ping(number))
        context.flush()
        schedule(context)
    }

    private func fail(_ error: any Error, isSilent: Bool) {
        timer?.cancel()
        let before = phase
        phase = .over
        hasFailed?(error)
        hasFailed = nil
        if case .carrying(let stream) = before { stream.linkEnded(self, heard: isSilent ? lastHeard : .now()) }
    }
}
