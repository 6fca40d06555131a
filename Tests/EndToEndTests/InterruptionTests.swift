import Glibc
import Testing

extension Mishaps {
    @Suite("Interrupted")
    struct InterruptionTests {
        @Test("Ctrl-C at lotse run ends the remote command")
        func interrupt() async throws {
            try await Stage.with { stage in
                _ = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                run.signal(SIGINT)
                #expect(try await run.ended() == 130)
                try await stage.isGone(sleep)
                #expect(try await stage.run("run", "--", "true").status == 0)
            }
        }

        @Test("the remote command dies with a lotse run that is killed")
        func killedRun() async throws {
            try await Stage.with { stage in
                _ = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                run.signal(SIGKILL)
                try await run.ended()
                try await stage.isGone(sleep)
                #expect(try await stage.run("run", "--", "true").status == 0)
            }
        }

        @Test("Ctrl-C at the agent ends the session, and the operator's summary is added to it")
        func agentLeaves() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                session.agent.signal(SIGINT)
                #expect(try await run.ended() == 255)
                #expect(run.errorOutput.hasPrefix("lotse: "))
                #expect(run.errorOutput.contains("session"))
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("You ended the session."))
                try await stage.isGone(sleep)
                try await stage.holderIsGone(session)
                let row = try await stage.closedRecord(of: session.id)
                #expect(row.endedBy == "client")
                #expect(row.state == "ended")

                let end = try await stage.run("end", "--summary", "looked at it")
                #expect(end.status == 0, "\(end.story)")
                #expect(end.output.contains(session.id))
                #expect(try await stage.record(of: session.id).summary == "looked at it")
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("an agent that is killed leaves nothing running, and the operator learns of it")
        func killedAgent() async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                session.agent.signal(SIGKILL)
                #expect(try await run.ended(within: .seconds(20)) == 255)
                #expect(run.errorOutput.contains("the connection to the client is lost"))
                try await stage.holderIsGone(session)
                let row = try await stage.closedRecord(of: session.id, within: .seconds(20))
                #expect(row.reason == "the client's connection was lost")
                #expect(row.endedBy == "relay")
                #expect(try await stage.ledgerIsWhole())
                try await stage.isGone(sleep)
            }
        }

        @Test("a holder that is told to stop ends the session")
        func stoppedHolder() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                kill(session.holder, SIGTERM)
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("jana ended the session."))
                #expect(try await run.ended() == 255)
                try await stage.isGone(sleep)
                try await stage.holderIsGone(session)
                let row = try await stage.closedRecord(of: session.id)
                #expect(row.state == "ended")
                #expect(row.endedBy == "operator")
            }
        }

        @Test("a holder that is killed leaves nothing running, and the client learns of it")
        func killedHolder() async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                kill(session.holder, SIGKILL)
                #expect(try await run.ended(within: .seconds(20)) == 255)
                #expect(run.errorOutput.contains("the session's holder is gone"))
                #expect(try await session.agent.ended(within: .seconds(20)) == 1)
                #expect(session.agent.errorOutput.contains("the connection was lost"))
                let row = try await stage.closedRecord(of: session.id, within: .seconds(20))
                #expect(row.reason == "the operator's connection was lost")
                try await stage.isGone(sleep)
                let next = try await stage.run("run", "--", "true")
                #expect(next.status == 255)
                #expect(next.errorOutput.contains("there is no live session"))
                #expect(try await stage.ledgerIsWhole())
            }
        }
    }
}
