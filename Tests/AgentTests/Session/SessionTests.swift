import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("A session", .timeLimit(.minutes(5)))
struct SessionTests {
    @Test("runs commands after consent, shows each before it runs, and ends when the operator ends it")
    func wholeSession() async throws {
        let run = try AgentRun()
        let status = try await run.with { end in
            let consent = try await end.offer(Samples.terms(try Samples.contract()))
            #expect(consent.session == "s-1")
            #expect(consent.grants == ["run", "logs"])
            #expect(consent.machine == "shop1")
            let (result, output) = try await end.run(["tr", "a-z", "A-Z"], input: ["hel", "lo\n"])
            #expect(result == RunResult(status: 0))
            #expect(output == "HELLO\n")
            #expect(try await end.run(["sh", "-c", "exit 7"]).0.status == 7)
            #expect(try await end.run(["sh", "-c", "kill -9 $$"]).0 == RunResult(status: 137, signal: 9))
            #expect(try await end.run(["no-such-program"]).0.status == 127)
            #expect(try await end.run(["sleep", "1000"], timeoutMilliseconds: 1).0.status == 124)
            // As long as a number can say, which no timer of the system can wait.
            #expect(try await end.run(["true"], timeoutMilliseconds: .max).0.status == 0)
            try await end.end()
        }
        #expect(status == 0)
        let text = run.screen.text
        #expect(text.contains("[1] runs: tr a-z A-Z\n"))
        #expect(text.contains("[2] runs: sh -c 'exit 7'\n"))
        #expect(text.contains("[2] ended with status 7 after "))
        #expect(text.contains("[3] was ended by signal 9 after "))
        #expect(text.contains("[4] did not run: "))
        #expect(text.contains("[5] was stopped: its time was up"))
        #expect(text.contains("jana ended the session.\n"))
        #expect(text.contains("Done: Cache emptied\n"))
        #expect(text.contains("Connected 00:12:34, billed 00:15:00.\n"))
        #expect(run.complaints.all.isEmpty)
        #expect(run.relay.asked.ends.isEmpty, "the operator has told the relay already")
    }

