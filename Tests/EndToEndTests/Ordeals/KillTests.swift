import Testing

extension Mishaps {
    /// Each test prints what it did; the seed in a finding plays its moments again (`LOTSE_SEED`).
    @Suite("Killed at random moments")
    struct KillTests {
        @Test(
            "a relay that is killed and starts again: nothing acknowledged is lost or doubled, no command runs twice, sessions go on"
        )
        func relay() async throws {
            try await Self.play("relay") { run, kills, deadline in try await run.killRelay(kills, until: deadline) }
        }

        @Test(
            "an operator's program that is killed: what it acknowledged ran once, and the next lotse connect takes the session up"
        )
        func operatorProgram() async throws {
            try await Self.play("operator") { run, kills, deadline in
                try await run.killOperator(kills, until: deadline)
            }
        }

        @Test("an agent that is killed: what was acknowledged ran once, and the session ends clearly")
        func agent() async throws {
            // One relay keeps a session that lost its agent until the operator ends it, the other one ends it at once.
            try await Self.play("agent", resumeSeconds: [nil, 0]) { run, kills, deadline in
                try await run.killAgent(kills, until: deadline)
            }
        }

        private typealias Play = @Sendable (inout Ordeal, Int, ContinuousClock.Instant) async throws -> Void

        private static func play(
            _ victim: String,
            resumeSeconds: [Int?] = [nil, nil],
            _ body: @escaping Play
        ) async throws {
            let plan = KillPlan.asked
            // Two relays at once, since there are two cores.
            var (one, other) = (plan, plan)
            one.kills = plan.kills - plan.kills / 2
            other.kills = plan.kills / 2
            other.seed &+= 1_000_000
            async let first = lane(one, resumeSeconds: resumeSeconds[0], body)
            async let second = lane(other, resumeSeconds: resumeSeconds[1], body)
            let tally = try await first + second
            print("\(victim), seed \(plan.seed): \(tally.sentence)")
            for finding in tally.findings { Issue.record("\(finding)") }
            #expect(tally.kills > 0)
        }

        private static func lane(_ plan: KillPlan, resumeSeconds: Int?, _ body: Play) async throws -> OrdealTally {
            var (plan, tally) = (plan, OrdealTally())
            while !plan.isOver, tally.findings.count < 5 {
                let kills = min(plan.kills, KillPlan.most)
                try await Stage.with(resumeSeconds: resumeSeconds) { stage in
                    try await Line.with(to: stage.port) { line in
                        var run = Ordeal(stage, line, seed: plan.seed)
                        do {
                            try await body(&run, kills, plan.deadline)
                        } catch {
                            run.find("\(error)")
                        }
                        tally = tally + run.tally
                    }
                }
                plan.kills -= kills
                plan.seed &+= 1
            }
            return tally
        }
    }
}
