import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import SupportChannel

@Suite("A connection that outlives its tunnels", .timeLimit(.minutes(2)))
struct ResumableConnectionTests {
    /// Both ends of a session, with a tunnel that the test cuts and that both take up again by themselves.
    private final class Pair: Sendable {
        let agent: ResumableConnection<AgentEnd>
        let agentEnd: AgentEnd
        let operatorSide: ResumableConnection<OperatorEnd>
        let operatorEnd: OperatorEnd
        let tunnels = Mutex<[any Channel]>([])

        static let isRight: ResumableConnection<AgentEnd>.Proof = .verify { message, signature in message == signature }

        init() async throws {
            let layer = EncryptedLayer(code: .quick())
            let (left, right) = try socketPair()
            let loops = MultiThreadedEventLoopGroup.singleton
            async let agent = tunnelEnd(left, on: loops.next()) { channel in
                try layer.establish(on: channel, as: .agent).flatMap { established in
                    ResumableConnection.begin(on: channel, established, as: .agent) {
                        try AgentEnd(addingTo: $0, exporter: established.exporter)
                    }
                }
            }
            let other = EncryptedLayer(code: .quick())
            async let operatorSide = tunnelEnd(right, on: loops.next()) { channel in
                try other.establish(on: channel, as: .operator).flatMap { established in
                    ResumableConnection.begin(on: channel, established, as: .operator) {
                        try OperatorEnd(addingTo: $0, exporter: established.exporter)
                    }
                }
            }
            let (ours, theirs) = try await (agent, operatorSide)
            (self.agent, agentEnd) = ours.0
            (self.operatorSide, operatorEnd) = theirs.0
            tunnels.withLock { $0 = [ours.1, theirs.1] }
            try await self.agent.allowResumption(Self.isRight)
            try await self.operatorSide.allowResumption(.sign { $0 })
        }

        /// Cuts the tunnel at both ends, in whatever state it is.
        func cut() {
            for channel in tunnels.withLock({ $0 }) {
                channel.eventLoop.execute {
                    channel.pipeline.fireErrorCaught(IOError(errnoCode: ECONNRESET, reason: "cut"))
                }
            }
        }

        /// Does what both programs do: tries until it goes on.
        func goOn() async throws {
            for attempt in 1...50 {
                do { return try await reconnect() } catch  where attempt < 50 { continue }
            }
        }

        /// A new tunnel.
        func reconnect(
            _ operatorSide: ResumableConnection<OperatorEnd>? = nil
        ) async throws {
            let (left, right) = try socketPair()
            let other = operatorSide ?? self.operatorSide
            async let one = tunnelEnd(left, on: agent.eventLoop) { try self.agent.resume(on: $0) }
            async let two = tunnelEnd(right, on: other.eventLoop) { try other.resume(on: $0) }
            let channels = try await (one.1, two.1)
            tunnels.withLock { $0 = [channels.0, channels.1] }
        }
    }

    private final class Counter: Sendable { let value = Atomic<Int>(0) }

    /// Repeats what comes in.
    private static func echo(_ action: IncomingAction) async throws {
        let replies = try await action.accept()
        while let frame = try await action.input.next(), frame.kind == .input {
            try await replies.send(ActionFrame(.output, frame.payload))
        }
    }