    @Test("a command is on the screen before it runs")
    func shownFirst() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.perform("run", RunParameters(arguments: ["cat"])) { replies, requests in
                // The agent has accepted, and cat still waits for its input.
                #expect(run.screen.text.contains("[1] runs: cat\n"))
                #expect(!run.screen.text.contains("[1] ended"))
                try await requests.send(ActionFrame(.inputEnd))
                _ = try await replies.result(as: RunResult.self)
            }
            try await end.end()
        }
    }

    @Test("the consent reaches the relay before the operator hears of it, with the contract's hash")
    func consentFirst() async throws {
        let gate = OneShot<Void>()
        let contract = try Samples.contract()
        var script = FakeRelay.Script()
        script.consentGate = gate
        script.hash = Digest.sha256(contract.canonicalBytes).hex
        let run = try AgentRun(script)
        let status = try await run.with { end in
            let answered = OneShot<Void>()
            async let consent = {
                let consent = try await end.offer(Samples.terms(contract))
                answered.trigger()
                return consent
            }()
            await run.screen.wait(for: "Agreed by --yes.")
            while run.relay.asked.consents.isEmpty { await Task.yield() }
            #expect(!answered.isTriggered)
            await #expect(throws: Refusal.self) { try await end.run(["true"]) }
            gate.trigger()
            _ = try await consent
            try await end.end()
        }
        #expect(status == 0)
        let request = try #require(run.relay.asked.consents.first)
        #expect(request.contract == "acme-2026")
        #expect(request.contractVersion == 3)
        #expect(request.category == "question")
        #expect(request.grants == ["run", "logs"])
        #expect(request.client.machine == "shop1")
        #expect(request.isSignedByBoth)
        #expect(run.relay.asked.tokens == ["token-1", "token-1"])
    }

    @Test("the client says no: nothing is posted, the operator reads why, nothing ran")
    func declined() async throws {
        let run = try AgentRun(typed: [Samples.code, "n"], agrees: false)
        let status = try await run.with { end in
            await #expect(throws: Refusal(status: 403, message: "the client said no")) {
                try await end.offer(Samples.terms(try Samples.contract()))
            }
            await #expect(throws: (any Error).self) { try await end.run(["true"]) }
        }
        #expect(status == 1)
        #expect(run.relay.asked.consents.isEmpty)
        #expect(run.screen.text.contains("You did not agree; nothing was started."))
        #expect(!run.screen.text.contains("runs: "))
    }

    @Test("the end of the input is no", arguments: [[], ["perhaps"], [""]])
    func endOfInput(answers: [String]) async throws {
        let run = try AgentRun(typed: [Samples.code] + answers, agrees: false)
        run.input.finish()
        let status = try await run.with { end in
            await #expect(throws: Refusal(status: 403, message: "the client said no")) {
                try await end.offer(Samples.terms(try Samples.contract()))
            }
        }
        #expect(status == 1)
    }

    @Test("the second line of the input is the answer")
    func answeredByScript() async throws {
        let run = try AgentRun(typed: [Samples.code, "y"], agrees: false, approval: .session)
        run.input.finish()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
        #expect(status == 0)
    }

    @Test("on a terminal an answer counts only after the question, and a slip is asked again")
    func typeAhead() async throws {
        let run = try AgentRun(terminal: true, typed: [Samples.code, "y"], agrees: false)
        let status = try await run.with { end in
            async let answer = end.refusalOfOffer(Samples.terms(try Samples.contract()))
            await run.screen.wait(for: "Do you agree? [y/N] ")
            run.input.append("what?")
            await run.screen.wait(for: "Please answer with y (yes) or n (no).")
            run.input.append("n")
            #expect(try await answer?.message == "the client said no")
        }
        #expect(status == 1)
    }

    @Test("nobody answers: the offer lapses")
    func unanswered() async throws {
        let time = ManualTime()
        let run = try AgentRun(agrees: false, time: time)
        let status = try await run.with { end in
            async let answer = end.refusalOfOffer(Samples.terms(try Samples.contract()))
            await time.waitForSleep(of: .seconds(300))
            time.advance(by: .seconds(300))
            #expect(try await answer == Refusal(status: 403, message: "the client did not answer"))
            try await end.channel.close()
        }
        #expect(status == 1)
        #expect(run.screen.text.contains("There was no answer within 5 minutes; nothing was started."))
    }

    @Test("the relay refuses the consent: no command ever runs")
    func consentFails() async throws {
        var script = FakeRelay.Script()
        script.consentFailure = AgentError(.relayRefused, "the relay says no: the disk is full")
        let run = try AgentRun(script)
        let status = try await run.with { end in
            await #expect(throws: Refusal.self) { try await end.offer(Samples.terms(try Samples.contract())) }
            await #expect(throws: (any Error).self) { try await end.run(["true"]) }
        }
        #expect(status == 1)
        #expect(run.complaints.all.first?.contains("the disk is full") == true)
        #expect(!run.screen.text.contains("runs: "))
    }

    @Test("another contract than the invitation's is refused by the relay, and there is no session")
    func hashMismatch() async throws {
        var script = FakeRelay.Script()
        script.hash = Digest.sha256("another contract").hex
        let run = try AgentRun(script)
        let status = try await run.with { end in
            await #expect(throws: Refusal.self) { try await end.offer(Samples.terms(try Samples.contract())) }
        }
        #expect(status == 1)
        #expect(run.complaints.all.first?.contains("not the contract of the invitation") == true)
    }

    @Test("terms whose text is not its canonical form are never shown")
    func notCanonical() async throws {
        let run = try AgentRun()
        let status = try await run.with { end in
            var terms = Samples.terms(try Samples.contract())
            terms.contract += " "
            let offer = terms
            await #expect(throws: Refusal.self) { try await end.offer(offer) }
        }
        #expect(status == 1)
        #expect(run.relay.asked.consents.isEmpty)
        #expect(!run.screen.text.contains("ACME"))
        #expect(run.complaints.all.first?.contains("canonical") == true)
    }

    @Test("terms come once")
    func termsTwice() async throws {
        let run = try AgentRun()
        let status = try await run.with { end in
            let terms = Samples.terms(try Samples.contract())
            try await end.offer(terms)
            await #expect(throws: Refusal(status: 409, message: "the client has agreed to terms already")) {
                try await end.offer(terms)
            }
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.relay.asked.consents.count == 1)
    }

    @Test("before consent everything but terms is refused", arguments: AgentSession.Action.allCases)
    func tooEarly(action: AgentSession.Action) async throws {
        let run = try AgentRun()
        let status = try await run.with { end in
            await #expect(throws: Refusal(status: 403, message: "the client has not agreed to a session yet")) {
                try await end.ask(action.rawValue)
            }
            try await end.channel.close()
        }
        #expect(status == 1)
        #expect(
            run.complaints.all == [
                "the operator left before the session began; nothing was started (ask for a new code)"
            ]
        )
    }

    @Test("a pause is shown, stops new work and ends with resume")
    func paused() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.ask("pause")
            await #expect(throws: Refusal(status: 409, message: "the session is paused (lotse resume lets it go on)")) {
                try await end.run(["true"])
            }
            await #expect(throws: Refusal.self) { try await end.ask("pause") }
            try await end.ask("resume")
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.ask("note", NoteParameters(text: "cache \u{1B}]0;x\u{07}emptied"))
            try await end.end()
        }
        #expect(run.screen.text.contains("paused at 00:00:0"))
        #expect(run.screen.text.contains("goes on at 00:00:0"))
        #expect(run.screen.text.contains("note: cache ]0;xemptied\n"))
    }

    @Test("a grant that the client did not give is refused")
    func notGranted() async throws {
        let run = try AgentRun(grants: [.logs])
        _ = try await run.with { end in
            let consent = try await end.offer(Samples.terms(try Samples.contract(), grants: ["run", "logs", "shell"]))
            #expect(consent.grants == ["logs"])
            await #expect(throws: Refusal(status: 403, message: "the client does not allow commands")) {
                try await end.run(["true"])
            }
            try await end.end()
        }
        #expect(run.screen.text.contains("refused: true (not allowed: commands)"))
        #expect(run.screen.text.contains("asked for and not allowed: run, shell"))
    }

    @Test("commands beyond the contract's list are refused")
    func notInContract() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            let access = Contract.Access(commands: .patterns([["echo", "*"]]))
            try await end.offer(Samples.terms(try Samples.contract(access: access)))
            #expect(try await end.run(["echo", "a", "b"]).1 == "a b\n")
            await #expect(throws: Refusal(status: 403, message: "the contract does not allow this command")) {
                try await end.run(["id"])
            }
            try await end.end()
        }
    }

    @Test("escape sequences in a command line are shown, not obeyed")
    func hostileArguments() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            #expect(try await end.run(["printf", "%s", "\u{1B}[2J\nfake line"]).1 == "\u{1B}[2J\nfake line")
            try await end.end()
        }
        #expect(!run.screen.text.contains("\u{1B}"))
        #expect(run.screen.text.contains("[1] runs: printf %s $'\\x1b[2J\\nfake line'\n"))
    }

    @Test("what cannot be shown does not run")
    func unseen() async throws {
        let folder = TemporaryFolder()
        let run = try AgentRun(logs: [folder.path])
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            run.screen.goAway()
            await #expect(throws: AgentSession.unseen) { try await end.run(["touch", folder.path + "/ran"]) }
            await #expect(throws: AgentSession.unseen) {
                try await end.ask("logs", LogsParameters(paths: [folder.path + "/x"], lines: nil, follow: false))
            }
            try await end.end()
        }
        #expect(status == 0)
        #expect(throws: (any Error).self) { try folder.read("ran") }
    }

    @Test("an unknown action is refused by name")
    func unknownAction() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            await #expect(throws: Refusal.self) { try await end.ask("shell") }
            try await end.end()
        }
    }
}
