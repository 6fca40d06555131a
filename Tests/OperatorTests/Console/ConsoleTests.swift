import Glibc
import NIOCore
import RelayAPI
import SupportChannel
import Synchronization
import Testing

@testable import Operator

/// Lines and keys that a test types, and the prompts at which it did.
private final class TypedLines: LineSource {
    private let events: Mutex<[LineEvent]>
    let prompts = Mutex<[LinePrompt]>([])

    init(_ events: [LineEvent]) { self.events = Mutex(events) }

    func next(_ prompt: LinePrompt) async throws -> LineEvent {
        prompts.withLock { $0.append(prompt) }
        if let event = events.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return event }
        // Nobody types any more.
        try await Task.sleep(for: .seconds(3600))
        return .end
    }

    func interrupt() {}
}

@Suite("Console", .timeLimit(.minutes(5)))
struct ConsoleTests {
    private let temporary: TemporaryHome
    private let output: Collected
    private let errorOutput: Collected

    init() throws {
        temporary = try TemporaryHome()
        output = try Collected()
        errorOutput = try Collected()
    }

    private func console(
        _ lines: any LineSource,
        isInteractive: Bool,
        router: SignalRouter = SignalRouter(),
        agent: @escaping AgentBehaviour = Behaviours.cat
    ) async throws -> (end: SessionEnd, told: [String]) {
        let (end, told) = try await HeldSession.run(in: temporary, agent: agent) { held in
            try await HolderClient.with(held.home) { client in
                let console = Console(
                    client: client,
                    lines: lines,
                    isInteractive: isInteractive,
                    output: output.output,
                    errorOutput: errorOutput.output,
                    signals: router
                )
                try await console.run()
            }
            return held.relay.told.withLock { $0 }
        }
        return (end, told)
    }

    /// What a relay is told when an operator ends the session.
    private func ended(_ summary: String) -> [String] { ["end ended: \(summary)", "close 753", "conclude signed"] }

    private func script(_ text: String) throws -> ScriptedLines {
        ScriptedLines(try StandardInput(try pipeHolding(text)))
    }

    @Test("a script drives a whole session; its end ends the session")
    func scripted() async throws {
        let lines = try script("run 3\nnote 'all well'\npause\nresume\ncategory change\nstatus")
        let (end, told) = try await console(lines, isInteractive: false)
        #expect(told == ["note all well", "pause", "resume", "category change"] + ended("-"))
        #expect(end == .byOperator(Samples.record(by: "operator")))
        #expect(output.text.contains("client    box"))
        #expect(output.text.contains("billed    0:15:00, 23.75 EUR net"))
        #expect(errorOutput.text.contains("exit status 3"))
    }

    @Test("a line that means nothing is explained and nothing runs")
    func wrongLines() async throws {
        let lines = try script("rm -rf /\nrun\nrun 'open\nlogs -x\npause now\n\nend\n")
        let ran = Mutex(false)
        let (_, told) = try await console(lines, isInteractive: false) { _ in ran.withLock { $0 = true } }
        #expect(!ran.withLock { $0 })
        #expect(told == ended("-"))
        for sentence in [
            "there is no \"rm\"", "run what?", "never closed", "-f, -n and --since only", "pause stands alone",
        ] {
            #expect(errorOutput.text.contains(sentence))
        }
    }

    @Test("Ctrl-C clears the line, Ctrl-D asks for the summary and ends")
    func keys() async throws {
        let lines = TypedLines([.interrupted, .end, .interrupted, .end, .line("fixed it")])
        let (_, told) = try await console(lines, isInteractive: true)
        #expect(told == ended("fixed it"))
        let prompts = lines.prompts.withLock { $0 }
        #expect(prompts.count == 5)
        #expect(prompts[0].status?.clock.hasPrefix("acme 0:00:0") == true && prompts[0].text == "> ")
        #expect(prompts[4].text == "What was done? " && prompts[4].status == nil)
    }

    @Test("the prompt shows that the clock stands still")
    func pausedPrompt() async throws {
        let lines = TypedLines([.line("pause"), .line("end done")])
        _ = try await console(lines, isInteractive: true)
        #expect(lines.prompts.withLock { $0[1] }.status?.clock.hasSuffix(" paused") == true)
    }

    @Test("Ctrl-C while a command runs goes to the command")
    func interruptedCommand() async throws {
        let long = LongCommand()
        let router = SignalRouter()
        #expect(!router.route(SIGINT))
        let lines = TypedLines([.line("run sleep 1000"), .line("end done")])
        async let result = console(lines, isInteractive: true, router: router, agent: long.perform)
        while !router.route(SIGINT) { await Task.yield() }
        #expect(await long.ending() == "signal 2")
        #expect(try await result.told == ended("done"))
        #expect(!router.route(SIGINT))
    }

    @Test(
        "lines are read as they are meant",
        arguments: [
            ("", .nothing), ("  ", .nothing), ("run df -h", .run(["df", "-h"])),
            ("run sh -c 'a | b'", .run(["sh", "-c", "a | b"])),
            ("logs -f -n 5 /a '/b c'", .logs(paths: ["/a", "/b c"], lines: 5, follow: true)),
            ("logs --since 2h /a", .logs(paths: ["/a"], lines: nil, follow: false, since: .ago(7200))),
            ("logs /a", .logs(paths: ["/a"], lines: nil, follow: false)), ("note it works", .note("it works")),
            ("diagnose", .diagnose(folder: nil)), ("diagnose found", .diagnose(folder: "found")),
            ("diagnose -x", .wrong("diagnose takes one folder at most")), ("end", .end(summary: nil)),
            ("quit all done", .end(summary: "all done")), ("help", .help), ("?", .help),
        ] as [(String, ConsoleCommand)]
    )
    func commands(line: String, command: ConsoleCommand) { #expect(ConsoleCommand(line) == command) }

    @Test("help fits one screen")
    func help() {
        let lines = ConsoleCommand.helpText.split(separator: "\n", omittingEmptySubsequences: false)
        // With the status line and the prompt; the last one here is empty.
        #expect(lines.count - 1 + 2 <= 24)
        #expect(lines.allSatisfy { $0.count <= 80 })
        for verb in ConsoleCommand.verbs {
            #expect(lines.contains { $0.hasPrefix(verb) || $0.contains(", \(verb) ") }, "\(verb)")
            if case .wrong(let sentence) = ConsoleCommand(verb) { #expect(!sentence.contains("there is no")) }
        }
    }
}
