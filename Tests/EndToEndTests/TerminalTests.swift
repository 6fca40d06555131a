import Foundation
import Testing

extension EndToEnd {
    @Suite("On terminals", .enabled(if: Screen.isPossible, "there is no tmux"))
    struct TerminalTests {
        @Test("a session in which both sit at a terminal")
        func session() async throws {
            try await Self.withClient { stage, client, invitation in
                try await Self.typeCode(client, invitation)
                try await Screen.with(stage, Programs.lotse, "connect") { console in
                    try await client.shows("Do you agree? [y/N]")
                    try await Self.showsTerms(client)
                    try await client.type("y")
                    try await console.shows("the session runs")
                    try await Self.work(console, client)
                    try await client.press("C-c")
                    try await Self.signs(client)
                    #expect(try await client.ended() == 0)
                    let rows = try await client.rows
                    #expect(rows.contains { $0.wholeMatch(of: /\d\d:\d\d:\d\d  You ended the session\./) != nil })
                    #expect(rows.contains { $0.wholeMatch(of: /\ \ connected 00:0\d:\d\d/) != nil })
                    #expect(rows.contains { $0.wholeMatch(of: /\ \ billed 00:0\d:\d\d, \d\.\d\d EUR net/) != nil })
                    #expect(rows.contains("  time and cost were computed again on this computer and are right"))
                    // The status line is gone.
                    #expect(!rows.contains { $0.contains("r take back") })
                    // The console waits for a line meanwhile.
                    #expect(try await console.ended() == 1)
                    try await console.shows(": signed by both")
                    try await console.shows("lotse: the client ended the session (")
                }
            }
        }

        @Test("a sentence that is longer than a row is not broken inside of a word")
        func longSentence() async throws {
            try await Self.withClient { _, client, invitation in
                try await Self.typeCode(client, invitation)
                let rows = try await client.rows
                let isBroken = zip(rows, rows.dropFirst()).contains { row, next in
                    row.count == 80 && row.last?.isLetter == true && next.first?.isLetter == true
                }
                #expect(!isBroken)
            }
        }

        @Test("the client takes back and pauses with single keys, and the console says so")
        func keys() async throws {
            try await Self.withClient { stage, client, invitation in
                try await client.type(invitation.code)
                try await Screen.with(stage, Programs.lotse, "connect") { console in
                    try await client.shows("Do you agree?")
                    try await client.type("y")
                    try await console.shows("minute 0:00:0")
                    try await client.shows("p pause  r take back  q end")
                    try await client.press("p")
                    try await console.shows("the client paused the session; nothing is billed")
                    try await client.shows("a clock that stands still") {
                        $0.last?.wholeMatch(of: /00:0\d:\d\d  PAUSED  jana  p pause  r take back  q end\s*/) != nil
                    }
                    try await console.type("run df")
                    try await console.shows("the client paused the session (only they can let it go on)")
                    try await client.press("p")
                    try await console.shows("the client let the session go on")
                    try await client.press("r")
                    try await client.shows("Take back:  [1] commands  [2] log files  (any other key: nothing)")
                    try await client.press("1")
                    try await console.shows("still allowed: logs")
                    try await console.type("status")
                    try await console.shows("allowed   logs (the client is asked before each step)")
                    // An arrow key is several bytes, of which the last one is a letter.
                    try await client.press("Up")
                    try await client.press("q")
                    try await Self.isAsked(client)
                    try await client.press("n")
                    #expect(try await console.ended() == 1)
                    try await console.shows("the client did not sign it")
                }
                #expect(try await client.ended() == 0)
                try await client.shows("You did not sign.")
                try await client.shows("Taken back: commands. What ran of it is stopped.")
            }
        }

        @Test("one key makes a new code after a wrong one, and the session goes on from there")
        func newCode() async throws {
            try await Self.withClient { stage, client, invitation in
                // Somebody knows the room and guesses the rest.
                let guess = GuessedCode.with(room: invitation.room, otherThan: invitation.code)
                try await Screen.with(stage, Programs.lotse, "connect") { console in
                    try await console.shows("waiting for the client to type the code")
                    try await client.type(guess)
                    try await client.shows("wrong code, or someone guessed")
                    try await console.shows("wrong code, or someone guessed")
                    try await console.shows("n makes a new code, any other key leaves.")
                    try await console.press("n")
                    try await console.shows("Tell the client:")
                    let again = try await console.code()
                    #expect(again != invitation.code.filter(\.isNumber))
                    #expect(try await client.ended() == 1)
                    try await console.press("C-c")
                    #expect(try await console.ended() == 130)
                }
            }
        }

