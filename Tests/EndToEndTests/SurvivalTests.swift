import Foundation
import Glibc
import Receipts
import Testing

extension Mishaps {
    @Suite("A session survives")
    struct SurvivalTests {
        /// Says a great many lines, slowly enough to be interrupted, and writes down that it began.
        private static let script =
            #"echo began >>"$0"; i=0; while [ $i -lt 60 ]; do seq $i 60 60000; i=$((i+1)); sleep 0.05; done"#

        private static func expected() -> String {
            (0..<60).map { start in
                stride(from: start, through: 60_000, by: 60).map { "\($0)\n" }.joined()
            }
            .joined()
        }

        @Test(
            "a line that is cut in the midst of a command's output, again and again: no byte lost or doubled, nothing run twice"
        )
        func cut() async throws {
            try await Stage.with { stage in
                try await Line.with(to: stage.port) { line in
                    let session = try await stage.session(at: line.address)
                    let trace = stage.folder + "/files/trace"
                    let run = try stage.lotse("run", "--", "sh", "-c", Self.script, trace)
                    for part in 1...3 {
                        try await eventually("part \(part) is there", of: run) {
                            run.output.utf8.count > part * 40_000 ? true : nil
                        }
                        line.cut()
                        try await eventually("the client reads of it") {
                            session.agent.output.components(separatedBy: "The connection is back").count > part
                                ? true : nil
                        }
                    }
                    #expect(try await run.ended() == 0, "\(run.story)")
                    #expect(run.output == Self.expected())
                    #expect(try String(contentsOfFile: trace, encoding: .utf8) == "began\n")
                    #expect(session.agent.output.contains("The connection is lost. Nothing is billed"))
                    let receipt = try await stage.json(Receipt.self, "end", "--summary", "mended", "--json")
                    #expect(receipt.state == .signed, "\(session.agent.story)")
                    #expect(receipt.breaks.count { $0.kind == .disconnected } <= 3)
                    #expect(try await session.agent.ended() == 0)
                    #expect(try await stage.ledgerIsWhole())
                }
            }
        }

        @Test(
            "a line that says nothing any more: both ends notice, the command goes on, and what it took is not billed"
        )
        func silent() async throws {
            try await Stage.with { stage in
                try await Line.with(to: stage.port) { line in
                    let session = try await stage.session(at: line.address)
                    let marks = stage.folder + "/files/marks"
                    let run = try stage.lotse(
                        "run",
                        "--",
                        "sh",
                        "-c",
                        #"echo one; while [ ! -e "$0.on" ]; do sleep 0.1; done; echo two >>"$0"; echo two; while [ ! -e "$0.off" ]; do sleep 0.1; done; echo three"#,
                        marks
                    )
                    try await eventually("it runs", of: run) { run.output == "one\n" ? true : nil }
                    line.stop()
                    try await eventually("the client reads of it", within: .seconds(20)) {
                        session.agent.output.contains("The connection is lost.") ? true : nil
                    }
                    try Data().write(to: URL(fileURLWithPath: marks + ".on"))
                    try await eventually("the command goes on meanwhile") {
                        (try? String(contentsOfFile: marks, encoding: .utf8)) == "two\n" ? true : nil
                    }
                    #expect(run.output == "one\n")
                    try await eventually("the operator reads of it", within: .seconds(20)) {
                        try await stage.record(of: session.id).state == "disconnected" ? true : nil
                    }
                    let start = ContinuousClock.now
                    line.goOn()
                    try await eventually("it is back", within: .seconds(20)) {
                        run.output == "one\ntwo\n" && session.agent.output.contains("The connection is back after")
                            ? true : nil
                    }
                    let away = ContinuousClock.now - start
                    #expect(away < .seconds(10), "\(away)")
                    try Data().write(to: URL(fileURLWithPath: marks + ".off"))
                    #expect(try await run.ended() == 0)
                    #expect(run.output == "one\ntwo\nthree\n")
                    #expect(run.errorOutput.contains("lotse: the connection to the client is lost; nothing is billed"))
                    #expect(run.errorOutput.contains("lotse: the connection is back after"))
                    let receipt = try await stage.json(Receipt.self, "end", "--summary", "mended", "--json")
                    #expect(receipt.state == .signed, "\(session.agent.story)")
                    #expect(receipt.disconnectedSeconds >= 5)
                    let own = try #require(receipt.agentClock)
                    #expect(abs(own.differenceSeconds) <= 2, "\(receipt)")
                    #expect(try await session.agent.ended() == 0)
                }
            }
        }

        @Test("a relay that is killed and started again finds the session where it was")
        func relay() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                #expect(try await stage.run("pause").status == 0)
                let marks = stage.folder + "/files/marks"
                #expect(try await stage.run("resume").status == 0)
                let run = try stage.lotse(
                    "run",
                    "--",
                    "sh",
                    "-c",
                    #"echo one; while [ ! -e "$0" ]; do sleep 0.1; done; echo two"#,
                    marks
                )
                try await eventually("it runs", of: run) { run.output == "one\n" ? true : nil }
                let port = stage.port
                let relay = try #require(stage.relay)
                relay.signal(SIGKILL)
                try await relay.ended()
                try await eventually("the client reads of it", within: .seconds(20)) {
                    session.agent.output.contains("The connection is lost.") ? true : nil
                }
                try await stage.serve(port: port)
                try await eventually("it is back", within: .seconds(20)) {
                    session.agent.output.contains("The connection is back after") ? true : nil
                }
                try Data().write(to: URL(fileURLWithPath: marks))
                #expect(try await run.ended() == 0, "\(run.story)")
                #expect(run.output == "one\ntwo\n")
                #expect(try await stage.record(of: session.id).state == "running")
                let receipt = try await stage.json(Receipt.self, "end", "--summary", "mended", "--json")
                #expect(receipt.state == .signed, "\(session.agent.story)")
                #expect(receipt.breaks.contains { $0.kind == .disconnected })
                #expect(try await session.agent.ended() == 0, "\(session.agent.story)")
                #expect(try await stage.record(of: session.id).state == "ended")
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("the operator's program that is killed: the next lotse connect takes the session up, and both sign")
        func holder() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                #expect(try await stage.run("run", "--", "echo", "before").output == "before\n")
                kill(session.holder, SIGKILL)
                try await eventually("the client reads of it", within: .seconds(20)) {
                    session.agent.output.contains("The connection is lost.") ? true : nil
                }
                let connect = try await stage.run("connect", "--background", "--json")
                #expect(connect.status == 0, "\(connect.story)")
                #expect(connect.output.contains(session.id))
                #expect(try await stage.run("run", "--", "echo", "after").output == "after\n")
                let receipt = try await stage.json(Receipt.self, "end", "--summary", "mended", "--json")
                #expect(receipt.state == .signed, "\(session.agent.story)")
                #expect(receipt.transcriptDigest != nil)
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("The connection is back after"))
                // There is nothing left to take up.
                let none = try await stage.run("connect", "--background")
                #expect(none.status != 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("a client who ends the session while nobody is there ends it for good")
        func clientEnds() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                kill(session.holder, SIGKILL)
                try await eventually("the client reads of it", within: .seconds(20)) {
                    session.agent.output.contains("The connection is lost.") ? true : nil
                }
                session.agent.signal(SIGINT)
                #expect(try await session.agent.ended(within: .seconds(20)) == 0)
                let row = try await stage.closedRecord(of: session.id)
                #expect(row.endedBy == "client")
                let connect = try await stage.run("connect", "--background")
                #expect(connect.status != 0)
            }
        }
    }
}
