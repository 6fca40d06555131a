import Glibc
import NIOCore
import SupportChannel
import Synchronization
import Testing

@testable import Operator

@Suite("lotse run", .timeLimit(.minutes(5)))
struct RemoteRunTests {
    private let temporary: TemporaryHome

    init() throws { temporary = try TemporaryHome() }

    private func run(
        _ arguments: [String] = ["x"],
        input: String? = nil,
        output: OutputDescriptor,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32> = AsyncStream { _ in },
        agent: @escaping AgentBehaviour
    ) async throws -> RemoteRun.Outcome {
        let descriptor = try input.map { try pipeHolding($0) }
        defer { if let descriptor { close(descriptor) } }
        let standardInput = try descriptor.map { try StandardInput($0) }
        let command = RemoteRun(
            arguments: arguments,
            timeoutMilliseconds: nil,
            input: standardInput,
            output: output,
            errorOutput: errorOutput,
            signals: signals
        )
        return try await HeldSession.run(in: temporary, agent: agent) { held in
            try await HolderClient.with(held.home) { await command.perform(on: $0) }
        }.result
    }

    @Test("input goes in, output and error come out apart, the status is the command's")
    func streams() async throws {
        let (output, error) = (try Collected(), try Collected())
        let outcome = try await run(
            ["7"],
            input: "hello\n",
            output: output.output,
            errorOutput: error.output,
            agent: Behaviours.cat
        )
        #expect(outcome == .init(status: 7))
        #expect(output.text == "hello\n")
        #expect(error.text == "HELLO\n")
    }

    @Test("argv and timeout arrive as they are")
    func arguments() async throws {
        let seen = Mutex<[String]>([])
        let output = try Collected()
        let arguments = ["sh", "-c", "echo \"$1\"; exit 3", "--", "", "ä b"]
        let outcome = try await run(arguments, output: output.output, errorOutput: output.output) { action in
            let parameters = try action.parameters(as: RunParameters.self)
            seen.withLock { $0 = parameters.arguments }
            try await action.accept().send(.result, json: RunResult(status: 3))
        }
        #expect(outcome.status == 3)
        #expect(seen.withLock { $0 } == arguments)
    }

    @Test(
        "the agent's result becomes status and sentence",
        arguments: [
            RunResult(status: 127, message: "there is no program xyz"), RunResult(status: 137, signal: 9),
            RunResult(status: 124, message: "stopped after 30s"),
        ]
    )
    func results(result: RunResult) async throws {
        let output = try Collected()
        let outcome = try await run(output: output.output, errorOutput: output.output) { action in
            try await action.accept().send(.result, json: result)
        }
        #expect(outcome == .init(status: result.status, message: result.message))
    }

    @Test("bytes are exact where the output is no terminal, and visible where it is one")
    func terminal() async throws {
        let bytes = ByteBuffer(bytes: Array("a\u{1B}[2Jb\r\n".utf8) + [0xFF, 0])
        for isTerminal in [false, true] {
            let output = try Collected(isTerminal: isTerminal)
            _ = try await run(output: output.output, errorOutput: output.output) { action in
                let replies = try await action.accept()
                try await replies.send(ActionFrame(.output, bytes))
                try await replies.send(.result, json: RunResult(status: 0))
            }
            if isTerminal {
                #expect(output.text == "a\\x1B[2Jb\n\\xFF\\x00" || output.text == "a\\x1b[2Jb\n\\xff\\x00")
            } else {
                #expect(output.bytes == Array(bytes.readableBytesView))
            }
        }
    }

    @Test("where nobody reads the output any more, the command is stopped without a word")
    func brokenPipe() async throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let output = OutputDescriptor(ends[1])
        let outcome = try await run(output: output, errorOutput: output, agent: Behaviours.flood(1 << 30))
        #expect(outcome == .init(status: 141))
    }

    @Test("Ctrl-C goes to the command")
    func interrupt() async throws {
        let long = LongCommand()
        let output = try Collected()
        let (signals, send) = AsyncStream<Int32>.makeStream()
        send.yield(SIGINT)
        let outcome = try await run(
            output: output.output,
            errorOutput: output.output,
            signals: signals,
            agent: long.perform
        )
        #expect(outcome.status == 130)
        #expect(await long.ending() == "signal 2")
    }

    @Test("whoever insists gets away: Ctrl-C three times, SIGTERM twice")
    func insistence() {
        var policy = InterruptPolicy()
        #expect(policy.received(SIGINT) == .forward(2))
        #expect(policy.received(SIGINT) == .forward(15))
        #expect(policy.received(SIGINT) == .leave(130))
        policy = InterruptPolicy()
        #expect(policy.received(SIGTERM) == .forward(15))
        #expect(policy.received(SIGTERM) == .leave(143))
        policy = InterruptPolicy()
        #expect(policy.received(SIGHUP) == .forward(1))
        #expect(policy.received(SIGHUP) == .leave(129))
    }

    @Test("a descriptor that is not open reads as empty")
    func closedInput() async throws {
        let output = try Collected()
        let command = RemoteRun(
            arguments: ["0"],
            input: try StandardInput(987),
            output: output.output,
            errorOutput: output.output,
            signals: AsyncStream { _ in }
        )
        let outcome = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            try await HolderClient.with(held.home) { await command.perform(on: $0) }
        }.result
        #expect(outcome == .init(status: 0))
    }

    @Test("a command that ends while its input stays open does not wait for it")
    func openInput() async throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let output = try Collected()
        let command = RemoteRun(
            arguments: ["x"],
            input: try StandardInput(ends[0]),
            output: output.output,
            errorOutput: output.output,
            signals: AsyncStream { _ in }
        )
        let outcome = try await HeldSession.run(in: temporary) { action in
            try await action.accept().send(.result, json: RunResult(status: 4))
        } _: { held in
            try await HolderClient.with(held.home) { await command.perform(on: $0) }
        }.result
        #expect(outcome == .init(status: 4))
    }
}
