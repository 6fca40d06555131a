import Contracts
import NIOCore
import Receipts
import SupportChannel
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("A terminal in the operator's hands", .timeLimit(.minutes(5)))
struct SessionShellTests {
    private static func terms() throws -> Terms {
        let access = Contract.Access(grants: [.run, .shell], logs: [])
        return Samples.terms(try Samples.contract(access: access), grants: ["run", "shell"])
    }

    private static let parameters = ShellParameters(size: TerminalSize(columns: 80, rows: 24), terminal: "xterm")

    /// Opens a shell, types, and takes what comes to the end of it.
    private static func shell(
        _ end: OperatorEnd,
        typing text: String,
        _ more: @escaping @Sendable (_ output: String, _ requests: ActionRequests) async throws -> Void = { _, _ in }
    ) async throws -> (result: RunResult, output: String) {
        try await end.perform("shell", parameters) { replies, requests in
            try await requests.send(ActionFrame(.input, ByteBuffer(string: text)))
            var output = ""
            while let frame = try await replies.next() {
                switch frame.kind {
                case .output:
                    output += String(buffer: frame.payload)
                    try await more(output, requests)
                case .result: return (try frame.decoded(as: RunResult.self), output)
                default: break
                }
            }
            throw ChannelError.eof
        }
    }

    @Test("is served to its end, and the client has seen all of it")
    func served() async throws {
        let run = try AgentRun(grants: [.run, .shell])
        let status = try await run.with { end in
            try await end.offer(Self.terms())
            let (result, output) = try await Self.shell(end, typing: "echo he''llo; exit 5\n")
            #expect(result.status == 5)
            #expect(output.contains("hello\r\n"))
            try await end.end()
        }
        #expect(status == 0)
        let text = run.screen.text
        #expect(text.contains("[1] jana types in a terminal on this computer. Press t to take it back."))
        #expect(text.contains("hello\n"))
        #expect(!text.contains("\u{1b}"))
        #expect(text.contains("[1] ended with status 5 after "))
    }

