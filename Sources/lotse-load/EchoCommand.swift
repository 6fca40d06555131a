import ArgumentParser
import NIOCore

/// `lotse-load echo`.
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Send one byte at a time, and say how long its echo takes."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many bytes.")
    var count = 1000

    @Option(help: "How many milliseconds from one echo to the next byte.")
    var pause = 1

    private struct Answer: Encodable {
        /// Nanoseconds from the write of a byte to the read of its echo.
        let p50: Int64
        let p99: Int64
    }

    func run() async throws {
        let pair = try await options.way().pair()
        try await pair.agent.channel.eventLoop.submit {
            try pair.agent.channel.pipeline.syncOperations.addHandler(Echo(), position: .before(pair.agent.receiver))
        }.get()
        let channel = pair.operatorEnd.channel
        let done = channel.eventLoop.makePromise(of: [Int64].self)
        let limit = channel.eventLoop.scheduleTask(in: .seconds(60)) {
            done.fail(LoadError("the echoes did not come within 60 s"))
        }
        try await channel.eventLoop.submit { [count, pause] in
            let typist = Typist(count: count, pause: .milliseconds(Int64(pause)), done: done)
            try channel.pipeline.syncOperations.addHandler(typist, position: .before(pair.operatorEnd.receiver))
        }.get()
        let times = try await done.futureResult.get().sorted()
        limit.cancel()
        try answer(Answer(p50: times[times.count / 2], p99: times[times.count * 99 / 100]))
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

/// Types one byte, waits for its echo and for a while, and types the next.
private final class Typist: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let count: Int
    private let pause: TimeAmount
    private let done: EventLoopPromise<[Int64]>
    private var times: [Int64] = []
    private var typedAt = NIODeadline.now()
    /// The first echoes, which find everything cold.
    private var warmUp = 50

    init(count: Int, pause: TimeAmount, done: EventLoopPromise<[Int64]>) {
        self.count = max(1, count)
        self.pause = pause
        self.done = done
    }

    func handlerAdded(context: ChannelHandlerContext) { type(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let time = (NIODeadline.now() - typedAt).nanoseconds
        if warmUp > 0 { warmUp -= 1 } else { times.append(time) }
        guard times.count < count else { return done.succeed(times) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: pause) { bound.value.0.type(bound.value.1) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(LoadError("a connection ended too early"))
        context.fireChannelInactive()
    }

    private func type(_ context: ChannelHandlerContext) {
        typedAt = .now()
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [UInt8(ascii: "x")])), promise: nil)
    }
}
