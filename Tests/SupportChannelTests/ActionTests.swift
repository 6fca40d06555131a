import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import SupportChannel

@Suite("Actions", .timeLimit(.minutes(2)))
struct ActionTests {
    /// Sends back what comes in until it ends, then how many bytes that was.
    @Sendable static func echo(_ action: IncomingAction) async throws {
        let replies = try await action.accept()
        var count: Int32 = 0
        for try await frame in action.input {
            if frame.kind == .inputEnd { break }
            count += Int32(frame.payload.readableBytes)
            try await replies.send(ActionFrame(.output, frame.payload))
        }
        try await replies.send(.result, json: RunResult(status: count))
    }

    /// Waits until the operator is gone, and says so.
    private final class Stopped: Sendable {
        let stream: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        @Sendable func wait(_ action: IncomingAction) async throws {
            let replies = try await action.accept()
            try await replies.send(ActionFrame(.output))
            do {
                while try await action.input.next() != nil {}
            } catch {}
            continuation.yield(action.name)
        }

        func first() async -> String? { await stream.first { _ in true } }
    }

    @Test("an action has parameters, input, output and a result")
    func inputAndOutput() async throws {
        let seen = Mutex<[String]>([])
        try await withConnectedEnds { action in
            let arguments = try action.parameters(as: RunParameters.self).arguments
            seen.withLock { $0 = [action.name] + arguments }
            try await Self.echo(action)
        } _: { end in
            try await end.perform("run", RunParameters(arguments: ["a", "b c"])) { replies, requests in
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "hello")))
                #expect(try await replies.next() == ActionFrame(.output, ByteBuffer(string: "hello")))
                try await requests.send(ActionFrame(.inputEnd))
                #expect(try await replies.next()?.kind == .result)
                #expect(try await replies.next() == nil)
            }
        }
        let names = seen.withLock { $0 }
        #expect(names == ["run", "a", "b c"])
    }

    @Test("a refusal arrives with its status and its sentence, and the next action works")
    func refusal() async throws {
        try await withConnectedEnds { action in
            if action.name == "shell" { throw Refusal(status: 403, message: "the client did not allow that") }
            try await Self.echo(action)
        } _: { end in
            await #expect(throws: Refusal(status: 403, message: "the client did not allow that")) {
                try await end.perform("shell", Empty()) { _, _ in }
            }
            try await end.perform("run", Empty()) { replies, requests in
                try await requests.send(ActionFrame(.inputEnd))
                #expect(try await replies.next()?.kind == .result)
            }
        }
    }

    @Test("parameters that make no sense are refused with 400")
    func badParameters() async throws {
        try await withConnectedEnds { action in
            let _: RunParameters = try action.parameters(as: RunParameters.self)
        } _: { end in
            await #expect(throws: Refusal(status: 400, message: "the parameters of run make no sense")) {
                try await end.perform("run", parameters: ByteBuffer(string: "[]")) { _, _ in }
            }
        }
    }

    @Test("an error after the yes resets the stream")
    func lateError() async throws {
        try await withConnectedEnds { action in
            _ = try await action.accept()
            throw Refusal(status: 500, message: "too late")
        } _: { end in
            await #expect(throws: (any Error).self) {
                try await end.perform("run", Empty()) { replies, _ in
                    while try await replies.next() != nil {}
                }
            }
            #expect(end.channel.isActive)
        }
    }

    @Test("20 actions at once do not get in each other's way")
    func twentyAtOnce() async throws {
        try await withConnectedEnds(serving: Self.echo) { end in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await end.perform("run", Empty()) { replies, requests in
                            let text = String(repeating: "\(number) ", count: 1000)
                            for _ in 0..<10 {
                                try await requests.send(ActionFrame(.input, ByteBuffer(string: text)))
                                #expect(try await replies.next()?.payload == ByteBuffer(string: text))
                            }
                            try await requests.send(ActionFrame(.inputEnd))
                            #expect(try await replies.next()?.kind == .result)
                        }
                        return number
                    }
                }
                var sum = 0
                for try await number in group { sum += number }
                #expect(sum == 190)
            }
        }
    }

    @Test("a cancelled action is stopped at the agent, and its neighbour goes on")
    func cancelled() async throws {
        let stopped = Stopped()
        try await withConnectedEnds { action in
            if action.name == "wait" { try await stopped.wait(action) } else { try await Self.echo(action) }
        } _: { end in
            try await end.perform("run", Empty()) { replies, requests in
                let (started, start) = AsyncStream<Void>.makeStream()
                let task = Task {
                    try await end.perform("wait", Empty()) { replies, _ in
                        while try await replies.next() != nil { start.finish() }
                    }
                }
                for await _ in started {}
                task.cancel()
                #expect(await stopped.first() == "wait")
                _ = await task.result
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "still here")))
                #expect(try await replies.next()?.payload == ByteBuffer(string: "still here"))
                try await requests.send(ActionFrame(.inputEnd))
                #expect(try await replies.next()?.kind == .result)
            }
        }
    }

    @Test("a reader that does not read holds the sender back, and nobody else")
    func backpressure() async throws {
        let sent = Mutex(0)
        let total = 64 << 20
        try await withConnectedEnds { action in
            guard action.name == "flood" else { return try await Self.echo(action) }
            let replies = try await action.accept()
            let piece = ByteBuffer(repeating: 1, count: 64 << 10)
            for _ in 0..<(total / piece.readableBytes) {
                try await replies.send(ActionFrame(.output, piece))
                sent.withLock { $0 += piece.readableBytes }
            }
        } _: { end in
            try await end.perform("flood", Empty()) { flood, _ in
                // What goes to and fro beside it gives the flood every chance to go on.
                try await end.perform("echo", Empty()) { replies, requests in
                    for _ in 0..<500 {
                        try await requests.send(ActionFrame(.input, ByteBuffer(repeating: 2, count: 10_000)))
                        #expect(try await replies.next()?.payload.readableBytes == 10_000)
                    }
                    try await requests.send(ActionFrame(.inputEnd))
                    while try await replies.next() != nil {}
                }
                let ahead = sent.withLock { $0 }
                #expect(ahead > 0)
                #expect(ahead < 4 << 20)
                var received = 0
                while let frame = try await flood.next() { received += frame.payload.readableBytes }
                #expect(received == total)
            }
        }
    }

    @Test("an agent that stops reading input still gets all of its output through")
    func unreadInput() async throws {
        let total = 8 << 20
        try await withConnectedEnds { action in
            let replies = try await action.accept()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { while try await action.input.next() != nil {} }
                for _ in 0..<(total >> 16) {
                    try await replies.send(ActionFrame(.output, ByteBuffer(repeating: 1, count: 1 << 16)))
                }
                group.cancelAll()
            }
            try await replies.send(.result, json: RunResult(status: 0))
        } _: { end in
            try await end.perform("run", Empty()) { replies, requests in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        while true {
                            try await requests.send(ActionFrame(.input, ByteBuffer(repeating: 3, count: 1 << 16)))
                        }
                    }
                    var received = 0
                    while let frame = try await replies.next() {
                        if frame.kind == .output { received += frame.payload.readableBytes }
                        if frame.kind == .result { #expect(received == total) }
                    }
                    group.cancelAll()
                    #expect(received == total)
                }
            }
        }
    }

    @Test("actions cancelled in full flow leave the connection as wide as it was")
    func cancelledFloods() async throws {
        try await withConnectedEnds { action in
            guard action.name == "flood" else { return try await Self.echo(action) }
            let replies = try await action.accept()
            while true { try await replies.send(ActionFrame(.output, ByteBuffer(repeating: 1, count: 1 << 16))) }
        } _: { end in
            for _ in 0..<20 {
                await #expect(throws: CancellationError.self) {
                    try await end.perform("flood", Empty()) { replies, _ in
                        for _ in 0..<10 { _ = try await replies.next() }
                        throw CancellationError()
                    }
                }
            }
            try await end.perform("echo", Empty()) { replies, requests in
                for _ in 0..<100 {
                    try await requests.send(ActionFrame(.input, ByteBuffer(repeating: 2, count: 1 << 16)))
                    #expect(try await replies.next()?.payload.readableBytes == 1 << 16)
                }
                try await requests.send(ActionFrame(.inputEnd))
                while try await replies.next() != nil {}
            }
        }
    }

    @Test("when the connection is cut, every waiting side learns it")
    func cut() async throws {
        let stopped = Stopped()
        let (agent, end) = try await connectedEnds()
        async let served: Void = agent.serve(stopped.wait)
        await #expect(throws: (any Error).self) {
            try await end.perform("wait", Empty()) { replies, _ in
                while try await replies.next() != nil { try await agent.channel.close() }
                throw SupportChannelError(kind: .closed, diagnostics: "")
            }
        }
        #expect(await stopped.first() == "wait")
        _ = try? await served
        await #expect(throws: SupportChannelError.self) { try await end.perform("run", Empty()) { _, _ in } }
    }
}
