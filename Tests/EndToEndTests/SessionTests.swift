import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("A session")
    struct SessionTests {
        @Test("a command has its input, output, errors and status as if it ran here")
        func run() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let upper = try await stage.run("run", "--", "tr", "a-z", "A-Z", input: "hello\n")
                #expect(upper.output == "HELLO\n")
                #expect(upper.status == 0)
                let apart = try await stage.run("run", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
                #expect(apart.output == "out\n")
                #expect(apart.errorOutput == "err\n")
                #expect(apart.status == 7)
                let missing = try await stage.run("run", "--", "no-such-command")
                #expect(missing.status == 127)
                #expect(missing.errorOutput.contains("no-such-command"))
                let plain = try stage.write("plain", "text")
                let notExecutable = try await stage.run("run", "--", plain)
                #expect(notExecutable.status == 126)
                #expect(notExecutable.errorOutput.contains(plain))
                #expect(try await stage.run("run", "--", "sh", "-c", "kill -9 $$").status == 137)
                let late = try await stage.run("run", "--timeout", "1s", "--", "sleep", "600")
                #expect(late.status == 124)
                let chain = try stage.start(
                    "sh",
                    ["-c", #""$0" run -- true && ! "$0" run -- false && echo chained"#, Programs.lotse]
                )
                try await chain.ended()
                #expect(chain.output == "chained\n")

                let end = try await stage.run("end", "--summary", "looked")
                #expect(end.status == 0)
                #expect(try await session.agent.ended() == 0)
            }
        }

        @Test("a pause stands in the timesheet and is not billed, in all its formats")
        func pause() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                #expect(try await stage.run("note", "looked at the disk").status == 0)
                #expect(try await stage.run("pause").status == 0)
                let refused = try await stage.run("run", "--", "true")
                #expect(refused.status == 255)
                #expect(refused.errorOutput.contains("pause"))
                try await eventually("the relay counts two seconds of pause") {
                    try await stage.record(of: session.id).pausedSeconds >= 2 ? true : nil
                }
                #expect(try await stage.run("resume").status == 0)
                let paused = try await stage.record(of: session.id).pausedSeconds
                #expect(try await stage.run("run", "--", "true").status == 0)

                let end = try await stage.run("end", "--summary", "freed, \"the\" disk")
                #expect(end.status == 0)
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("looked at the disk"))
                #expect(session.agent.output.contains("freed, \"the\" disk"))

                let row = try await stage.record(of: session.id)
                #expect(row.state == "ended")
                #expect(row.endedBy == "operator")
                #expect(row.notes == ["looked at the disk"])
                #expect(row.summary == "freed, \"the\" disk")
                #expect(row.pausedSeconds == paused)
                #expect(row.rawSeconds == row.lengthSeconds - paused)
                // By the minute, rounded up.
                #expect(row.billedSeconds == (row.rawSeconds + 59) / 60 * 60)
                try await Self.timesheetsAgree(stage, row)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        private static func timesheetsAgree(_ stage: Stage, _ row: SessionRow) async throws {
            struct Sheet: Decodable {
                struct Totals: Decodable { var rawSeconds, billedSeconds: Int64 }
                var contract: String
                var sessions: [SessionRow.Sheet]
                var totals: Totals
            }
            let sheet = try await stage.json(Sheet.self, "timesheet", "minute", "--format", "json")
            #expect(sheet.contract == "minute")
            #expect(sheet.sessions == [row.sheet])
            #expect(sheet.totals.rawSeconds == row.rawSeconds)
            #expect(sheet.totals.billedSeconds == row.billedSeconds)

            let csv = try await stage.run("timesheet", "minute", "--format", "csv").output
            let lines = csv.components(separatedBy: "\r\n")
            #expect(lines.count == 3)
            #expect(
                lines[1].hasPrefix(
                    "\(row.session),jana,support,\(row.startedAt),\(row.endedAt ?? ""),\(row.rawSeconds),"
                )
            )
            let cents = row.billedSeconds * 9000 / 3600
            #expect(
                lines[1].contains(
                    ",\(row.pausedSeconds),0,\(row.billedSeconds),\(cents),EUR,\"freed, \"\"the\"\" disk\","
                )
            )

            let table = try await stage.run("timesheet", "minute").output
            let line = table.split(separator: "\n").first { $0.contains(row.session) }
            let words = line?.split(separator: " ").map(String.init) ?? []
            for seconds in [row.rawSeconds, row.pausedSeconds, row.billedSeconds] {
                let rest = seconds % 60
                #expect(words.contains("0:0\(seconds / 60):" + (rest < 10 ? "0" : "") + "\(rest)"))
            }
            #expect(words.contains(cents % 100 == 0 ? "\(cents / 100).00" : "\(cents / 100).\(cents % 100)"))
            #expect(line?.contains("freed, \"the\" disk") == true)
        }

        @Test("a script drives the console, and the session ends with it")
        func script() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let agent = try stage.agent(invitation.code + "\n", "--yes")
                let script = "run echo one 'two  words'\nnonsense\nnote looked\nend all is well\n"
                let console = try await stage.run("connect", input: script)
                #expect(console.status == 0)
                #expect(console.output.contains("one two  words\n"))
                #expect(console.errorOutput.contains("there is no \"nonsense\""))
                #expect(try await agent.ended() == 0)
                let rows = try await stage.json([SessionRow].self, "sessions", "--json")
                #expect(rows.map(\.summary) == ["all is well"])
                #expect(rows.map(\.notes) == [["looked"]])
            }
        }

        @Test("codes and tokens stand in nobody's arguments or environment")
        func secrets() async throws {
            try await Stage.with { stage in
                let token = try await stage.token(for: "paul")
                let login = try stage.lotse("login", stage.address, home: "paul", input: .open)
                login.send(token + "\n")
                try await eventually("paul is logged in", of: login) {
                    #expect(!Processes.visible(of: login.pid).contains(token.prefix(20)))
                    return login.status
                }
                let session = try await stage.session()
                let long = try stage.lotse("run", "--", "sh", "-c", "echo here; read line", input: .open)
                try await long.says("here")
                let relay = try #require(stage.relay)
                let code = session.invitation.code
                let digits = code.filter(\.isNumber)
                for process in [relay.pid, session.agent.pid, session.holder, long.pid] {
                    let visible = Processes.visible(of: process)
                    #expect(visible.contains("lotse"))
                    #expect(!visible.contains(code))
                    #expect(!visible.contains(digits))
                    #expect(!visible.contains(token.prefix(20)))
                }
                for said in [relay.output, relay.errorOutput, session.agent.output, session.agent.errorOutput] {
                    #expect(!said.contains(code))
                    #expect(!said.contains(digits.dropFirst(4)))
                }
                long.endInput()
                try await long.ended()
            }
        }

        @Test("without a terminal and without --yes, the second line of standard input is the answer")
        func answer() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let agent = try stage.agent(invitation.code + "\ny\n", "--approve", "session", isOpen: true)
                let connect = try await stage.run("connect", "--background", "--json")
                #expect(connect.status == 0)
                #expect(try await stage.run("run", "--", "echo", "hello").output == "hello\n")
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await agent.ended() == 0)
            }
        }

        @Test("a client who is asked before each step answers line by line where there is no terminal")
        func approval() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let agent = try stage.agent(invitation.code + "\ny\n", isOpen: true)
                #expect(try await stage.run("connect", "--background").status == 0)
                for (answer, status, output) in [("y", Int32(0), "hello\n"), ("n", 255, "")] {
                    let run = try stage.lotse("run", "--", "echo", "hello")
                    try await agent.says("[\(answer == "y" ? 1 : 2)] wants to run: echo hello")
                    agent.send(answer + "\n")
                    #expect(try await run.ended() == status)
                    #expect(run.output == output)
                }
                // The end of standard input leaves nobody to ask, and the session goes on.
                agent.endInput()
                #expect(try await stage.run("run", "--", "echo", "hello").status == 255)
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await agent.ended() == 0)
            }
        }

        @Test("where the client says no, nothing starts and the operator is told")
        func no() async throws {
            try await Stage.with { stage in
                let invitation = try await stage.invite()
                let agent = try stage.agent(invitation.code + "\nn\n", isOpen: true)
                let connect = try await stage.run("connect", "--background")
                #expect(connect.status == 1)
                #expect(connect.errorOutput.contains("lotse: there is no session: the client said no"))
                #expect(try await agent.ended() == 1)
                #expect(agent.output.contains("nothing was started"))
                let rows = try await stage.json([SessionRow].self, "sessions", "--json")
                #expect(rows.isEmpty)
                try await eventually("no holder is left") {
                    stage.holders(of: invitation.invitation).isEmpty ? true : nil
                }
            }
        }
    }
}
