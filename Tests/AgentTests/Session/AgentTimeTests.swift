import Contracts
import Testing

@testable import Agent

@Suite("The agent's clock")
struct AgentTimeTests {
    @Test(
        "waits that no timer can hold do not end the program",
        arguments: [Duration.seconds(Int64.max), .seconds(10_000_000_000)]
    )
    func longest(duration: Duration) async throws {
        let waiting = Task { try await SystemTime().sleep(duration) }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("a session whose contract has no end and no idle time that anybody could wait for runs as any other")
    func session() async throws {
        let endless = Contract.Access(maximumSessionSeconds: 1 << 52, idleTimeoutSeconds: 1 << 52)
        var script = FakeRelay.Script()
        script.maximumSeconds = 1 << 52
        let run = try AgentRun(script)
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(access: endless)))
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
    }
}
