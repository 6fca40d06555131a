import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Joins the reads of two pipes into one sequence with one demand. Lives on one event loop.
final class OutputMerge {
    typealias Strategy = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark
    typealias Sequence = NIOAsyncSequenceProducer<CommandOutput, Strategy, Demand>

    /// Carries the consumer's demand to the event loop.
    struct Demand: NIOAsyncSequenceProducerDelegate, Sendable {
        let eventLoop: any EventLoop
        let merge: NIOLoopBound<OutputMerge>

        func produceMore() {
            eventLoop.execute { merge.value.produceMore() }
        }

        func didTerminate() {
            eventLoop.execute { merge.value.terminate() }
        }
    }

    private var source: Sequence.Source?
    private var readers: [OutputReader] = []
    private(set) var hasDemand = true

    private init() {}

    static func make(on eventLoop: any EventLoop) -> (Sequence, OutputMerge) {
        let merge = OutputMerge()
        let made = Sequence.makeSequence(
            elementType: CommandOutput.self,
            backPressureStrategy: Strategy(lowWatermark: 1, highWatermark: 2),
            finishOnDeinit: true,
            delegate: Demand(eventLoop: eventLoop, merge: NIOLoopBound(merge, eventLoop: eventLoop))
        )
        merge.source = made.source
        return (made.sequence, merge)
    }

    func attach(_ reader: OutputReader) {
        readers.append(reader)
    }

    func deliver(_ piece: CommandOutput) {
        switch source?.yield(piece) {
        case .produceMore: break
        case .stopProducing: hasDemand = false
        case .dropped, nil: terminate()
        }
    }

    /// A pipe has come to its end; with the last one the sequence ends.
    func detach(_ reader: OutputReader) {
        readers.removeAll { $0 === reader }
        if readers.isEmpty {
            source?.finish()
            source = nil
        }
    }

    func limit() {
        for reader in readers { reader.limit() }
    }

    private func produceMore() {
        hasDemand = true
        for reader in readers { reader.demandReturned() }
    }

    private func terminate() {
        source = nil
        for reader in readers { reader.close() }
    }
}

/// Reads one output pipe, a piece at a time and only on demand.
final class OutputReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Kind {
        case output
        case error
    }

    static let pieceSize = 64 * 1024

    private let descriptor: Int32
    private let kind: Kind
    private let merge: OutputMerge
    private var context: ChannelHandlerContext?
    private var waitsForDemand = false
    private var remaining: Int?

    init(descriptor: Int32, kind: Kind, merge: OutputMerge) {
        self.descriptor = descriptor
        self.kind = kind
        self.merge = merge
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        readOnDemand(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if let limit = remaining {
            bytes = bytes.readSlice(length: min(limit, bytes.readableBytes)) ?? bytes
            remaining = limit - bytes.readableBytes
        }
        // A line of a few bytes must not keep the whole buffer alive while it waits further on.
        if bytes.readableBytes < Self.pieceSize / 4 {
            bytes = context.channel.allocator.buffer(buffer: bytes)
        }
        if bytes.readableBytes > 0 {
            merge.deliver(kind == .output ? .standardOutput(bytes) : .standardError(bytes))
        }
        if let remaining, remaining <= 0 { context.close(promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        readOnDemand(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        merge.detach(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func demandReturned() {
        guard waitsForDemand, let context else { return }
        readOnDemand(context)
    }

    func close() {
        context?.close(promise: nil)
    }

    /// Whoever holds the other end may write for ever; only what is in the pipe now still counts.
    func limit() {
        guard let context, context.channel.isActive else { return }
        // Open for as long as the channel is active: the channel owns it and closes it on this event loop.
        var count: Int32 = 0
        guard ioctl(descriptor, UInt(FIONREAD), &count) == 0, count > 0 else {
            context.close(promise: nil)
            return
        }
        remaining = Int(count)
    }

    private func readOnDemand(_ context: ChannelHandlerContext) {
        waitsForDemand = !merge.hasDemand
        if merge.hasDemand { context.read() }
    }
}
