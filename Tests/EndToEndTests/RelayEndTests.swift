import Foundation
import Glibc
import Testing

extension Mishaps {
    @Suite("The relay stops")
    struct RelayEndTests {
        @Test("told to stop, it ends sessions cleanly, and both ends are told")
        func stop() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                let relay = try #require(stage.relay)
                let port = stage.port
                relay.signal(SIGTERM)
                #expect(try await relay.ended(within: .seconds(10)) == 0)
                #expect(try await run.ended(within: .seconds(20)) == 255)
                #expect(run.errorOutput.hasPrefix("lotse: "))
                #expect(try await session.agent.ended(within: .seconds(20)) == 1)
                #expect(session.agent.errorOutput.contains("the connection was lost"))
                try await stage.isGone(sleep)
                try await stage.holderIsGone(session)
                #expect(try await stage.ledgerIsWhole())

                try await stage.serve(port: port)
                let row = try await stage.record(of: session.id)
                #expect(row.state == "ended")
                #expect(row.reason == "the relay was stopped")
            }
        }

        @Test("killed and started again, it closes the session at its last checkpoint")
        func killed() async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                let entries = try await stage.ledgerEntries()
                try await eventually("a checkpoint is written") {
                    try await stage.ledgerEntries() > entries ? true : nil
                }
                let known = try await stage.record(of: session.id)
                let relay = try #require(stage.relay)
                let port = stage.port
                relay.signal(SIGKILL)
                try await relay.ended()
                try await stage.serve(port: port)
                #expect(try await run.ended(within: .seconds(20)) == 255)
                #expect(run.errorOutput.contains("the relay ended the session: the relay went away"))
                #expect(try await session.agent.ended(within: .seconds(20)) == 1)
                #expect(session.agent.errorOutput.contains("the connection was lost"))
                try await stage.isGone(sleep)
                try await stage.holderIsGone(session)

                let row = try await stage.record(of: session.id)
                #expect(row.state == "interrupted")
                #expect(row.rawSeconds > 0)
                #expect(row.rawSeconds <= known.rawSeconds)
                #expect(row.lengthSeconds == row.rawSeconds)
                #expect(row.billedSeconds == (row.rawSeconds + 59) / 60 * 60)
                #expect(try await stage.ledgerIsWhole())

                let next = try await stage.session()
                #expect(try await stage.run("run", "--", "echo", "again").output == "again\n")
                #expect(try await stage.run("end", "--summary", "went on").status == 0)
                #expect(try await next.agent.ended() == 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("at the agreed upper limit it ends the session, and both ends read why")
        func cap() async throws {
            try await Stage.with { stage in
                // A second of work costs more than that already.
                try await stage.addContract(ExampleContract.text + "cap: { perSession: \"0.01\", onReach: stop }\n")
                let session = try await stage.session()
                #expect(try await session.agent.ended(within: .seconds(20)) == 0)
                #expect(session.agent.output.contains("The session has ended: the agreed upper limit is reached."))
                try await stage.holderIsGone(session)
                let row = try await stage.record(of: session.id)
                #expect(row.state == "ended")
                #expect(row.reason == "the agreed upper limit is reached")
                #expect(row.rawSeconds == 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }
    }
}
