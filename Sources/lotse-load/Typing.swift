import NIOCore
import Synchronization

/// How long echoes took, in nanoseconds from the write of a byte to the read of its echo. From any thread.
final class EchoTimes: Sendable {
    private struct State {
        var times: [Int64] = []
        var count = 0
        var hasFailed = false
    }

    private let state = Mutex(State())

    /// How many echoes came so far, those that were taken included.
    var count: Int { state.withLock { $0.count } }

    func add(_ time: Int64) {
        state.withLock { state in
            state.times.append(time)
            state.count += 1
        }
    }

    func fail() { state.withLock { $0.hasFailed = true } }

    /// Those since the last time.
    func take() -> [Int64] {
        state.withLock { state in
            defer { state.times.removeAll(keepingCapacity: true) }
            return state.times
        }
    }

    /// Waits until `total` echoes have come.
    func wait(for total: Int, within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let (count, hasFailed) = state.withLock { ($0.count, $0.hasFailed) }
            guard count < total else { return }
            guard !hasFailed else { throw LoadError("a connection ended too early") }
            guard ContinuousClock.now < deadline else {
                throw LoadError("\(count) of \(total) echoes came within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// The middle, the hundredth slowest and the slowest of some times, in nanoseconds.
struct Percentiles {
    let count: Int
    let p50: Int64
    let p99: Int64
    let longest: Int64

    init(_ times: [Int64]) {
        let sorted = times.sorted()
        count = sorted.count
        p50 = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        p99 = sorted.isEmpty ? 0 : sorted[sorted.count * 99 / 100]
        longest = sorted.last ?? 0
    }

    /// For a line.
    var text: String {
        let (p50, p99) = (Findings.milliseconds(p50), Findings.milliseconds(p99))
        return "p50 \(p50), p99 \(p99), longest \(Findings.milliseconds(longest))"
    }
}

extension Pair {
    /// From now on the operator's end types one byte, waits for its echo and for a while, and types the next.
    func type(every pause: TimeAmount) async throws -> EchoTimes {
        try await agent.channel.eventLoop.submit { [agent] in
            try agent.channel.pipeline.syncOperations.addHandler(Echo(), position: .before(agent.receiver))
        }.get()
        let times = EchoTimes()
        try await operatorEnd.channel.eventLoop.submit { [operatorEnd] in
            let typist = Typist(pause: pause, times: times)
            try operatorEnd.channel.pipeline.syncOperations.addHandler(typist, position: .before(operatorEnd.receiver))
        }.get()
        return times
    }
}

/// Sends back what comes.
private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
    }
}

/// Types until its connection ends.
private final class Typist: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let pause: TimeAmount
    private let times: EchoTimes
    private var typedAt = NIODeadline.now()

    init(pause: TimeAmount, times: EchoTimes) {
        self.pause = pause
        self.times = times
    }

    func handlerAdded(context: ChannelHandlerContext) { type(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        times.add((NIODeadline.now() - typedAt).nanoseconds)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: pause) { bound.value.0.type(bound.value.1) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        times.fail()
        context.fireChannelInactive()
    }

    private func type(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        typedAt = .now()
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [UInt8(ascii: "x")])), promise: nil)
    }
}