    @Test("nothing that is said is lost or doubled, however often the tunnel is cut", arguments: [1, 4, 16])
    func cuts(count: Int) async throws {
        let pair = try await Pair()
        let size = 1 << 20
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await pair.agentEnd.serve(Self.echo) }
            let total = 16
            let (halfway, reached) = AsyncStream<Void>.makeStream()
            // A cut for every part of the way: in the midst of what both say.
            async let cuts: Void = {
                for await _ in halfway.prefix(count) {
                    pair.cut()
                    try await pair.goOn()
                }
            }()
            try await pair.operatorEnd.perform("run", ["x": 1]) { replies, requests in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for index in 0..<total {
                            try await requests.send(
                                ActionFrame(.input, ByteBuffer(repeating: UInt8(index), count: size))
                            )
                        }
                        try await requests.send(ActionFrame(.inputEnd))
                    }
                    var received = 0
                    for index in 0..<total {
                        if index.isMultiple(of: max(1, total / count)) { reached.yield() }
                        let frame = try #require(try await replies.next())
                        #expect(frame.payload == ByteBuffer(repeating: UInt8(index), count: size))
                        received += frame.payload.readableBytes
                    }
                    #expect(received == total * size)
                    try await group.waitForAll()
                }
            }
            reached.finish()
            // All may have arrived before the last cut, and there is no going on after the end.
            try await cuts
            await pair.operatorSide.close()
            try await group.waitForAll()
        }
    }

    @Test("both ends are told that nothing carries them, and that they go on")
    func told() async throws {
        let pair = try await Pair()
        async let served: Void? = try? pair.agentEnd.serve(Self.echo)
        var events = pair.operatorSide.events.makeAsyncIterator()
        var others = pair.agent.events.makeAsyncIterator()
        pair.cut()
        guard case .interrupted = await events.next(), case .interrupted = await others.next() else {
            Issue.record("not told")
            return
        }
        try await pair.reconnect()
        guard case .restored = await events.next(), case .restored = await others.next() else {
            Issue.record("not told")
            return
        }
        await pair.operatorSide.close()
        #expect(await events.next() == nil)
        #expect(await others.next() == nil)
        _ = await served
    }

    @Test("whoever has the keys and not the operator's key is not let in, and the operator is")
    func thief() async throws {
        let pair = try await Pair()
        async let served: Void? = try? pair.agentEnd.serve(Self.echo)
        pair.cut()
        try await pair.operatorSide.allowResumption(.sign { _ in [1, 2, 3] })
        await #expect(throws: (any Error).self) { try await pair.reconnect() }
        try await pair.operatorSide.allowResumption(.sign { $0 })
        try await pair.reconnect()
        await pair.operatorSide.close()
        _ = await served
    }

    @Test("nobody comes back before the agent lets them")
    func early() async throws {
        let pair = try await Pair()
        async let served: Void? = try? pair.agentEnd.serve(Self.echo)
        try await pair.agent.allowResumption(.verify { _, _ in false })
        pair.cut()
        await #expect(throws: (any Error).self) { try await pair.reconnect() }
        await pair.agent.close()
        _ = await served
    }

    @Test("an operator's program that was started anew is served, and what the old one asked for ends")
    func startedAnew() async throws {
        let pair = try await Pair()
        let kept = Mutex<ResumptionKeys?>(nil)
        try await pair.operatorSide.allowResumption(.sign { $0 }) { keys in kept.withLock { $0 = keys } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ended, hasEnded) = AsyncStream<Void>.makeStream()
            let (begun, hasBegun) = AsyncStream<Void>.makeStream()
            group.addTask {
                try? await pair.agentEnd.serve { action in
                    hasBegun.yield()
                    _ = try? await action.gone.get()
                    hasEnded.yield()
                }
            }
            group.addTask { _ = try? await pair.operatorEnd.perform("run", [1]) { _, _ in } }
            for await _ in begun { break }
            pair.cut()
            let keys = try #require(kept.withLock { $0 })
            let (again, end) = try await ResumableConnection.again(
                keys,
                on: MultiThreadedEventLoopGroup.singleton.next()
            ) { try OperatorEnd(addingTo: $0) }
            try await again.allowResumption(.sign { $0 }) { keys in kept.withLock { $0 = keys } }
            try await pair.reconnect(again)
            for await _ in ended { break }
            for await event in pair.agent.events {
                guard case .replaced(let next) = event else { continue }
                group.addTask { try? await next.serve(Self.echo) }
                break
            }
            let answer = try await end.perform("run", [1]) { replies, requests in
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "again")))
                return try await replies.next()?.payload
            }
            #expect(answer == ByteBuffer(string: "again"))
            await again.close()
            await pair.operatorSide.close()
            try await group.waitForAll()
        }
    }

    @Test("while nothing carries it, an end takes no more than a bounded amount")
    func bounded() async throws {
        let pair = try await Pair()
        let sent = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await pair.agentEnd.serve { action in
                    let replies = try await action.accept()
                    while !Task.isCancelled {
                        try await replies.send(ActionFrame(.output, ByteBuffer(repeating: 1, count: 65_536)))
                        sent.value.add(65_536, ordering: .relaxed)
                    }
                }
            }
            try await pair.operatorEnd.perform("run", [1]) { replies, _ in
                _ = try await replies.next()
                pair.cut()
                var before = -1
                // Until nothing more is taken: flow control and the bound both hold it back.
                while before != sent.value.load(ordering: .relaxed) {
                    before = sent.value.load(ordering: .relaxed)
                    try await Task.sleep(for: .milliseconds(300))
                }
                #expect(before < ResumableStream.mostKept + (8 << 20))
            }
            await pair.operatorSide.close()
            await pair.agent.close()
            try await group.waitForAll()
        }
    }
}

/// One end of a tunnel on a given loop.
func tunnelEnd<Value: Sendable>(
    _ descriptor: CInt,
    on eventLoop: any EventLoop,
    _ make: @escaping @Sendable (any Channel) throws -> EventLoopFuture<Value>
) async throws -> (Value, any Channel) {
    let made = eventLoop.makePromise(of: Value.self)
    let channel = try await ClientBootstrap(group: eventLoop)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                do {
                    try make(channel).cascade(to: made)
                } catch {
                    made.fail(error)
                    throw error
                }
            }
        }
        .withConnectedSocket(descriptor).get()
    return (try await made.futureResult.get(), channel)
}