    @Test("without the grant it is refused with one sentence, and nothing is opened")
    func refused() async throws {
        let run = try AgentRun(grants: [.run])
        _ = try await run.with { end in
            try await end.offer(Self.terms())
            await #expect(throws: Refusal(status: 403, message: "the client does not allow a terminal")) {
                _ = try await Self.shell(end, typing: "")
            }
            try await end.end()
        }
        #expect(run.screen.text.contains("refused: a terminal (not allowed: terminal)"))
    }

    @Test("t takes it back in the middle of a command: the command is gone, and no other terminal is opened")
    func takenBack() async throws {
        let run = try AgentRun(terminal: true, grants: [.run, .shell])
        let process = OneShot<pid_t>()
        _ = try await run.with { end in
            try await end.offer(Self.terms())
            let script = "echo pid $$ e''nd; trap '' HUP INT TERM; while :; do sleep 1; done\n"
            let (result, _) = try await Self.shell(end, typing: script) { output, _ in
                guard let line = output.split(whereSeparator: \.isNewline).first(where: { $0.hasSuffix(" end") }),
                    let number = pid_t(line.split(separator: " ").dropLast().last ?? "")
                else { return }
                if process.resolve(number) { run.input.append("t") }
            }
            #expect(result == RunResult(status: 255, message: "the client took the terminal back"))
            let gone = try #require(process.current)
            #expect(kill(gone, 0) != 0)
            await #expect(throws: Refusal(status: 403, message: "the client does not allow shell any more")) {
                _ = try await Self.shell(end, typing: "")
            }
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
        #expect(run.screen.text.contains("Taken back: terminal. What ran of it is stopped."))
        // The window is the client's again.
        #expect(run.screen.text.contains("\u{1b}[r"))
    }

    @Test("one at a time")
    func single() async throws {
        let run = try AgentRun(grants: [.run, .shell])
        _ = try await run.with { end in
            try await end.offer(Self.terms())
            let isThere = OneShot<Void>()
            let (result, _) = try await Self.shell(end, typing: "echo he''re\n") { output, requests in
                // Once: when the first one has gone, another one would open.
                guard output.contains("here\r\n"), isThere.trigger() else { return }
                await #expect(throws: Refusal(status: 409, message: "a terminal is open already")) {
                    _ = try await Self.shell(end, typing: "")
                }
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "exit 0\n")))
            }
            #expect(result.status == 0)
            // And another one after it.
            #expect(try await Self.shell(end, typing: "exit 4\n").result.status == 4)
            try await end.end()
        }
    }

    @Test("garbage for window sizes changes nothing; what no window can have is bent")
    func garbageSizes() async throws {
        let run = try AgentRun(grants: [.run, .shell])
        _ = try await run.with { end in
            try await end.offer(Self.terms())
            let (result, output) = try await end.perform("shell", Self.parameters) { replies, requests in
                for bytes in [[], [1], [0, 0, 0, 0], [1, 2, 3, 4, 5], [0, 80, 0, 0]] as [[UInt8]] {
                    try await requests.send(ActionFrame(.resize, ByteBuffer(bytes: bytes)))
                }
                try await requests.send(ActionFrame(.signal, ByteBuffer(bytes: [1, 2, 3])))
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "stty size; exit 0\n")))
                var output = ""
                while let frame = try await replies.next() {
                    if frame.kind == .output { output += String(buffer: frame.payload) }
                    if frame.kind == .result { return (try frame.decoded(as: RunResult.self), output) }
                }
                throw ChannelError.eof
            }
            #expect(result.status == 0)
            #expect(output.contains("24 80\r\n"))
            let huge = ShellParameters(size: TerminalSize(columns: .max, rows: .min), terminal: "x\u{1b}]0;")
            let (second, _) = try await end.perform("shell", huge) { replies, requests in
                try await requests.send(ActionFrame(.input, ByteBuffer(string: "exit 0\n")))
                return (try await replies.result(as: RunResult.self), "")
            }
            #expect(second.status == 0)
            try await end.end()
        }
    }

    @Test("the output of /dev/urandom reaches the client as text, and the session goes on")
    func urandom() async throws {
        let run = try AgentRun(grants: [.run, .shell])
        _ = try await run.with { end in
            try await end.offer(Self.terms())
            let (result, _) = try await Self.shell(end, typing: "head -c 300000 /dev/urandom; exit 6\n")
            #expect(result.status == 6)
            #expect(try await end.run(["true"]).0.status == 0)
            try await end.end()
        }
        let isText = run.screen.text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || scalar == "\t"
                || !((0..<0x20).contains(scalar.value) || (0x7f...0x9f).contains(scalar.value))
        }
        #expect(isText)
    }

    @Test("while the client pauses nothing is typed")
    func paused() async throws {
        let run = try AgentRun(terminal: true, grants: [.run, .shell])
        _ = try await run.with { end in
            try await end.offer(Self.terms())
            let (isPaused, isResumed) = (OneShot<Void>(), OneShot<Void>())
            // Where keys arrive the terminal echoes them; a window of another size arrives in any case.
            let script = "sh -c 'trap \"echo win\\\"\\\"ch\" WINCH; echo re\"\"ady; while :; do sleep 0.02; done'\n"
            let (result, output) = try await Self.shell(end, typing: script) { output, requests in
                if output.contains("ready\r\n"), isPaused.trigger() {
                    run.input.append("p")
                    await run.screen.wait(for: "Paused at ")
                    try await requests.send(ActionFrame(.input, ByteBuffer(string: "unseen")))
                    try await requests.send(TerminalSize(columns: 70, rows: 20).frame)
                }
                if output.contains("winch\r\n"), isResumed.trigger() {
                    run.input.append("p")
                    await run.screen.wait(for: "It goes on at ")
                    try await requests.send(ActionFrame(.input, ByteBuffer(string: "\u{03}exit 0\n")))
                }
            }
            #expect(!output.contains("unseen"))
            #expect(result.status == 0)
            try await end.end()
        }
    }
}
