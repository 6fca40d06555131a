import FoundationEssentials
import Glibc
import NIOCore
import RelayAPI
import SupportChannel
import Synchronization
import Testing

@testable import Operator

@Suite("Session holder", .timeLimit(.minutes(2)))
struct SessionHolderTests {
    private let temporary: TemporaryHome

    init() throws { temporary = try TemporaryHome() }

    private var leftOver: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: temporary.home.path(of: "sessions"))) ?? ["?"]
    }

    @Test("commands find the session and learn how it stands")
    func status() async throws {
        try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            let status = try await HolderClient.with(held.home) { try await $0.status() }
            #expect(status.session == "s-1")
            #expect(status.agent == "box")
            #expect(status.grants == ["run", "logs"])
            #expect(!status.isPaused)
        }
    }

    @Test("the socket is private, also in a home with a path longer than a socket's address", arguments: [0, 6])
    func privateSocket(depth: Int) async throws {
        let temporary = try TemporaryHome(depth: depth)
        try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            var status = stat()
            try #require(stat(held.home.path(of: "sessions/s-1.socket"), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(try await HolderClient.with(held.home) { try await $0.status() }.contract == "acme")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.home.path(of: "sessions")).isEmpty)
    }

    @Test("pause, resume, note and category go to the relay first, then to the agent")
    func verbs() async throws {
        try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            try await HolderClient.with(held.home) { client in
                _ = try await client.pause()
                #expect(try await client.status().isPaused)
                _ = try await client.resume()
                #expect(try await !client.status().isPaused)
                _ = try await client.note("restarted it")
                _ = try await client.category("change")
                await #expect { try await client.category("holiday") } throws: { "\($0)".contains("question, change") }
            }
            #expect(held.relay.told.withLock { $0 } == ["pause", "resume", "note restarted it", "category change"])
            #expect(held.agent.told.withLock { $0 } == ["pause", "resume", "note", "note"])
        }
    }

    @Test("end closes at the relay, tells the agent, answers, and leaves nothing behind")
    func end() async throws {
        let (end, told) = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            let ended = try await HolderClient.with(held.home) { try await $0.end(summary: "all done") }
            #expect(ended.record.summary == "all done")
            #expect(ended.receipt?.state == .signed)
            #expect(held.relay.receipts.withLock { $0 } == [ended.receipt])
            return (held.relay.told.withLock { $0 }, held.agent.told.withLock { $0 })
        }
        #expect(end == .byOperator(Samples.record(by: "operator", summary: "all done")))
        #expect(told.0 == ["end ended: all done", "close 753", "conclude signed"])
        #expect(told.1 == ["closing", "closed", "receipt", "end"])
        #expect(leftOver.isEmpty)
    }

    @Test("an end that the relay does not take leaves the session as it is")
    func failedEnd() async throws {
        try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            held.relay.failsToEnd.withLock { $0 = true }
            await #expect { try await HolderClient.with(held.home) { try await $0.end(summary: "x") } } throws: {
                "\($0)".contains("cannot be reached")
            }
            #expect(try await HolderClient.with(held.home) { try await $0.status() }.session == "s-1")
            held.relay.failsToEnd.withLock { $0 = false }
            _ = try await HolderClient.with(held.home) { try await $0.end(summary: "x") }
        }
    }

    @Test("where the relay's answer to an end is lost it is asked once more, and the receipt is signed")
    func lostAnswer() async throws {
        let (end, told) = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            held.relay.lostAnswers.withLock { $0 = 1 }
            let ended = try await HolderClient.with(held.home) { try await $0.end(summary: "x") }
            #expect(ended.receipt?.state == .signed)
            return held.relay.told.withLock { $0 }
        }
        #expect(end == .byOperator(Samples.record(by: "operator", summary: "x")))
        #expect(told == ["end ended: x", "end ended: x", "close 753", "conclude signed"])
    }

    @Test("where the answer to a pause or to another kind of work is lost it is asked once more")
    func lostAnswers() async throws {
        try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            try await HolderClient.with(held.home) { client in
                held.relay.lostAnswers.withLock { $0 = 1 }
                _ = try await client.pause()
                #expect(try await client.status().isPaused)
                held.relay.lostAnswers.withLock { $0 = 1 }
                _ = try await client.category("change")
            }
            let told = ["pause", "pause", "category change", "category change"]
            #expect(held.relay.told.withLock { $0 } == told)
            #expect(held.agent.told.withLock { $0 } == ["pause", "note"])
        }
    }

    @Test("a clock that stands still before the answer to a pause is there is not the client's doing")
    func pausing() async throws {
        let patience = Duration.milliseconds(1)
        try await HeldSession.run(in: temporary, agent: Behaviours.cat, relayInterval: patience) { held in
            held.relay.answersPauseLate.withLock { $0 = true }
            try await HolderClient.with(held.home) { client in
                _ = try await client.pause()
                let status = try await client.status()
                #expect(status.isPaused && !status.isPausedByClient)
            }
        }
    }

    @Test("whoever has to leave does not ask a silent relay twice", arguments: [RelayAPIError.Kind.timedOut, .closed])
    func hurried(loss: RelayAPIError.Kind) async throws {
        let (_, told) = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            held.relay.loss.withLock { $0 = loss }
            held.relay.lostAnswers.withLock { $0 = 1 }
            await held.holder.interrupt()
            return held.relay.told.withLock { $0 }
        }
        #expect(told.count { $0 == "end interrupted: -" } == (loss == .timedOut ? 1 : 2))
    }

    @Test("an end of which only the relay knows closes the session, with its receipt")
    func unheardEnd() async throws {
        let patience = Duration.milliseconds(10)
        let (end, told) = try await HeldSession.run(in: temporary, agent: Behaviours.cat, relayInterval: patience) {
            held in
            held.relay.lostAnswers.withLock { $0 = 2 }
            await #expect { try await HolderClient.with(held.home) { try await $0.end(summary: "x") } } throws: {
                "\($0)".contains("closed the connection")
            }
            while held.agent.told.withLock({ $0.last }) != "end" { await Task.yield() }
            return (held.relay.told.withLock { $0 }, held.agent.told.withLock { $0 })
        }
        #expect(end == .byOperator(Samples.record(by: "operator", summary: "x")))
        #expect(told.0 == ["end ended: x", "end ended: x", "close 753", "conclude signed"])
        #expect(told.1 == ["closing", "closed", "receipt", "end"])
    }

    @Test("a waiting command hears in one sentence that the client ended the session")
    func clientEnds() async throws {
        let long = LongCommand()
        let (end, outcome) = try await HeldSession.run(in: temporary, agent: long.perform) { held in
            let output = try Collected()
            return try await HolderClient.with(held.home) { client in
                async let outcome = command(output).perform(on: client)
                while output.text.isEmpty { await Task.yield() }
                held.agent.emit(SessionEvent(kind: .ended, rawSeconds: 754, billedSeconds: 754))
                return await outcome
            }
        }
        #expect(end == .byAgent(.ended, billedSeconds: 754))
        #expect(outcome == .init(status: 255, message: "the client ended the session (0:12:34 billed)"))
        #expect(leftOver.isEmpty)
    }

    @Test("a waiting command hears in one sentence that the connection is lost")
    func connectionLost() async throws {
        let long = LongCommand()
        let (end, outcome) = try await HeldSession.run(in: temporary, agent: long.perform) { held in
            let output = try Collected()
            return try await HolderClient.with(held.home) { client in
                async let outcome = command(output).perform(on: client)
                while output.text.isEmpty { await Task.yield() }
                try await held.agent.end.channel.close()
                return await outcome
            }
        }
        #expect(end == .connectionLost)
        #expect(outcome.status == 255)
        #expect(outcome.message == SessionEnd.connectionLost.sentence)
        #expect(leftOver.isEmpty)
    }

    @Test("a command that vanishes is stopped at the agent, and the session lives on")
    func vanished() async throws {
        let long = LongCommand()
        try await HeldSession.run(in: temporary, agent: long.perform) { held in
            let output = try Collected()
            let client = try await HolderClient.connect(held.home)
            async let outcome = command(output).perform(on: client)
            while output.text.isEmpty { await Task.yield() }
            try await client.end.channel.close()
            #expect(await long.ending() == "operator gone")
            #expect(await outcome.status == 255)
            #expect(try await HolderClient.with(held.home) { try await $0.status() }.session == "s-1")
        }
    }

    @Test("the agent's no arrives as it is")
    func refusal() async throws {
        try await HeldSession.run(in: temporary) { _ in
            throw Refusal(status: 409, message: "the clock stands still")
        } _: { held in
            let output = try Collected()
            let outcome = try await HolderClient.with(held.home) { await command(output).perform(on: $0) }
            #expect(outcome == .init(status: 255, message: "the clock stands still"))
        }
    }

    @Test("a socket on which nobody listens is cleaned up, and so is its session")
    func stale() async throws {
        let home = temporary.home
        let start = Timestamp(seconds: 1)
        try home.remember(
            SessionFile(session: "s-9", contract: "acme", agent: "box", startedAt: start, holder: getpid())
        )
        let socket = try HolderSocket(folder: home.path(of: "sessions"), name: "s-9.socket")
        try await socket.listen().channel.close()
        socket.release()
        // A holder that was killed leaves its socket behind.
        try home.write([], to: "sessions/s-9.socket")
        await #expect { try await HolderClient.connect(home) } throws: { ($0 as? OperatorError)?.kind == .noSession }
        #expect(leftOver.isEmpty)
    }

    @Test("256 MiB of output and of input pass with bounded memory")
    func bounded() async throws {
        let size = 256 << 20
        let before = try residentBytes()
        try await HeldSession.run(in: temporary) { action in
            let isOutput = try action.parameters(as: RunParameters.self).arguments == ["output"]
            if isOutput { try await Behaviours.flood(size)(action) } else { try await Behaviours.swallow(action) }
        } _: { held in
            let null = open("/dev/null", O_WRONLY)
            let zero = open("/dev/zero", O_RDONLY)
            defer {
                close(null)
                close(zero)
            }
            let output = OutputDescriptor(null, isTerminal: false)
            try await HolderClient.with(held.home) { client in
                var run = command(output)
                run.arguments = ["output"]
                #expect(await run.perform(on: client).status == 0)
                let count = Mutex(0)
                let status = try await client.end.perform("run", RunParameters(arguments: ["input"])) {
                    replies,
                    requests in
                    let piece = ByteBuffer(repeating: 0, count: 1 << 17)
                    while count.withLock({
                        $0 += 1 << 17; return $0
                    }) <= size {
                        try await requests.send(ActionFrame(.input, piece))
                    }
                    try await requests.send(ActionFrame(.inputEnd))
                    while let frame = try await replies.next() {
                        guard frame.kind == .result else { continue }
                        return try JSONDecoder().decode(RunResult.self, from: Data(frame.payload.readableBytesView))
                            .status
                    }
                    return -1
                }
                #expect(status == 256)
            }
        }
        // Agent, holder and command are one process here.
        #expect(try residentBytes() - before < 100 << 20)
    }

    private func command(_ output: Collected) -> RemoteRun { command(output.output) }

    private func command(_ output: OutputDescriptor) -> RemoteRun {
        RemoteRun(
            arguments: ["long"],
            input: nil,
            output: output,
            errorOutput: output,
            signals: AsyncStream { _ in }
        )
    }

    /// The most memory that this process ever had, in bytes (proc(5), VmHWM).
    private func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) * 1024
    }
}
