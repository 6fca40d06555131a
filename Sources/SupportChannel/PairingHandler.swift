import NIOCore
import TLS

/// Carries greeting, share and confirmation over a tunnel. What follows them is kept until the handler is removed.
///
/// After a failure nothing is sent or read any more, and the channel stays open: the caller may have something to report first.
final class PairingHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Both ends have the same key.
    struct Paired: Sendable {
        let configuration: TLSPreSharedKeyConfiguration
        /// When TLS has to be done.
        let deadline: NIODeadline
    }

    let paired: EventLoopPromise<Paired>
    private var machine: StateMachine
    private var received = ByteBuffer()
    private let limit: TimeAmount
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    private var hasGreeted = false

    /// A greeting is shorter than this; a longer line is none.
    private static let longestGreeting = 64

    init(_ machine: consuming StateMachine, deadline: TimeAmount, paired: EventLoopPromise<Paired>) {
        self.machine = machine
        self.limit = deadline
        self.paired = paired
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { greet(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        greet(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !machine.isFailed else { return }
        startDeadline(context)
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            while try advance(context) {}
        } catch let error as SupportChannelError {
            // Once the agent has given its answer, every failure reads alike.
            fail(machine.failure(error))
        } catch {
            fail(SupportChannelError(kind: .misuse, diagnostics: "\(error)"))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(machine.failure(SupportChannelError(kind: .closed, diagnostics: "before the other end was there")))
        guard received.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(received))
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(machine.failure(SupportChannelError(kind: .closed, diagnostics: "before the other end was there")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(machine.failure(SupportChannelError(kind: .closed, diagnostics: "\(error)")))
        context.fireErrorCaught(error)
    }

    // MARK: Steps

    private func greet(_ context: ChannelHandlerContext) {
        guard !hasGreeted else { return }
        hasGreeted = true
        var buffer = ByteBuffer(string: machine.greeting)
        Self.append(machine.share, to: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Takes the next step. False: it needs more bytes, or there is none.
    private func advance(_ context: ChannelHandlerContext) throws -> Bool {
        switch machine.expects {
        case .greeting:
            guard let line = try nextLine() else { return false }
            try machine.received(greeting: line)
        case .message(let length):
            guard let message = try nextMessage(of: length) else { return false }
            if let answer = try machine.received(message: message) {
                var buffer = ByteBuffer()
                Self.append(answer, to: &buffer)
                context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            }
        case .nothing:
            return false
        }
        guard machine.isPaired else { return true }
        timer?.cancel()
        let configuration = try machine.configuration()
        paired.succeed(Paired(configuration: configuration, deadline: deadline ?? context.eventLoop.now + limit))
        return false
    }

    private func nextLine() throws -> String? {
        guard let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard received.readableBytes <= Self.longestGreeting else {
                throw SupportChannelError(kind: .wrongPeer, diagnostics: "no greeting")
            }
            return nil
        }
        let line = received.readString(length: end - received.readerIndex) ?? ""
        received.moveReaderIndex(forwardBy: 1)
        return line
    }

    private func nextMessage(of length: Int) throws -> [UInt8]? {
        guard let announced = received.getInteger(at: received.readerIndex, as: UInt16.self) else { return nil }
        guard Int(announced) == length else {
            throw SupportChannelError(kind: .protocolViolation, diagnostics: "a pairing message of \(announced) bytes")
        }
        guard received.readableBytes >= 2 + length else { return nil }
        received.moveReaderIndex(forwardBy: 2)
        return received.readBytes(length: length)
    }

    private static func append(_ message: [UInt8], to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt16(truncatingIfNeeded: message.count))
        buffer.writeBytes(message)
    }

    /// Runs from the other end's first byte: until then nobody is late.
    private func startDeadline(_ context: ChannelHandlerContext) {
        guard deadline == nil else { return }
        deadline = context.eventLoop.now + limit
        let seconds = "\(limit.nanoseconds / 1_000_000_000) seconds"
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
            guard let self else { return }
            fail(machine.failure(SupportChannelError(kind: .silent, diagnostics: seconds)))
        }
    }

    /// The first outcome stands.
    private func fail(_ error: SupportChannelError) {
        timer?.cancel()
        guard !machine.isPaired, !machine.isFailed else { return }
        machine.fail()
        received = ByteBuffer()
        paired.fail(error)
    }
}
