import NIOCore
import NIOEmbedded

/// The socket of an embedded channel: stands first in the pipeline, keeps what is written until the test carries it
/// over, and has a high and a low watermark as a socket channel has.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    static let highWatermark = 64 * 1024
    static let lowWatermark = 32 * 1024

    private unowned let channel: EmbeddedChannel
    private var queue = MarkedCircularBuffer<(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)>(initialCapacity: 8)

    private(set) var queuedBytes = 0
    private(set) var mostQueuedBytes = 0
    private(set) var writes = 0
    /// What was written, also where nobody takes it before the end.
    private(set) var said: [ByteBuffer] = []
    private(set) var outputEnded = false
    private(set) var isClosed = false
    var readIsRequested = false

    init(_ channel: EmbeddedChannel) { self.channel = channel }

    var hasOutput: Bool { queue.hasMark }

    func read(context: ChannelHandlerContext) { readIsRequested = true }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosed, !outputEnded else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let bytes = Self.unwrapOutboundIn(data)
        queuedBytes += bytes.readableBytes
        mostQueuedBytes = max(mostQueuedBytes, queuedBytes)
        writes += 1
        if said.count < 100 { said.append(bytes) }
        queue.append((bytes, promise))
        if channel.isWritable, queuedBytes > Self.highWatermark {
            channel.isWritable = false
            context.fireChannelWritabilityChanged()
        }
    }

    func flush(context: ChannelHandlerContext) { queue.mark() }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output:
            outputEnded = true
            promise?.succeed()
        case .all, .input:
            isClosed = true
            failQueue()
            context.close(mode: .all, promise: promise)
        }
    }

    /// Flushed bytes, at most `limit`, in the order of writing.
    func take(_ limit: Int) -> ByteBuffer {
        var taken = ByteBuffer()
        while queue.hasMark, taken.readableBytes < limit, let first = queue.first {
            let count = min(first.bytes.readableBytes, limit - taken.readableBytes)
            var rest = first.bytes
            if var part = rest.readSlice(length: count) { taken.writeBuffer(&part) }
            queuedBytes -= count
            if rest.readableBytes == 0 {
                _ = queue.popFirst()
                first.promise?.succeed()
            } else {
                queue[queue.startIndex].bytes = rest
            }
        }
        if !channel.isWritable, queuedBytes < Self.lowWatermark {
            channel.isWritable = true
            channel.pipeline.fireChannelWritabilityChanged()
        }
        return taken
    }

    private func failQueue() {
        while let (_, promise) = queue.popFirst() { promise?.fail(ChannelError.ioOnClosedChannel) }
        queuedBytes = 0
    }
}
