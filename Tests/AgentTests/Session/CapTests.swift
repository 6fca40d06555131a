import Contracts
import Receipts
import SupportChannel
import Testing

@testable import Agent

@Suite("The client and the agreed upper limit", .timeLimit(.minutes(2)))
struct CapTests {
    private func terms(_ time: any AgentTime) throws -> Terms {
        var contract = try Samples.contract()
        contract.cap = Contract.Cap(perSessionCents: 3000, onReach: .needConsent)
        return Samples.terms(contract, at: time.epochSeconds)
    }

    private func ask(_ end: OperatorEnd, limit: String = "session", cents: Int64 = 3000) async throws -> CapAnswer {
        let parameters = CapParameters(limit: limit, cents: cents)
        return try await end.perform("cap", parameters) { replies, _ in
            try CapAnswer(canonical: Array(try await replies.result(as: CapReply.self).answer.utf8))
        }
    }

    /// A session that a person at a terminal has agreed to.
    private func agreed(_ run: AgentRun, _ end: OperatorEnd, _ time: any AgentTime) async throws -> Agreement {
        async let agreement = end.offer(terms(time))
        await run.screen.wait(for: "Do you agree? [y/N] ")
        run.input.append("y")
        return try await agreement
    }

    @Test("a person is asked, and what they say is signed", arguments: [("y", true), ("n", false)])
    func asked(key: String, accepts: Bool) async throws {
        let time = ManualTime()
        let run = try AgentRun(terminal: true, agrees: false, time: time)
        let status = try await run.with { end in
            let agreement = try await agreed(run, end, time)
            async let answer = ask(end)
            await run.screen.wait(for: "Go on beyond the limit?")
            time.advance(by: .seconds(1))
            run.input.append(key)
            let said = try await answer
            #expect(said.accepts == accepts)
            #expect(said.isSigned(under: agreement.record))
            #expect(said.capCents == 3000)
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.screen.text.contains("The agreed upper limit of 30.00 EUR for a session is reached."))
    }

    @Test(
        "a key that comes sooner than the question can have been read, and another one, are no answer; fifty seconds without one are no"
    )
    func unanswered() async throws {
        let time = ManualTime()
        let run = try AgentRun(terminal: true, agrees: false, time: time)
        _ = try await run.with { end in
            _ = try await agreed(run, end, time)
            async let answer = ask(end)
            await run.screen.wait(for: "Go on beyond the limit?")
            run.input.append("y")
            run.input.append("x")
            // Keys are read in their order: what this one does is to be seen when the two before were read.
            run.input.append("p")
            await run.screen.wait(for: "Paused at ")
            await time.waitForSleep(of: .seconds(50))
            time.advance(by: .seconds(50))
            #expect(try await !answer.accepts)
            try await end.end()
        }
    }

    @Test("--yes agrees to the contract, not to more than it")
    func unattended() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(terms(SystemTime()))
            #expect(try await !ask(end).accepts)
            try await end.end()
        }
        #expect(run.screen.text.contains("Not agreed; the session ends."))
    }

    @Test(
        "a limit that the contract does not have is not asked about",
        arguments: [("session", 9999), ("month", 3000), ("week", 1)]
    )
    func unknown(limit: String, cents: Int64) async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(terms(SystemTime()))
            await #expect { try await ask(end, limit: limit, cents: cents) } throws: {
                ($0 as? Refusal)?.status == 400
            }
            try await end.end()
        }
    }
}
