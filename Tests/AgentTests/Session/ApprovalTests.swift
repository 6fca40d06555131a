import Contracts
import NIOCore
import Receipts
import SupportChannel
import Testing

@testable import Agent

@Suite("The client decides during a session", .timeLimit(.minutes(2)))
struct ApprovalTests {
    /// A client at a terminal who is asked before each action.
    private func client(_ time: ManualTime) throws -> AgentRun {
        try AgentRun(terminal: true, approval: .each, time: time)
    }

    /// Presses a key after the time that it takes to read.
    private func press(_ key: String, _ run: AgentRun, _ time: ManualTime) {
        time.advance(by: .seconds(1))
        run.input.append(key)
    }

    private func terms(_ time: ManualTime) throws -> Terms {
        Samples.terms(try Samples.contract(), at: time.epochSeconds)
    }

    // MARK: Before each action

    @Test("nothing runs before the client's yes, and a no is a no")
    func each() async throws {
        let (time, folder) = (ManualTime(), TemporaryFolder())
        let run = try client(time)
        let status = try await run.with { end in
            try await end.offer(terms(time))
            async let first = end.run(["sh", "-c", "echo yes > \(folder.path)/first; echo done"])
            await run.screen.wait(for: "Allow [1]?")
            #expect(throws: (any Error).self) { try folder.read("first") }
            #expect(!run.screen.text.contains("[1] runs:"))
            press("y", run, time)
            #expect(try await first.1 == "done\n")
            #expect(try folder.read("first") == "yes\n")
            let second = Task { try await end.run(["touch", folder.path + "/second"]) }
            await run.screen.wait(for: "Allow [2]?")
            press("n", run, time)
            await #expect(throws: Refusal(status: 403, message: "the client said no to this")) {
                try await second.value
            }
            try await end.end()
        }
        #expect(status == 0)
        #expect(throws: (any Error).self) { try folder.read("second") }
        let text = run.screen.text
        #expect(text.contains("[1] wants to run: sh -c "))
        #expect(text.contains("[1] you said yes"))
        #expect(text.contains("[2] you said no"))
        #expect(!text.contains("[2] runs:"))
    }

    @Test("a yes to all of a kind lets what waits and what follows of that kind through, and no other kind")
    func yesToAll() async throws {
        let time = ManualTime()
        let run = try client(time)
        _ = try await run.with { end in
            try await end.offer(terms(time))
            async let first = end.run(["echo", "1"])
            await run.screen.wait(for: "[1] wants to run")
            async let second = end.run(["echo", "2"])
            await run.screen.wait(for: "[2] wants to run")
            press("a", run, time)
            #expect(try await first.1 == "1\n")
            #expect(try await second.1 == "2\n")
            #expect(try await end.run(["echo", "3"]).1 == "3\n")
            let read = Task {
                try await end.ask("logs", LogsParameters(paths: ["/var/log/nginx/a"], lines: nil, follow: false))
            }
            await run.screen.wait(for: "[4] wants to read: /var/log/nginx/a")
            press("n", run, time)
            await #expect(throws: Refusal.self) { try await read.value }
            try await end.end()
        }
    }

    @Test("an answer that does not come within two minutes is a no")
    func unanswered() async throws {
        let time = ManualTime()
        let run = try client(time)
        _ = try await run.with { end in
            try await end.offer(terms(time))
            let result = Task { try await end.run(["true"]) }
            await run.screen.wait(for: "Allow [1]?")
            await time.waitForSleep(of: .seconds(120))
            time.advance(by: .seconds(120))
            await #expect(throws: Refusal(status: 403, message: "the client did not answer")) { try await result.value }
            try await end.end()
        }
        #expect(run.screen.text.contains("[1] no answer within 2 minutes, so no"))
    }

    @Test("an operator who does not wait any more takes the question from the screen")
    func givenUp() async throws {
        let time = ManualTime()
        let run = try client(time)
        _ = try await run.with { end in
            try await end.offer(terms(time))
            let task = Task { try await end.run(["true"]) }
            await run.screen.wait(for: "Allow [1]?")
            task.cancel()
            await run.screen.wait(for: "[1] was not needed any more")
            // A late yes is nobody's answer.
            press("y", run, time)
            async let next = end.run(["echo", "x"])
            await run.screen.wait(for: "Allow [2]?")
            press("y", run, time)
            #expect(try await next.1 == "x\n")
            try await end.end()
        }
        #expect(!run.screen.text.contains("[1] runs:"))
    }

    @Test("where nobody can be asked the answer is no")
    func nobody() async throws {
        let run = try AgentRun(typed: [Samples.code, "y"], agrees: false, approval: .each)
        run.input.finish()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            await #expect(throws: Refusal(status: 403, message: "the client said no to this")) {
                try await end.run(["true"])
            }
            try await end.end()
        }
        #expect(run.screen.text.contains("nobody can be asked, so no"))
        #expect(!run.screen.text.contains("runs: true"))
    }

    @Test("without a terminal a line is an answer, and the question stands on a line of its own")
    func script() async throws {
        let run = try AgentRun(typed: [Samples.code, "y"], agrees: false, approval: .each)
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            async let result = end.run(["echo", "x"])
            await run.screen.wait(for: "Allow [1]?  y yes  n no  a yes to all commands\n")
            run.input.append("yes please")
            #expect(try await result.1 == "x\n")
            try await end.end()
        }
        #expect(!run.screen.text.contains("\u{1B}"))
    }

    @Test("a session that ends takes its questions along")
    func endedMeanwhile() async throws {
        let time = ManualTime()
        let run = try client(time)
        let status = try await run.with { end in
            try await end.offer(terms(time))
            async let result = end.run(["true"])
            await run.screen.wait(for: "Allow [1]?")
            run.input.append("q")
            _ = try? await result
            await run.screen.wait(for: "You ended the session")
            try await end.channel.close()
        }
        #expect(status == 0)
        #expect(!run.screen.text.contains("[1] runs:"))
    }

    // MARK: Taking back

    @Test("what is taken back stops, begins no more, and the operator is told what is left")
    func revoked() async throws {
        let run = try AgentRun(terminal: true)
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            let listening = OneShot<Void>()
            async let event = end.event(listening: listening)
            _ = await listening.wait()
            async let result = end.run(["sleep", "1000"])
            await run.screen.wait(for: "[1] runs: sleep 1000")
            run.input.append("r")
            await run.screen.wait(for: "Take back:  [1] commands  [2] log files")
            run.input.append("1")
            #expect(try await result.0.status == 255)
            #expect(try await event == SessionEvent(kind: .revoked, grants: ["logs"]))
            await #expect(throws: Refusal(status: 403, message: "the client does not allow run any more")) {
                try await end.run(["true"])
            }
            try await end.end()
        }
        #expect(run.screen.text.contains("Taken back: commands. What ran of it is stopped."))
        #expect(run.screen.text.contains("[1] was stopped after "))
    }

    @Test("a yes that comes after the grant was taken back lets nothing run")
    func revokedQuestion() async throws {
        let time = ManualTime()
        let run = try client(time)
        _ = try await run.with { end in
            try await end.offer(terms(time))
            let result = Task { try await end.run(["true"]) }
            await run.screen.wait(for: "Allow [1]?")
            press("r", run, time)
            await run.screen.wait(for: "Take back:")
            press("1", run, time)
            await #expect(throws: Refusal.self) { try await result.value }
            press("y", run, time)
            await #expect(throws: Refusal(status: 403, message: "the client does not allow run any more")) {
                try await end.run(["true"])
            }
            try await end.end()
        }
        #expect(!run.screen.text.contains("runs: true"))
    }

    // MARK: Pausing

    @Test("the client pauses: the relay is told, nothing new begins, and only they let it go on")
    func pause() async throws {
        let run = try AgentRun(terminal: true)
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            run.input.append("p")
            await run.screen.wait(for: "Paused at 00:00:0")
            await #expect(throws: Refusal.self) { try await end.run(["true"]) }
            await #expect(throws: Refusal.self) { try await end.ask("resume") }
            // What was written down before is told to whoever listens late.
            #expect(try await end.event(listening: OneShot()).kind == .paused)
            run.input.append("p")
            await run.screen.wait(for: "It goes on at 00:00:0")
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
        #expect(run.relay.asked.pauses == ["pause", "resume"])
    }

    @Test("a question that waits while the client pauses starts nothing, even if they say yes")
    func pausedQuestion() async throws {
        let time = ManualTime()
        let run = try client(time)
        _ = try await run.with { end in
            try await end.offer(terms(time))
            let result = Task { try await end.run(["true"]) }
            await run.screen.wait(for: "Allow [1]?")
            press("p", run, time)
            await run.screen.wait(for: "Paused at ")
            press("y", run, time)
            await #expect(throws: Refusal.self) { try await result.value }
            try await end.end()
        }
        #expect(run.screen.text.contains("refused: [1] wants to run: true (paused)"))
        #expect(!run.screen.text.contains("[1] runs:"))
    }

    @Test("a pause that the relay does not take changes nothing, and the client reads why")
    func pauseFails() async throws {
        var script = FakeRelay.Script()
        script.pauseFailure = AgentError(.relayFailed, "the relay cannot be reached")
        let run = try AgentRun(script, terminal: true)
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            run.input.append("p")
            await run.screen.wait(for: "nothing changed: the relay cannot be reached")
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
    }

    @Test("looking only: logs may be shared, nothing runs")
    func look() async throws {
        let run = try AgentRun(grants: [.logs])
        _ = try await run.with { end in
            let agreement = try await end.offer(Samples.terms(try Samples.contract()))
            #expect(agreement.grants == ["logs"])
            await #expect(throws: Refusal.self) { try await end.run(["true"]) }
            try await end.end()
        }
    }
}
