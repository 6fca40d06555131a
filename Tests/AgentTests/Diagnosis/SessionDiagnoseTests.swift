import Contracts
import NIOCore
import Receipts
import SupportChannel
import Testing

@testable import Agent

// Among the tests of commands, which count what this process has started.
extension CommandTests {
    @Suite("A diagnosis in a session")
    struct SessionDiagnoseTests {
        private struct Answer: Sendable {
            var output: [Int: String] = [:]
            var notices: [CheckNotice] = []
            var result: DiagnoseResult?

            func notice(_ index: Int) -> CheckNotice? { notices.first { $0.index == index } }
        }

        private static func diagnose(_ end: OperatorEnd, _ commands: [[String]]) async throws -> Answer {
            let checks = commands.enumerated().map { CheckCommand(id: "c\($0)", arguments: $1) }
            return try await end.perform("diagnose", DiagnoseParameters(checks: checks)) { replies, _ in
                var answer = Answer()
                while let frame = try await replies.next() {
                    switch frame.kind {
                    case .source:
                        var payload = frame.payload
                        let source = Int(payload.readInteger(as: UInt16.self) ?? 0)
                        answer.output[source, default: ""] += String(buffer: payload)
                    case .notice: answer.notices.append(try frame.decoded(as: CheckNotice.self))
                    case .result:
                        answer.result = try frame.decoded(as: DiagnoseResult.self)
                        return answer
                    default: break
                    }
                }
                return answer
            }
        }

