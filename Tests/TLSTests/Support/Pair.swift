import NIOCore
import NIOEmbedded

@testable import TLS

/// The application at the end of a pipeline: remembers what reaches it.
final class Application: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var received = ByteBuffer()
    var receivedBytes = 0
    var keepsBytes = true
    var reads = 0
    var handshakes: [TLSHandshake] = []
    var errors: [any Error] = []
    var inputClosed = 0
    var isInactive = false
    var onRead: ((ByteBuffer) -> Void)?

    var failures: [TLSError.Kind] { errors.compactMap { ($0 as? TLSError)?.kind } }
    var text: String { String(buffer: received) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        reads += 1
        receivedBytes += bytes.readableBytes
        if keepsBytes { received.writeImmutableBuffer(bytes) }
        onRead?(bytes)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted(let handshake)) = event as? TLSEvent { handshakes.append(handshake) }
        if case .some(.inputClosed) = event as? ChannelEvent { inputClosed += 1 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }

    func channelInactive(context: ChannelHandlerContext) { isInactive = true }
}

/// How one asynchronous thing came out.
final class Outcome<Value> {
    private(set) var result: Result<Value, any Error>?

    init(_ future: EventLoopFuture<Value>) {
        future.assumeIsolated().whenComplete { self.result = $0 }
    }

    var isDone: Bool { result != nil }
    var isSuccess: Bool { if case .success = result { true } else { false } }
    var failure: TLSError.Kind? {
        if case .failure(let error as TLSError) = result { error.kind } else { nil }
    }
}

/// One end: an embedded channel with wire, TLS and application.
final class End {
    let channel: EmbeddedChannel
    let wire: Wire
    let handler: TLSHandler
    let application = Application()
    let handshake: Outcome<TLSHandshake>
    var autoRead = true

    init(_ context: TLSContext, _ loop: EmbeddedEventLoop) throws {
        channel = EmbeddedChannel(loop: loop)
        wire = Wire(channel)
        let promise = loop.makePromise(of: TLSHandshake.self)
        handshake = Outcome(promise.futureResult)
        handler = context.makeHandler(handshakePromise: promise)
        try channel.pipeline.syncOperations.addHandlers([wire, handler, application])
    }

    func activate() {
        // Any address will do.
        guard let address = try? SocketAddress(unixDomainSocketPath: "/") else { return }
        channel.connect(to: address, promise: nil)
        if autoRead { channel.read() }
    }

    func write(_ text: String) -> Outcome<Void> { write(ByteBuffer(string: text)) }

    @discardableResult
    func write(_ bytes: ByteBuffer, flush: Bool = true) -> Outcome<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.write(bytes, promise: promise)
        if flush { channel.flush() }
        return Outcome(promise.futureResult)
    }

    func close(_ mode: CloseMode = .all) -> Outcome<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.close(mode: mode, promise: promise)
        return Outcome(promise.futureResult)
    }

    /// As a socket channel does with what it has read.
    func deliver(_ bytes: ByteBuffer) {
        wire.readIsRequested = false
        channel.pipeline.fireChannelRead(bytes)
        channel.pipeline.fireChannelReadComplete()
        if autoRead, channel.isActive { channel.read() }
    }

    private(set) var endWasDelivered = false

    /// As a socket channel does at the end of the stream.
    func deliverEnd() {
        guard !endWasDelivered, channel.isActive else { return }
        endWasDelivered = true
        if channel.allowRemoteHalfClosure {
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            wire.close(on: channel)
        }
    }
}

extension Wire {
    /// The transport is gone, whoever took it away.
    func close(on channel: EmbeddedChannel) {
        guard !isClosed, let context = try? channel.pipeline.syncOperations.context(handler: self) else {
            return
        }
        close(context: context, mode: .all, promise: nil)
    }
}

/// Two ends on one embedded event loop, back to back.
final class Pair {
    let loop = EmbeddedEventLoop()
    let server: End
    let client: End
    /// Bytes carried so far, both ways.
    private(set) var carriedBytes = 0
    /// What becomes of bytes on their way.
    var onTheWay: ((_ isToServer: Bool, _ bytes: inout ByteBuffer) -> Void)?

    init(server: TLSContext, client: TLSContext) throws {
        self.server = try End(server, loop)
        self.client = try End(client, loop)
    }

    deinit {
        for end in [client, server] { end.wire.close(on: end.channel) }
        loop.run()
    }

    /// Makes both channels active and carries the handshake over.
    func connect() throws {
        activate()
        carry()
    }

    func activate() {
        server.activate()
        client.activate()
    }

    /// Carries bytes over until there is nothing more to carry, `chunk` at a time, at most `limit` in all.
    func carry(chunk: Int = .max, limit: Int = .max) {
        var budget = limit
        var moved = true
        while moved, budget > 0 {
            moved = carry(from: client, to: server, chunk, &budget)
            moved = carry(from: server, to: client, chunk, &budget) || moved
            loop.run()
        }
    }

    private func carry(from source: End, to target: End, _ chunk: Int, _ budget: inout Int) -> Bool {
        var moved = false
        if source.wire.hasOutput, target.wire.readIsRequested || !target.channel.isActive, budget > 0 {
            var bytes = source.wire.take(min(chunk, budget))
            budget -= bytes.readableBytes
            carriedBytes += bytes.readableBytes
            onTheWay?(target === server, &bytes)
            if target.channel.isActive { target.deliver(bytes) }
            moved = true
        }
        if source.wire.isClosed || source.wire.outputEnded, !source.wire.hasOutput, !target.endWasDelivered,
            target.channel.isActive
        {
            target.deliverEnd()
            moved = true
        }
        return moved
    }
}
