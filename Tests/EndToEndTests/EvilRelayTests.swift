import Foundation
import NIOCore
import RelayAPI
import Synchronization
import Testing

/// What a relay that was taken over can do: end a session, and no more.
///
/// Not one after the other as the others: most of the time they wait for a deadline.
@Suite("A relay that was taken over", .timeLimit(.minutes(3)))
enum EvilRelayTests {
    /// A session whose agent came through an evil relay, with a command at work in it.
    struct Work {
        let stage: Stage
        let session: Session
        /// A command that does not end by itself, and the argument by which it is known there.
        let run: Program
        let sleep: String

        static func with(_ meddling: Meddling, _ body: (Work) async throws -> Void) async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                try await EvilRelay.with(stage, meddling) { evil in
                    let session = try await stage.session(at: evil.address)
                    #expect(try await stage.run("run", "--", "echo", "hello").output == "hello\n")
                    let (run, sleep) = try await stage.longCommand()
                    try await body(Work(stage: stage, session: session, run: run, sleep: sleep))
                }
            }
        }

        /// Both ends must say that the connection is lost; nothing may be left of the session, and the relay must have closed it.
        func isLost(within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation)
            async throws
        {
            #expect(try await run.ended(within: limit) == 255, sourceLocation: sourceLocation)
            #expect(
                run.errorOutput.contains("lotse: the connection to the client is lost"),
                "\(run.story)",
                sourceLocation: sourceLocation
            )
            #expect(try await session.agent.ended(within: limit) == 1, sourceLocation: sourceLocation)
            #expect(
                session.agent.errorOutput.contains("lotse-agent: the connection was lost after"),
                "\(session.agent.story)",
                sourceLocation: sourceLocation
            )
            try await leavesNothing(endedBy: "relay", sourceLocation: sourceLocation)
        }

        func leavesNothing(endedBy who: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            try await stage.isGone(sleep, sourceLocation: sourceLocation)
            try await stage.holderIsGone(session, sourceLocation: sourceLocation)
            let row = try await stage.closedRecord(of: session.id, within: .seconds(20))
            #expect(row.endedBy == who, sourceLocation: sourceLocation)
            #expect(try await stage.run("run", "--", "true").status == 255, sourceLocation: sourceLocation)
            #expect(try await stage.ledgerIsWhole(), sourceLocation: sourceLocation)
        }
    }

    @Suite("In a session")
    struct Sessions {
        @Test("a relay that changes nothing carries a session")
        func honest() async throws {
            let seen = Mutex<[Meddling.Direction: Int]>([:])
            var meddling = Meddling()
            meddling.tunnel = { passage in
                seen.withLock { $0[passage.direction, default: 0] += passage.bytes.readableBytes }
                try await passage.pass()
            }
            try await Work.with(meddling) { work in
                #expect(try await work.stage.run("end", "--summary", "looked").status == 0)
                #expect(try await work.session.agent.ended() == 0)
                #expect(try await work.run.ended() == 255)
                try await work.leavesNothing(endedBy: "operator")
            }
            // What the other tests meddle with is there.
            for direction in Meddling.Direction.allCases { #expect(seen.withLock { $0[direction] ?? 0 } > 500) }
        }

        enum Tampering: CaseIterable {
            case flipsToAgent, flipsToOperator, repeatsToAgent, repeatsToOperator, reflects

            var direction: Meddling.Direction {
                switch self {
                case .flipsToAgent, .repeatsToAgent: .toAgent
                case .flipsToOperator, .repeatsToOperator, .reflects: .toOperator
                }
            }

            var isRepeating: Bool { self == .repeatsToAgent || self == .repeatsToOperator }

            func tamper(_ passage: Passage) async throws {
                switch self {
                case .flipsToAgent, .flipsToOperator: try await passage.pass(passage.flipped)
                case .reflects: try await passage.pass(passage.bytes, .toAgent)
                case .repeatsToAgent, .repeatsToOperator:
                    try await passage.pass()
                    try await passage.pass()
                }
            }
        }

        @Test(
            "a relay that flips a bit, repeats or reflects ends the session at both ends",
            arguments: Tampering.allCases
        )
        func tampered(_ tampering: Tampering) async throws {
            let now = Switch()
            var meddling = Meddling()
            meddling.tunnel = { passage in
                guard passage.direction == tampering.direction, now.use() else { return try await passage.pass() }
                try await tampering.tamper(passage)
            }
            try await Work.with(meddling) { work in
                let (before, after) = (work.stage.folder + "/files/before", work.stage.folder + "/files/after")
                let script = #"echo x >>"$0"; echo said"#
                let good = try await work.stage.run("run", "--", "sh", "-c", script, before)
                #expect(good.output == "said\n")
                #expect(try String(contentsOfFile: before, encoding: .utf8) == "x\n")
                now.turnOn()
                let bad = try await work.stage.run("run", "--", "sh", "-c", script, after)
                #expect(now.isUsed)
                try await work.isLost()
                let trace = (try? String(contentsOfFile: after, encoding: .utf8)) ?? ""
                if tampering.isRepeating {
                    // The first time it was right.
                    #expect(["", "x\n"].contains(trace))
                    #expect(bad.status == 255 || bad.output == "said\n", "\(bad.story)")
                } else {
                    #expect(tampering.direction == .toOperator || trace == "")
                    #expect(bad.output == "")
                    #expect(bad.status == 255)
                }
                if bad.status == 255 { #expect(bad.errorOutput.hasPrefix("lotse: "), "\(bad.story)") }
            }
        }

        @Test(
            "a relay that cuts the tunnel amid a command's output lets a right beginning of it through, and both ends say so"
        )
        func truncated() async throws {
            let now = Switch()
            let passed = Mutex(0)
            var meddling = Meddling()
            meddling.tunnel = { passage in
                guard now.isOn, passage.direction == .toOperator else { return try await passage.pass() }
                let start = passed.withLock { count in
                    defer { count += passage.bytes.readableBytes }
                    return count
                }
                guard try await passage.pass(upTo: passage.before + 300_000 - start) else { throw Cut() }
            }
            try await Work.with(meddling) { work in
                let command = ["seq", "1", "200000"]
                let whole = try work.stage.start(command[0], Array(command.dropFirst()))
                #expect(try await whole.ended() == 0)
                now.turnOn()
                let run = try work.stage.start(Programs.lotse, ["run", "--"] + command)
                #expect(try await run.ended() == 255)
                #expect(run.errorOutput.hasPrefix("lotse: "), "\(run.story)")
                #expect(!run.output.isEmpty)
                #expect(run.output.utf8.count < 300_000)
                #expect(whole.output.hasPrefix(run.output))
                try await work.isLost()
            }
        }

        @Test("a relay that delays everything by 100 ms delays, and no more")
        func delayed() async throws {
            var meddling = Meddling()
            meddling.tunnel = { passage in
                try await Task.sleep(for: .milliseconds(100))
                try await passage.pass()
            }
            try await Work.with(meddling) { work in
                let start = ContinuousClock.now
                let run = try await work.stage.run("run", "--", "sh", "-c", "echo here; exit 3")
                #expect(run.output == "here\n")
                #expect(run.status == 3)
                // There and back.
                #expect(ContinuousClock.now - start >= .milliseconds(200))
                #expect(try await work.stage.run("end", "--summary", "looked").status == 0)
                #expect(try await work.session.agent.ended() == 0)
                #expect(try await work.run.ended() == 255)
                try await work.leavesNothing(endedBy: "operator")
            }
        }

        @Test("a relay that withholds everything from some point on is noticed at both ends, and the command is gone")
        func silent() async throws {
            let now = Switch()
            var meddling = Meddling()
            meddling.tunnel = { passage in
                if now.isOn { try await Meddling.withhold() }
                try await passage.pass()
            }
            try await Work.with(meddling) { work in
                now.turnOn()
                try await work.isLost(within: .seconds(30))
            }
        }

        @Test("a relay that withholds the client's end cannot keep it from the operator")
        func clientsEnd() async throws {
            var meddling = Meddling()
            meddling.request = { head in
                if head.path == RelayRoute.end { try await Meddling.withhold() }
                return head
            }
            try await Work.with(meddling) { work in
                let agent = work.session.agent
                agent.signal(SIGINT)
                #expect(try await agent.ended(within: .seconds(20)) == 0)
                #expect(agent.output.contains("You ended the session."), "\(agent.story)")
                #expect(agent.output.contains("The relay could not be told"))
                #expect(try await work.run.ended() == 255)
                #expect(work.run.errorOutput.contains("the session ended while this ran"), "\(work.run.story)")
                // The operator's program hears of it, and tells the relay.
                try await work.leavesNothing(endedBy: "operator")
            }
        }

        @Test("a relay that withholds the operator's end from the agent has it end by itself")
        func operatorsEnd() async throws {
            let now = Switch()
            var meddling = Meddling()
            meddling.tunnel = { passage in
                if now.isOn { try await Meddling.withhold() }
                try await passage.pass()
            }
            try await Work.with(meddling) { work in
                now.turnOn()
                let end = try await work.stage.run("end", "--summary", "looked")
                #expect(end.status == 0, "\(end.story)")
                #expect(try await work.run.ended() == 255)
                #expect(work.run.errorOutput.contains("the session was ended"), "\(work.run.story)")
                let agent = work.session.agent
                #expect(try await agent.ended(within: .seconds(30)) == 1)
                #expect(agent.errorOutput.contains("the connection was lost after"), "\(agent.story)")
                try await work.leavesNothing(endedBy: "operator")
            }
        }
    }
}