        @Test("each check comes with its output and how it ended; what is not there is no failure")
        func answers() async throws {
            let run = try AgentRun()
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract()))
                let answer = try await Self.diagnose(
                    end,
                    [
                        ["sh", "-c", "echo out; echo err >&2; exit 3"], ["lotse-no-such-program"],
                        ["locale", "charmap"],
                        ["cat"],
                    ]
                )
                #expect(answer.output[0] == "out\n")
                #expect(answer.output[1] == "err\n")
                #expect(answer.notice(0)?.outcome == .ended)
                #expect(answer.notice(0)?.status == 3)
                #expect(answer.notice(1)?.outcome == .absent)
                // English, whatever language the machine speaks; and nobody waits for input.
                #expect(answer.output[4]?.contains("ANSI_X3.4-1968") == true)
                #expect(answer.notice(3)?.status == 0)
                #expect(answer.result == DiagnoseResult(isWhole: true))
                try await end.end()
            }
            #expect(run.screen.text.contains("[1] A check of this computer. Exactly these commands:\n"))
            #expect(run.screen.text.contains("  lotse-no-such-program\n"))
            #expect(run.screen.text.contains(": 3 ran, 1 not on this computer\n"))
        }

        @Test("the client sees every command in full and answers once; a no runs none of them")
        func asked() async throws {
            let (time, folder) = (ManualTime(), TemporaryFolder())
            let run = try AgentRun(terminal: true, approval: .each, time: time)
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract(), at: time.epochSeconds))
                let commands = [["touch", folder.path + "/one"], ["echo", "a b"]]
                for (number, key) in [(1, "n"), (2, "y")] {
                    let diagnosis = Task { try await Self.diagnose(end, commands) }
                    await run.screen.wait(for: "Allow [\(number)]?")
                    #expect(run.screen.text.contains("  touch \(folder.path)/one\n  echo 'a b'\n"))
                    #expect(throws: (any Error).self) { try folder.read("one") }
                    time.advance(by: .seconds(1))
                    run.input.append(key)
                    if key == "n" {
                        await #expect(throws: Refusal(status: 403, message: "the client said no to this")) {
                            try await diagnosis.value
                        }
                    } else {
                        #expect(try await diagnosis.value.output[2] == "a b\n")
                    }
                }
                #expect(try folder.read("one") == "")
                try await end.end()
            }
        }

        @Test("where the contract lists commands, only those and its own checks run")
        func restricted() async throws {
            let run = try AgentRun()
            let access = Contract.Access(
                commands: .patterns([["echo", "*"]]),
                diagnose: [.init(id: "own", title: "Own", command: ["printf", "own"])]
            )
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract(access: access)))
                let answer = try await Self.diagnose(
                    end,
                    [["cat", "/etc/passwd"], ["echo", "x"], ["printf", "own"], ["printf", "o"]]
                )
                #expect(answer.notice(0)?.outcome == .notAllowed)
                #expect(answer.notice(3)?.outcome == .notAllowed)
                #expect(answer.output == [2: "x\n", 4: "own"])
                #expect(answer.result?.isWhole == true)
                await #expect(throws: Refusal(status: 403, message: "the contract allows none of these commands")) {
                    try await Self.diagnose(end, [["cat", "/etc/passwd"]])
                }
                try await end.end()
            }
            #expect(run.screen.text.contains("  cat /etc/passwd  ("))
        }

        @Test("a client who does not allow commands runs none; what is no diagnosis is refused")
        func refused() async throws {
            let run = try AgentRun(grants: [.logs])
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract()))
                await #expect(throws: Refusal(status: 403, message: "the client does not allow commands")) {
                    try await Self.diagnose(end, [["echo"]])
                }
                try await end.end()
            }
            let other = try AgentRun()
            _ = try await other.with { end in
                try await end.offer(Samples.terms(try Samples.contract()))
                for commands in [
                    [], [[String]](repeating: ["true"], count: 65), [[]], [["a\u{0}"]],
                    [["echo", String(repeating: "x", count: 1000)]],
                ] {
                    let error = await #expect(throws: Refusal.self) { try await Self.diagnose(end, commands) }
                    #expect(error?.status == 400)
                }
                try await end.end()
            }
        }

        @Test("what is too much is cut off, and secrets are blacked out and counted")
        func bounded() async throws {
            let run = try AgentRun()
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract()))
                let answer = try await Self.diagnose(end, [["yes"], ["echo", "password=hunter2hunter2"]])
                #expect(answer.notice(0)?.outcome == .cut)
                #expect(answer.output[0]?.utf8.count == DiagnoseParameters.longestOutput)
                #expect(answer.output[2]?.contains("hunter2") == false)
                #expect(answer.result?.redactions == ["password": 1])
                try await end.end()
            }
            #expect(run.screen.text.contains("1 ran, 1 stopped or failed\n"))
        }

        @Test("at most four run at a time, and what ended is sent while others run")
        func width() async throws {
            let folder = TemporaryFolder()
            // Each one is there while it runs, and goes on once the test has seen how many are.
            let script =
                "touch \(folder.path)/$0; while ! test -e \(folder.path)/go; do sleep 0.05; done; rm \(folder.path)/$0"
            let commands = (0..<9).map { ["sh", "-c", $0 == 0 ? "echo first" : script, "job\($0)"] }
            let run = try AgentRun()
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract()))
                let checks = commands.enumerated().map { CheckCommand(id: "c\($0)", arguments: $1) }
                try await end.perform("diagnose", DiagnoseParameters(checks: checks)) { replies, _ in
                    var ended = 0
                    while let frame = try await replies.next() {
                        guard frame.kind == .notice else {
                            if frame.kind == .result { break }
                            continue
                        }
                        ended += 1
                        guard ended == 1 else { continue }
                        let jobs = { (1...8).filter { (try? folder.read("job\($0)")) != nil } }
                        while jobs().count < 4 { await Task.yield() }
                        #expect(jobs() == [1, 2, 3, 4])
                        folder.write("", to: "go")
                    }
                    #expect(ended == 9)
                }
                try await end.end()
            }
        }

        @Test("what is taken back stops, and what had ended stays sent")
        func takenBack() async throws {
            let time = ManualTime()
            let run = try AgentRun(terminal: true, typed: [Samples.code], agrees: true, time: time)
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract(), at: time.epochSeconds))
                let checks = [
                    CheckCommand(id: "a", arguments: ["echo", "1"]),
                    CheckCommand(id: "b", arguments: ["sleep", "600"]),
                ]
                let answer = try await end.perform("diagnose", DiagnoseParameters(checks: checks)) { replies, _ in
                    var notices: [CheckNotice] = []
                    while let frame = try await replies.next() {
                        switch frame.kind {
                        case .notice:
                            notices.append(try frame.decoded(as: CheckNotice.self))
                            // The grant, as the key `r` and its number take it.
                            run.input.append("r")
                            run.input.append("1")
                        case .result: return (notices, try frame.decoded(as: DiagnoseResult.self))
                        default: break
                        }
                    }
                    throw ChannelError.eof
                }
                #expect(answer.0.map(\.index) == [0])
                #expect(answer.1.isWhole == false)
                try await end.end()
            }
            #expect(run.screen.text.contains("[1] was stopped after"))
        }
    }
}
