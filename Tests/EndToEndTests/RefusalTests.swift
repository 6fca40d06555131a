import Foundation
import Glibc
import Pairing
import Testing

extension EndToEnd {
    @Suite("What is refused")
    struct RefusalTests {
        private static let notValid = "This code is not valid (any more); ask for a new one."

        @Test("a code of a room that nobody opened")
        func unknownRoom() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let real = try Code(typed: invitation.code)
                let room = real.room == "4821" ? "4822" : "4821"
                let agent = try stage.agent(try Code(room: room, secret: real.secret).formatted + "\n", "--yes")
                #expect(try await agent.ended() == 1)
                #expect(agent.errorOutput.contains(Self.notValid))
            }
        }

        @Test("a summary that says nothing; and all three programs know their version")
        func withoutSession() async throws {
            try await Stage.with(isReady: false) { stage in
                for summary in ["", "  "] {
                    let end = try await stage.run("end", "--summary", summary)
                    #expect(end.status == 64)
                    #expect(end.errorOutput.hasPrefix("lotse: the summary says nothing ("))
                    #expect(end.errorOutput.split(separator: "\n").count == 1)
                }
                var versions: Set<String> = []
                for program in [Programs.lotse, Programs.agent, Programs.relay] {
                    let run = try stage.start(program, ["--version"])
                    #expect(try await run.ended() == 0)
                    versions.insert(run.output)
                }
                #expect(versions.count == 1)
                #expect(versions.first?.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
            }
        }

        @Test("what is no month, no day and no id is wrong usage, said before anybody is asked")
        func wrongValues() async throws {
            try await Stage.with(isReady: false) { stage in
                for (command, sentence) in [
                    ("timesheet minute --month 2026-13", "\"2026-13\" is not a month"),
                    ("invoice minute --month 11/2026", "\"11/2026\" is not a month"),
                    ("export datev --month november --output batch.csv", "\"november\" is not a month"),
                    ("invoice paid 2026-0001 --on 1.12.2026", "\"1.12.2026\" is not a date (write 2026-12-01)"),
                    ("invoice paid 2026-0001 --on 2026-02-30", "there is no day 2026-02-30"),
                    ("contract end minute --on soon", "\"soon\" is not a date"),
                    ("contract new ../minute", "\"../minute\" is not an id"),
                ] {
                    let run = try stage.start(Programs.lotse, command.split(separator: " ").map(String.init))
                    #expect(try await run.ended() == 64, "\(run.story)")
                    #expect(run.errorOutput.hasPrefix("lotse: \(sentence)"), "\(run.story)")
                    #expect(run.errorOutput.split(separator: "\n").count == 1)
                    #expect(run.output == "")
                }
            }
        }

        @Test("a typing error costs nothing: the relay is not asked")
        func mistyped() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let before = try await stage.metrics("lotse_joins")
                #expect(before.count == 2)
                let wrong = invitation.code.last == "0" ? "1" : "0"
                let agent = try stage.agent(invitation.code.dropLast() + wrong + "\n", "--yes")
                #expect(try await agent.ended() == 1)
                #expect(agent.errorOutput.contains("there is a typing error in this code"))
                #expect(try await stage.metrics("lotse_joins") == before)
            }
        }

        @Test("a code that was used, during its session and after it")
        func used() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let during = try stage.agent(session.invitation.code + "\n", "--yes")
                #expect(try await during.ended() == 1)
                #expect(during.errorOutput.contains(Self.notValid))
                #expect(try await stage.run("run", "--", "true").status == 0)
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await session.agent.ended() == 0)
                let after = try stage.agent(session.invitation.code + "\n", "--yes", isOpen: true)
                // The relay lets who was wrong once wait for five seconds; the agent says so and goes on by itself.
                try await after.says("Too many attempts")
                #expect(try await after.ended() == 1)
                #expect(after.errorOutput.contains(Self.notValid))
            }
        }

        @Test("a contract that is unknown, and a contract file with five mistakes at once")
        func contracts() async throws {
            try await Stage.with { stage in
                let unknown = try await stage.run("invite", "nosuch", "--for", "help")
                #expect(unknown.status == 1)
                #expect(unknown.errorOutput.hasPrefix("lotse: "))
                #expect(unknown.errorOutput.contains("nosuch"))
                #expect(unknown.errorOutput.contains("lotse contract list"))

                let text = ExampleContract.text
                    .replacingOccurrences(of: "Europe/Berlin", with: "Europe/Berlino")
                    .replacingOccurrences(of: "2026-01-01\nsigned", with: "2026-02-30\nsigned")
                    .replacingOccurrences(of: "country: DE", with: "country: XX")
                    .replacingOccurrences(of: "support: \"90.00\"", with: "support: \"90,00\"")
                    .replacingOccurrences(of: "mode: up", with: "mode: sideways")
                let file = try stage.write("wrong.yaml", text)
                let check = try await stage.run("contract", "check", file)
                let report = try await stage.run("contract", "check", file, "--json")
                #expect(report.status == 1 && report.output.contains(#""usable":false"#), "\(report.story)")
                #expect(check.status == 1)
                #expect(check.output.split(separator: "\n").count == 5, "\(check.story)")
                for line in check.output.split(separator: "\n") {
                    #expect(line.contains("line ") || line.contains(":"))
                }
                let add = try await stage.run("contract", "add", file)
                #expect(add.status == 1)
                #expect(try await stage.run("contract", "list").output.contains("wrong") == false)
            }
        }

        @Test("an enrolment token that was used")
        func token() async throws {
            try await Stage.with { stage in
                let token = try await stage.token(for: "paul")
                let first = try await stage.run("login", stage.address, home: "paul", input: token + "\n")
                #expect(first.status == 0)
                let second = try await stage.run("login", stage.address, home: "thief", input: token + "\n")
                #expect(second.status == 1)
                #expect(second.errorOutput.hasPrefix("lotse: "))
                #expect(second.errorOutput.contains("token"))
                #expect(try await stage.run("contract", "list", home: "thief").status == 1)
            }
        }

        @Test("a relay that is not there")
        func unreachable() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                try await stage.stopRelay()
                let sessions = try await stage.run("sessions")
                #expect(sessions.status == 1)
                #expect(sessions.errorOutput.hasPrefix("lotse: the relay cannot be reached"))
                let agent = try stage.agent(invitation.code + "\n", "--yes")
                #expect(try await agent.ended() == 1)
                #expect(agent.errorOutput.hasPrefix("lotse-agent: the relay cannot be reached"))
            }
        }

        @Test("a relay with another authority than the pinned one")
        func pin() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let before = try await stage.metrics("lotse_joins")
                let pin = String(repeating: "ab", count: 32)
                let agent = try stage.start(
                    Programs.agent,
                    ["--relay", stage.address, "--pin", pin, "--yes"],
                    input: .text(invitation.code + "\n")
                )
                #expect(try await agent.ended() == 1)
                #expect(agent.errorOutput.contains("does not show the authority that --pin names"))
                #expect(try await stage.metrics("lotse_joins") == before)
            }
        }

        @Test("another relay in the place of the one that is known")
        func changedAuthority() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                try await session.agent.ended()
                try await stage.stopRelay()
                try await stage.initialize("other")
                try await stage.serve("other", port: stage.port)

                let sessions = try await stage.run("sessions")
                #expect(sessions.status == 1)
                #expect(sessions.errorOutput.hasPrefix("lotse: "))
                #expect(sessions.errorOutput.contains(stage.address))
                // No option says whom to trust: the agent remembers.
                let agent = try stage.start(
                    Programs.agent,
                    ["--relay", stage.address, "--yes"],
                    input: .text(session.invitation.code + "\n")
                )
                #expect(try await agent.ended() == 1)
                #expect(agent.errorOutput.contains("shows another authority than the one remembered since"))
            }
        }

        @Test("a port that is taken and a folder that is not empty")
        func taken() async throws {
            try await Stage.with { stage in
                try await stage.initialize("other")
                let second = try stage.start(
                    Programs.relay,
                    ["serve", stage.folder + "/other", "--listen", "127.0.0.1:\(stage.port)"]
                )
                #expect(try await second.ended() == 1)
                #expect(second.output.isEmpty)
                #expect(second.errorOutput.contains("127.0.0.1:\(stage.port) is taken by another program"))
                let again = try stage.start(Programs.relay, ["init", stage.folder + "/other", "--host", "127.0.0.1"])
                #expect(try await again.ended() == 1)
                #expect(again.errorOutput.contains("is not empty"))
            }
        }

        @Test("an operator whose access is revoked is cut off within five seconds")
        func revoked() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let (run, sleep) = try await stage.longCommand()
                let revoke = try stage.start(
                    Programs.relay,
                    ["operator", "revoke", "jana", "--dir", stage.relayFolder]
                )
                #expect(try await revoke.ended() == 0)
                #expect(try await run.ended(within: .seconds(5)) == 255)
                #expect(try await session.agent.ended(within: .seconds(5)) == 1)
                try await stage.isGone(sleep)
                let next = try await stage.run("sessions")
                #expect(next.status == 1)
                #expect(next.errorOutput.contains("revoked"), "\(next.story)")

                try await stage.logIn("eva", role: "owner", home: "eva")
                let row = try await stage.record(of: session.id, home: "eva")
                #expect(row.reason == "the operator's access was revoked")
                #expect(row.endedAt != nil)
                #expect(try await stage.ledgerIsWhole())
            }
        }
    }
}
