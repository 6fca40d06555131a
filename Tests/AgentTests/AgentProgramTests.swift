import Pairing
import NIOCore
import SupportChannel
import Testing

@testable import Agent

@Suite("Before a session", .timeLimit(.minutes(5)))
struct AgentProgramTests {
    private static let invalid = AgentError(.codeNotValid, "This code is not valid (any more); ask for a new one.")

    @Test(
        "only the room of a code leaves the machine, however it is typed",
        arguments: ["4821-730-5519-4", " 4821 7305 519.4\r"]
    )
    func onlyTheRoom(typed: String) async throws {
        let run = try AgentRun(typed: [typed])
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.relay.asked.rooms == ["4821"])
        #expect(!run.screen.text.contains("7305"))
    }

    @Test(
        "a script's typo ends the program with a sentence, and nothing was asked",
        arguments: [
            ("4821-730-5519-5", "there is a typing error in this code"),
            ("4821", "a code has 12 to 14 digits, this has 4"),
            ("", "a code has 12 to 14 digits, this has 0"),
            ("hello", "a code has digits only"),
        ]
    )
    func typo(typed: String, sentence: String) async throws {
        let run = try AgentRun(typed: [typed, Samples.code])
        #expect(await run.alone() == 1)
        #expect(run.relay.asked.rooms.isEmpty)
        #expect(run.complaints.all.count == 1)
        #expect(run.complaints.all.first?.hasPrefix(sentence) == true)
    }

    @Test("no code at all is a failure with a sentence")
    func noCode() async throws {
        let run = try AgentRun(typed: [])
        run.input.finish()
        #expect(await run.alone() == 1)
        #expect(run.complaints.all.first?.hasPrefix("no code was given") == true)
    }

    @Test("on a terminal a typo is asked again, and nothing was asked of the relay meanwhile")
    func typoOnTerminal() async throws {
        let run = try AgentRun(terminal: true, typed: ["4821-730-5519-5", "", "12", Samples.code])
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.relay.asked.rooms == ["4821"])
        #expect(run.screen.text.contains("there is a typing error in this code"))
        #expect(run.screen.text.contains("this has 2"))
        #expect(run.complaints.all.isEmpty)
    }

    @Test("a script's code that is not valid ends the program with the one sentence")
    func notValid() async throws {
        var script = FakeRelay.Script()
        script.joins = [.failure(Self.invalid)]
        let run = try AgentRun(script, typed: [Samples.code, Samples.code])
        #expect(await run.alone() == 1)
        #expect(run.relay.asked.rooms.count == 1)
        #expect(run.relay.asked.tunnels == 0)
        #expect(run.complaints.all == ["This code is not valid (any more); ask for a new one."])
    }

    @Test("on a terminal another code may be typed, three in all")
    func notValidOnTerminal() async throws {
        var script = FakeRelay.Script()
        script.joins = [.failure(Self.invalid)]
        let run = try AgentRun(script, terminal: true, typed: Array(repeating: Samples.code, count: 9))
        #expect(await run.alone() == 1)
        #expect(run.relay.asked.rooms.count == 3)
        #expect(run.complaints.all == [Self.invalid.diagnostics])
    }

    @Test("where the relay wants us to wait we wait, visibly, and go on with the same code")
    func tooManyAttempts() async throws {
        let time = ManualTime()
        var script = FakeRelay.Script()
        script.joins = [.failure(AgentError(.tooManyAttempts(waitSeconds: 7), "")), .success(600)]
        let run = try AgentRun(script, time: time)
        let status = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await time.waitForSleep(of: .seconds(7))
                time.advance(by: .seconds(7))
            }
            let status = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract()))
                try await end.end()
            }
            try await group.waitForAll()
            return status
        }
        #expect(status == 0)
        #expect(run.relay.asked.rooms == ["4821", "4821"])
        #expect(run.screen.text.contains("Too many attempts; going on by itself in 7 s."))
    }

    @Test("waiting for the operator is said, and ends after the time that the relay names")
    func operatorMissing() async throws {
        let time = ManualTime()
        var script = FakeRelay.Script()
        script.operatorComes = false
        let run = try AgentRun(script, time: time)
        async let status = run.alone()
        await run.screen.wait(for: "Waiting for your supporter, at most 10 minutes. Ctrl-C leaves.\n")
        await time.waitForSleep(of: .seconds(600))
        time.advance(by: .seconds(600))
        #expect(await status == 1)
        #expect(
            run.complaints.all == [
                "your supporter did not come within 10 minutes; nothing was started (ask for a new code)"
            ]
        )
    }

    @Test("another secret than the operator's: one sentence, exit status 1, and nothing is asked of the client")
    func wrongCode() async throws {
        var script = FakeRelay.Script()
        script.operatorCode = try Code(room: "4821", secret: "7305518").formatted
        let run = try AgentRun(script)
        #expect(await run.alone() == 1)
        #expect(
            run.complaints.all == [
                "wrong code, or someone guessed; nothing was started and this code is used up (ask for a new code)"
            ]
        )
        #expect(run.relay.asked.tunnels == 1)
        #expect(run.relay.asked.consents.isEmpty)
    }

    @Test("Ctrl-C while waiting for the operator leaves with 130")
    func leavesWhileWaiting() async throws {
        var script = FakeRelay.Script()
        script.operatorComes = false
        let run = try AgentRun(script)
        async let status = run.alone()
        await run.screen.wait(for: "Waiting for your supporter")
        run.interruption.trigger()
        #expect(await status == 130)
        #expect(run.screen.text.hasSuffix("You left; nothing was started.\n"))
    }

    @Test("Ctrl-C at the prompt leaves with 130 and says that nothing was started")
    func leavesAtPrompt() async throws {
        let run = try AgentRun(terminal: true, typed: [])
        async let status = run.alone()
        await run.screen.wait(for: "Code: ")
        run.interruption.trigger()
        #expect(await status == 130)
        #expect(run.screen.text.hasSuffix("You left; nothing was started.\n"))
        #expect(run.relay.asked.rooms.isEmpty)
    }

    @Test("speaks German where the locale does")
    func german() async throws {
        let run = try AgentRun(agrees: true, language: .german)
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.screen.text.contains("Warten auf Ihren Helfer, höchstens 10 Minuten."))
        #expect(run.screen.text.contains("  Grenzen     4 Stunden"))
        #expect(run.screen.text.contains("Verbunden 00:12:34, berechnet 00:15:00."))
    }

    @Test("a contract in German is shown in German to anybody")
    func germanContract() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(language: .german)))
            try await end.end()
        }
        #expect(run.screen.text.contains("Waiting for your supporter"))
        #expect(run.screen.text.contains("Die Zeit läuft ab Ihrer Zustimmung."))
        #expect(run.screen.text.contains("jana hat die Sitzung beendet."))
    }
}
