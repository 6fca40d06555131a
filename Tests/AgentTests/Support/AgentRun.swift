import Contracts
import FoundationEssentials
import NIOCore
import Receipts
import SupportChannel
import Synchronization
import Transcripts

@testable import Agent

/// A whole run of the agent against a fake relay, with the test as the operator.
struct AgentRun: Sendable {
    /// A variable that tells what such a run starts from what a test starts by itself; both may run at once.
    static let mark = "LOTSE_TEST_AGENT_RUN"

    let screen: TestScreen
    let input: InputLines
    let relay: FakeRelay
    let interruption = Interruption()
    let complaints = Complaints()
    /// What the agent keeps.
    let folder: TemporaryFolder
    private let program: AgentProgram

    final class Complaints: Sendable {
        private let sentences = Mutex<[String]>([])
        var all: [String] { sentences.withLock { $0 } }
        func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    }

    init(
        _ script: FakeRelay.Script = FakeRelay.Script(),
        terminal: Bool = false,
        typed: [String] = [Samples.code],
        agrees: Bool = true,
        approval: ConsentRecord.Approval = .session,
        grants: Set<Contract.Grant> = [.run, .logs],
        logs: [String]? = nil,
        language: Language = .english,
        time: any AgentTime = SystemTime(),
        folder: TemporaryFolder = TemporaryFolder()
    ) throws {
        self.folder = folder
        screen = TestScreen(isTerminal: terminal)
        input = InputLines(isTerminal: terminal)
        relay = FakeRelay(script)
        typed.forEach(input.append)
        program = AgentProgram(
            configuration: AgentConfiguration(
                relay: try .init(url: "https://relay.example:8443"),
                trust: .firstContact,
                grants: grants,
                agrees: agrees,
                approval: approval,
                logs: logs
            ),
            relay: relay,
            screen: ClientScreen(screen),
            input: input,
            phrases: Phrases(language),
            interruption: interruption,
            time: time,
            machine: "shop1",
            folder: AgentFolder(path: folder.path),
            makeRunner: { CommandRunner(environment: Self.surroundings) },
            complain: { [complaints] in complaints.add($0) }
        )
    }

    /// Nothing of the person who runs the tests: neither the files that their shell reads nor the history that it writes.
    private static var surroundings: CommandEnvironment {
        var environment = CommandEnvironment.clean()
        environment.variables["HOME"] = "/nonexistent"
        environment.variables["SHELL"] = "/bin/sh"
        environment.variables[Self.mark] = "1"
        return environment
    }

    /// Runs the agent and, beside it, `operate` as the operator; both have ended when this returns.
    ///
    /// - Returns: The agent's exit status.
    func with(_ operate: @escaping @Sendable (OperatorEnd) async throws -> Void) async throws -> Int32 {
        async let status = program.run()
        if let end = await relay.operatorEnd.wait() { try await operate(end) }
        let result = await status
        await relay.close()
        return result
    }

    /// Runs the agent where no operator is needed.
    func alone() async -> Int32 {
        let status = await program.run()
        await relay.close()
        return status
    }
}

extension OperatorEnd {
    /// The first event of the session; `listening` is triggered once the agent has accepted.
    func event(listening: OneShot<Void>) async throws -> SessionEvent {
        try await perform("events", Empty()) { replies, _ in
            listening.trigger()
            guard let frame = try await replies.next() else { throw ChannelError.eof }
            return try frame.decoded(as: SessionEvent.self)
        }
    }

    /// Performs an action that answers with a result alone.
    func ask(_ name: String, _ parameters: some Encodable = Empty()) async throws {
        _ = try await perform(name, parameters) { replies, _ in try await replies.result(as: Empty.self) }
    }

    /// Runs a command; what it writes comes back as text.
    func run(_ arguments: [String], timeoutMilliseconds: Int64? = nil, input: [String] = []) async throws -> (
        RunResult, String
    ) {
        try await perform("run", RunParameters(arguments: arguments, timeoutMilliseconds: timeoutMilliseconds)) {
            replies,
            requests in
            for text in input { try await requests.send(ActionFrame(.input, ByteBuffer(string: text))) }
            try await requests.send(ActionFrame(.inputEnd))
            var output = ""
            while let frame = try await replies.next() {
                switch frame.kind {
                case .output, .errorOutput: output += String(buffer: frame.payload)
                case .result: return (try frame.decoded(as: RunResult.self), output)
                default: break
                }
            }
            throw ChannelError.eof
        }
    }

    /// Ends the session as an operator does whose relay makes no receipt.
    func end(summary: String? = "Cache emptied") async throws {
        _ = try await close(summary: summary)
        try await ask("end", EndParameters(problem: "the relay makes none"))
        try? await channel.close()
    }

    /// Begins to settle a session that is over, or ends it so.
    ///
    /// - Returns: what the client's program says of it, and the actions that it tells of.
    func close(summary: String? = "Cache emptied") async throws -> (draft: ClosingDraft, list: SessionTranscript) {
        let parameters = ClosingParameters(summary: summary, rawSeconds: 754, billedSeconds: 900)
        return try await perform("closing", parameters) { replies, _ in
            var bytes = ByteBuffer()
            while let frame = try await replies.next() {
                if frame.kind == .output { bytes.writeImmutableBuffer(frame.payload) }
                guard frame.kind == .result else { continue }
                let list = try SessionTranscript(reading: Array(bytes.readableBytesView))
                return (try frame.decoded(as: ClosingDraft.self), list)
            }
            throw ChannelError.eof
        }
    }
}

extension ActionInput {
    func result<Result: Decodable>(as type: Result.Type) async throws -> Result {
        while let frame = try await next() {
            if frame.kind == .result { return try frame.decoded(as: type) }
        }
        throw ChannelError.eof
    }
}

extension ActionFrame {
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(payload.readableBytesView))
    }
}
