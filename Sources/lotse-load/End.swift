import NIOCore
import Synchronization

/// One end of what is measured, with what it has received.
struct End: Sendable {
    let channel: any Channel
    let receiver: Receiver

    /// Makes `channel` an end; on its event loop.
    static func make(of channel: any Channel) throws -> End {
        let receiver = Receiver()
        try channel.pipeline.syncOperations.addHandler(receiver)
        return End(channel: channel, receiver: receiver)
    }

    /// Sends `count` bytes, and waits until this machine's kernel has them.
    func send(_ count: Int) async throws {
        try await channel.writeAndFlush(ByteBuffer(repeating: UInt8(ascii: "."), count: count)).get()
    }

    /// Sends on and on: `rate` bytes a second, or as much as is taken.
    func send(atRate rate: Int?) async throws {
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.addHandler(Source(rate: rate))
        }.get()
    }

    /// From now on what comes is counted as it arrives, still encrypted, and dropped: whoever decrypts as much as the relay does is no
    /// faster than the relay, and would be measured in its place.
    func discard() async throws -> Receiver {
        try await channel.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 * 1024)).get()
        return try await channel.eventLoop.submit { [channel] in
            let receiver = Receiver()
            try channel.pipeline.syncOperations.addHandler(receiver, position: .first)
            return receiver
        }.get()
    }
}

/// Counts what comes, and drops it.
final class Receiver: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let count = Atomic<Int>(0)
    private let hasFailed = Atomic<Bool>(false)

    /// How many bytes came. From any thread.
    var bytes: Int { count.load(ordering: .relaxed) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count.add(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasFailed.store(true, ordering: .relaxed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed.store(true, ordering: .relaxed)
        context.close(promise: nil)
    }

    /// Waits until `total` bytes have come.
    func wait(for total: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while bytes < total {
            guard !hasFailed.load(ordering: .relaxed) else { throw LoadError("a connection ended too early") }
            guard ContinuousClock.now < deadline else { throw LoadError("\(bytes) of \(total) bytes came within 30 s") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Sends until its connection ends.
final class Source: ChannelInboundHandler {
    typealias InboundIn = Any
    typealias OutboundOut = ByteBuffer

    /// What the TLS layer encrypts in one go.
    private static let chunkBytes = 7 * 16 * 1024
    /// How many chunks are on their way to the kernel, so that the next is there when one has left.
    private static let chunksAtOnce = 2
    private static let pacedBytes = 16 * 1024
    /// How many of those are made up for.
    private static let mostLate: Int64 = 16

    private let rate: Int?
    private let chunk: ByteBuffer
    /// How many paced chunks are sent, or given up.
    private var paced: Int64 = 0

    init(rate: Int?) {
        self.rate = rate
        chunk = ByteBuffer(repeating: UInt8(ascii: "."), count: rate == nil ? Self.chunkBytes : Self.pacedBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if let rate {
            pace(context, every: .nanoseconds(Int64(Self.pacedBytes) * 1_000_000_000 / Int64(max(1, rate))))
        } else {
            for _ in 0..<Self.chunksAtOnce { next(context) }
        }
    }

    private func next(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let sent = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        sent.futureResult.whenSuccess {
            // Not from within the write: others on this loop have their turn too.
            bound.value.1.eventLoop.execute { bound.value.0.next(bound.value.1) }
        }
        context.writeAndFlush(wrapOutboundOut(chunk), promise: sent)
    }

    /// By the clock: what a late turn did not send, the next one does.
    private func pace(_ context: ChannelHandlerContext, every interval: TimeAmount) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let began = NIODeadline.now()
        context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { task in
            let (source, context) = bound.value
            guard context.channel.isActive else { return task.cancel() }
            let due = (NIODeadline.now() - began).nanoseconds / interval.nanoseconds
            // A line that was stopped is not made up for in one go.
            source.paced = max(source.paced, due - Self.mostLate)
            while source.paced < due, context.channel.isWritable {
                context.write(source.wrapOutboundOut(source.chunk), promise: nil)
                source.paced += 1
            }
            context.flush()
        }
    }
}
