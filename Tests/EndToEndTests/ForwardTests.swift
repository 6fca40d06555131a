import Foundation
import Glibc
import NIOCore
import Receipts
import Testing

extension EndToEnd {
    @Suite("Forwards")
    struct ForwardTests {
        @Test("100 connections at once carry 100 MB there and back, each its own bytes")
        func many() async throws {
            try await Self.with { stage, _ in
                try await Listener.with(serving: Listener.echo) { listener in
                    let (forward, port) = try await Self.forward(stage, to: listener.port)
                    let start = ContinuousClock.now
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        for number in 0..<100 {
                            group.addTask { try await Self.carries(1_000_000, seed: UInt8(number), through: port) }
                        }
                        for try await isRight in group { #expect(isRight) }
                    }
                    print("100 connections, 100 MB there and back: \(ContinuousClock.now - start)")
                    #expect(forward.status == nil)
                    forward.signal(SIGINT)
                    #expect(try await forward.ended() == 0)
                    #expect(try await stage.run("run", "--", "true").status == 0)
                }
            }
        }

        @Test("each direction has its own end")
        func halfClose() async throws {
            try await Self.with { stage, _ in
                // Says how much came only when the other side has said everything.
                let count:
                    @Sendable (
                        NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
                    ) async throws -> Void = { inbound, outbound in
                        var count = 0
                        for try await bytes in inbound { count += bytes.readableBytes }
                        try await outbound.write(ByteBuffer(string: "\(count)"))
                        outbound.finish()
                    }
                try await Listener.with(serving: count) { listener in
                    let (_, port) = try await Self.forward(stage, to: listener.port)
                    let said = try await Listener.connect(port) { inbound, outbound in
                        try await outbound.write(ByteBuffer(repeating: 7, count: 300_000))
                        outbound.finish()
                        return try await Self.text(inbound)
                    }
                    #expect(said == "300000")
                }
                // Ends its own direction first and listens on.
                let (heard, hear) = AsyncStream<String>.makeStream()
                try await Listener.with(serving: { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: "that was all"))
                    outbound.finish()
                    hear.yield(try await Self.text(inbound))
                }) { listener in
                    let (_, port) = try await Self.forward(stage, to: listener.port)
                    try await Listener.connect(port) { inbound, outbound in
                        #expect(try await Self.text(inbound) == "that was all")
                        try await outbound.write(ByteBuffer(string: "and more"))
                        outbound.finish()
                        var words = heard.makeAsyncIterator()
                        #expect(await words.next() == "and more")
                    }
                }
            }
        }

        @Test("what was sent and ended before anybody over there answers arrives all the same")
        func earlyEnd() async throws {
            try await Self.with { stage, _ in
                try await Listener.with(serving: Listener.echo) { listener in
                    let (_, port) = try await Self.forward(stage, to: listener.port)
                    for number in 0..<20 { #expect(try await Self.carries(20_000, seed: UInt8(number), through: port)) }
                }
            }
        }

        @Test("connections that stand still hold up no other, and need bounded memory")
        func stalled() async throws {
            try await Self.with { stage, session in
                // The first bytes say what to do: stand still, or give back.
                try await Listener.with(serving: { inbound, outbound in
                    var isFirst = true
                    for try await bytes in inbound {
                        if isFirst, String(buffer: bytes).hasPrefix("stand") {
                            try await Task.sleep(for: .seconds(3600))
                        }
                        isFirst = false
                        try await outbound.write(bytes)
                    }
                    outbound.finish()
                }) { listener in
                    let (forward, port) = try await Self.forward(stage, to: listener.port)
                    await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<8 {
                            group.addTask {
                                try await Listener.connect(port) { _, outbound in
                                    try await outbound.write(ByteBuffer(string: "stand"))
                                    // Nobody takes these; the writing stops when everything on the way is full.
                                    while true { try await outbound.write(ByteBuffer(repeating: 0, count: 65536)) }
                                }
                            }
                        }
                        group.addTask {
                            var slowest = Duration.zero
                            for number in 0..<50 {
                                let start = ContinuousClock.now
                                #expect(try await Self.carries(20_000, seed: UInt8(number), through: port))
                                slowest = max(slowest, ContinuousClock.now - start)
                            }
                            print("the slowest of 50 connections beside 8 that stand still: \(slowest)")
                            #expect(slowest < .seconds(10))
                            throw CancellationError()
                        }
                        await #expect(throws: CancellationError.self) { while try await group.next() != nil {} }
                        group.cancelAll()
                    }
                    for process in [session.agent.pid, session.holder, forward.pid] {
                        let bytes = try #require(Processes.highWater(of: process))
                        print("\(Processes.arguments(of: process).first ?? ""): \(bytes >> 20) MiB")
                        // Eight windows of 1 MiB on each part of the way, and what is on its way when they fill. Without a bound it
                        // would be gigabytes in these seconds.
                        #expect(bytes < 2 * StreamTests.memoryLimit)
                    }
                    forward.signal(SIGTERM)
                    #expect(try await forward.ended() == 143)
                }
            }
        }

        @Test("a forward ends with the session, and what goes through it is cut, not ended")
        func sessionEnds() async throws {
            try await Self.with { stage, session in
                try await Listener.with(serving: Listener.echo) { listener in
                    let (forward, port) = try await Self.forward(stage, to: listener.port)
                    try await Listener.connect(port) { inbound, outbound in
                        try await outbound.write(ByteBuffer(string: "hello"))
                        var words = inbound.makeAsyncIterator()
                        #expect(try await words.next() == ByteBuffer(string: "hello"))
                        session.agent.signal(SIGINT)
                        await #expect(throws: (any Error).self) { while try await words.next() != nil {} }
                    }
                    #expect(try await forward.ended() == 1)
                    #expect(forward.errorOutput.contains("session") || forward.errorOutput.contains("ended this"))
                    #expect(try await session.agent.ended() == 0)
                    #expect(session.agent.output.contains("[1] reaches from here: 127.0.0.1:\(listener.port)\n"))
                    #expect(session.agent.output.contains("1 connection, "))
                    try await stage.holderIsGone(session)
                    #expect(try await stage.ledgerIsWhole())
                }
            }
        }

        @Test("a port that is taken, a host that does not answer and a client who says no are a sentence each")
        func refusals() async throws {
            try await Self.with { stage, _ in
                try await Listener.with(serving: Listener.echo) { listener in
                    let taken = try await stage.run("forward", "\(listener.port):localhost:9")
                    #expect(taken.status == 1)
                    #expect(taken.errorOutput.contains("port \(listener.port) of this machine cannot be used"))
                    for wrong in ["80", "80:x", "x:y:80", "80:x:99999"] {
                        #expect(try await stage.run("forward", wrong).status == 64)
                    }
                    let (forward, port) = try await Self.forward(stage, to: 1)
                    await #expect(throws: (any Error).self) {
                        try await Listener.connect(port) { inbound, _ in
                            for try await _ in inbound {}
                            throw CancellationError()
                        }
                    }
                    try await forward.complains("127.0.0.1:1 cannot be reached")
                    #expect(forward.status == nil)
                }
            }
            try await Stage.with { stage in
                _ = try await stage.session()
                let refused = try await stage.run("forward", "0:localhost:9")
                #expect(refused.status == 1)
                #expect(refused.errorOutput.contains("the client does not allow reaching other programs"))
                #expect(refused.output.isEmpty)
            }
        }

        // MARK: - Helpers

        private static func with(_ body: (Stage, Session) async throws -> Void) async throws {
            try await Stage.with { stage in
                try await stage.addContract(ExampleContract.text + "access: { grants: [run, files, forward] }\n")
                let session = try await stage.session(agentOptions: ["--grant", "run,files,forward"])
                try await body(stage, session)
            }
        }

        private static func forward(_ stage: Stage, to port: Int) async throws -> (Program, Int) {
            let forward = try stage.lotse("forward", "0:127.0.0.1:\(port)")
            try await forward.says("\n")
            let line = forward.output.split(separator: "\n").first ?? ""
            guard line.hasPrefix("ready 127.0.0.1:"), let own = Int(line.dropFirst("ready 127.0.0.1:".count)) else {
                throw Failure(forward.story)
            }
            return (forward, own)
        }

        private static func text(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> String {
            var text = ""
            for try await bytes in inbound { text += String(buffer: bytes) }
            return text
        }

        /// Sends bytes that are this connection's own, and compares what comes back.
        private static func carries(_ count: Int, seed: UInt8, through port: Int) async throws -> Bool {
            // Blocks that differ from each other and from those of other connections.
            let blocks = stride(from: 0, to: count, by: 8192).enumerated().map { index, start in
                [UInt8](repeating: seed &+ UInt8(truncatingIfNeeded: index), count: min(8192, count - start))
            }
            return try await Listener.connect(port) { inbound, outbound in
                try await withThrowingTaskGroup(of: Digest?.self) { group in
                    group.addTask {
                        for block in blocks { try await outbound.write(ByteBuffer(bytes: block)) }
                        outbound.finish()
                        return nil
                    }
                    group.addTask {
                        var hash = SHA256()
                        for try await bytes in inbound { hash.update(Array(bytes.readableBytesView)) }
                        return hash.finish()
                    }
                    var digest: Digest?
                    for try await found in group { digest = found ?? digest }
                    return digest == .sha256(blocks.flatMap(\.self))
                }
            }
        }
    }
}