        @Test("q ends the session too, and Ctrl-D ends it at the console with a summary")
        func otherEnds() async throws {
            try await Self.withClient { stage, client, invitation in
                try await client.type(invitation.code)
                try await Screen.with(stage, Programs.lotse, "connect") { console in
                    try await client.shows("Do you agree?")
                    try await client.type("y")
                    try await console.shows("minute 0:00:0")
                    try await console.press("C-c")
                    try await console.shows("a second prompt, and one status line") { rows in
                        rows.count { $0 == ">" } == 2 && rows.count { $0.hasPrefix("minute 0:00:") } == 1
                    }
                    try await console.press("C-d")
                    try await console.shows("What was done?")
                    try await console.type("cleared the disk")
                    try await console.shows("the client has half a minute to sign the receipt")
                    try await Self.isAsked(client)
                    try await client.press("d")
                    try await client.shows("What is not right?")
                    try await client.type("the disk is still full")
                    #expect(try await console.ended() == 0)
                    try await console.shows("cleared the disk")
                    try await console.shows("the client signed it with an objection: the disk is still full")
                }
                #expect(try await client.ended() == 0)
                try await client.shows("Done: cleared the disk")
            }
            try await Self.withClient { stage, client, invitation in
                try await client.type(invitation.code)
                let connect = try stage.lotse("connect", "--background")
                try await client.shows("Do you agree?")
                try await client.type("y")
                #expect(try await connect.ended() == 0)
                try await client.press("q")
                try await Self.signs(client)
                #expect(try await client.ended() == 0)
                try await client.shows("You ended the session.")
            }
        }

        private static func isAsked(_ client: Screen) async throws {
            try await client.shows("the question about the receipt") {
                $0.last?.hasPrefix("Sign this receipt? y yes  n no  d sign with an objection (30 s)") == true
            }
            // A key that comes sooner than a person can have read the question is not its answer.
            let asked = ContinuousClock.now
            try await eventually("the question can have been read") {
                ContinuousClock.now - asked > .milliseconds(600) ? true : nil
            }
        }

        private static func signs(_ client: Screen) async throws {
            try await isAsked(client)
            try await client.press("y")
            try await client.shows("You signed the receipt.")
        }

        private static func withClient(
            _ body: (_ stage: Stage, _ client: Screen, _ invitation: Invitation) async throws -> Void
        ) async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let options = ["--relay", stage.address, "--ca", stage.relayFolder + "/tls/ca.pem"]
                try await Screen.with(stage, Programs.agent, options[0], options[1], options[2], options[3]) { client in
                    try await client.shows("Code:")
                    try await body(stage, client, invitation)
                }
            }
        }

        /// Types the code with a typing error, then as it is.
        private static func typeCode(_ client: Screen, _ invitation: Invitation) async throws {
            let wrong = invitation.code.last == "0" ? "1" : "0"
            try await client.type(invitation.code.dropLast() + wrong)
            try await client.shows("there is a typing error in this code")
            try await client.type(invitation.code)
            try await client.shows("Waiting for your supporter, at most 10 minutes.")
        }

        private static func showsTerms(_ client: Screen) async throws {
            let rows = try await client.rows
            for row in [
                "jana wants to help you on this computer.",
                "  You have not worked with jana on this computer before.",
                "  Contract    minute, version 1: Support by the minute", "              Mia Klein Grafik",
                "  What for    the shop is slow (support)",
                "  Price now   90.00 EUR per hour, plus 19 % VAT",
                "  May         run commands on this computer",
                "              you are asked before each step",
            ] { #expect(rows.contains(row), "\(rows.joined(separator: "\n"))") }
        }

        /// Commands, help, a note, and lines of the history.
        private static func work(_ console: Screen, _ client: Screen) async throws {
            try await console.shows("a prompt below the status line") { rows in
                rows.last == ">"
                    && rows.dropLast().last?.contains(/^minute 0:00:\d\d   \d\.\d\d EUR so far   \d+ ms away$/) == true
            }
            try await console.type("run df -h")
            try await client.shows("[1] wants to run: df -h")
            try await client.shows("the question at the bottom") {
                $0.last?.hasPrefix("Allow [1]?  y yes  n no  a yes to all commands") == true
            }
            try await console.shows("waiting for the client to allow this")
            try await client.press("a")
            try await console.shows("Mounted on")
            try await client.shows("a command and its end") { rows in
                rows.contains { $0.wholeMatch(of: /\d\d:\d\d:\d\d  \[1\] runs: df -h/) != nil }
                    && rows.contains { $0.wholeMatch(of: /\d\d:\d\d:\d\d  \[1\] ended with status 0 after .*/) != nil }
            }
            try await client.shows("the status line") {
                $0.last?.wholeMatch(of: /00:0\d:\d\d  jana  p pause  r take back  q end\s*/) != nil
            }
            try await console.type("help")
            try await console.shows("There are no variables, pipes or patterns; run sh -c '…' has them.")
            try await console.type("note looked at it")
            try await client.shows("note: looked at it")
            try await console.shows("an empty prompt") { $0.last == ">" }
            for (key, line) in [("Up", "note looked at it"), ("Up", "help"), ("Up", "run df -h")] {
                try await console.press(key)
                try await console.shows("a line of the history") { $0.last == "> \(line)" }
            }
            try await console.press("Enter")
            try await client.shows("[2] ended with status 0")
            try await console.type("run sh -c 'exit 3'")
            try await console.shows("lotse: exit status 3")
        }
    }
}
