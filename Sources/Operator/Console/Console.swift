import Glibc
import NIOCore
import RelayAPI
import Synchronization
import TerminalText

/// The verbs of a session in one window, with a prompt and a line that shows how the session stands.
///
/// On a terminal, lines are edited, completed and remembered; otherwise standard input is a script. The session ends with `end`, with
/// Ctrl-D or at the end of the script.
struct Console: Sendable {
    let client: HolderClient
    let lines: any LineSource
    let isInteractive: Bool
    let output: OutputDescriptor
    let errorOutput: OutputDescriptor
    let signals: SignalRouter
    let forwards = ConsoleForwards()

    /// Reads and obeys lines until the session is ended.
    func run() async throws {
        await say(
            "the session runs: \(client.session.agent), contract \(client.session.contract) (help shows what there is)"
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await forwards.serve() }
            defer { group.cancelAll() }
            try await obey()
        }
    }

    private func obey() async throws {
        while true {
            switch try await line() {
            case .line(let line):
                if try await perform(ConsoleCommand(line)) { return }
            case .interrupted:
                guard isInteractive else { throw OperatorError(.interrupted, "interrupted") }
                try await output.writeOwn("\n")
            case .end:
                if isInteractive { try await output.writeOwn("\n") }
                if try await end(summary: nil) { return }
            }
        }
    }

    /// Waits for a line, and shows meanwhile how the session stands.
    private func line() async throws -> LineEvent {
        guard isInteractive else { return try await lines.next(LinePrompt(text: "")) }
        let completer = ConsoleCompleter(client: client, forwards: { forwards.list.map(\.number) })
        let prompt = LinePrompt(
            text: "> ",
            status: StatusLine(try await client.status()),
            completer: { await completer.candidates(for: $0) }
        )
        return try await withThrowingTaskGroup(of: LineEvent?.self) { group in
            group.addTask { try await lines.next(prompt) }
            group.addTask {
                while (try? await Task.sleep(for: Self.interval)) != nil {
                    // A holder that is gone shows elsewhere.
                    guard let status = try? await client.status() else { break }
                    lines.show(StatusLine(status))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let event = try await group.next() {
                if let event { return event }
            }
            throw CancellationError()
        }
    }

    /// How often the status line is drawn anew.
    private static let interval: Duration = .seconds(1)

    /// - Returns: whether the session is over.
    private func perform(_ command: ConsoleCommand) async throws -> Bool {
        do {
            switch command {
            case .nothing: break
            case .help: try await output.writeOwn(ConsoleCommand.helpText)
            case .wrong(let sentence): await say(sentence)
            case .status: try await output.writeOwn(SessionPage.status(try await client.status()))
            case .note(let text): _ = try await client.note(text)
            case .category(let id):
                let record = try await client.category(id)
                await say("the whole session is \(record.category) now")
            case .pause:
                let record = try await client.pause()
                await say("the clock stands at \(DurationText.clock(record.rawSeconds))")
            case .resume:
                let record = try await client.resume()
                await say(SessionPage.resumed(record))
            case .forward(let route): try await forward(try ForwardRoute(route))
            case .forwards: try await output.writeOwn(forwards.table)
            case .unforward(let number):
                let ended = try await forwards.end(number)
                await say("forward \(number) to \(ended.route.target) has ended")
            case .end(let summary): return try await end(summary: summary)
            case .run, .shell, .logs, .diagnose, .get, .put: await performThere(command)
            }
        } catch let error as OperatorError where error.kind != .sessionOver {
            await say(error.description)
        }
        return false
    }

    /// What works on the client's machine, and has the signals meanwhile.
    private func performThere(_ command: ConsoleCommand) async {
        let outcome = await signals.whileTaken { signals in
            switch command {
            case .run(let arguments):
                return await RemoteRun(
                    arguments: arguments,
                    input: nil,
                    output: output,
                    errorOutput: errorOutput,
                    signals: signals
                )
                .perform(on: client)
            case .shell: return await RemoteShell(errorOutput: errorOutput, signals: signals).perform(on: client)
            case .logs(let paths, let lines, let follow, let since):
                return await RemoteLogs(
                    paths: paths,
                    lines: lines,
                    follow: follow,
                    since: since,
                    output: output,
                    errorOutput: errorOutput,
                    signals: signals
                )
                .perform(on: client)
            case .diagnose(let folder):
                return await RemoteDiagnose(folder: folder, output: output, errorOutput: errorOutput, signals: signals)
                    .perform(on: client)
            case .get(let path, let target, let isReplacing):
                return await RemoteGet(
                    path: path,
                    target: target,
                    isReplacing: isReplacing,
                    errorOutput: errorOutput,
                    signals: signals
                )
                .perform(on: client)
            case .put(let file, let path, let isReplacing):
                return await RemotePut(
                    file: file,
                    path: path,
                    isReplacing: isReplacing,
                    errorOutput: errorOutput,
                    signals: signals
                )
                .perform(on: client)
            default: return .init(status: 0)
            }
        }
        if let message = outcome.message { await say(message) }
        if case .run = command, outcome.status != 0, outcome.message == nil {
            await say("exit status \(outcome.status)")
        }
    }

    /// Opens a forward, which then goes on beside the prompt; Ctrl-C gives up before that.
    private func forward(_ route: ForwardRoute) async throws {
        let opening = forwards.begin(
            route,
            on: client,
            errorOutput: errorOutput,
            say: { sentence in await lines.aside { await say(sentence) } }
        )
        let port = await signals.whileTaken { signals in await opening.port(unless: signals) }
        guard let port else { return }
        await say(
            "127.0.0.1:\(port) leads to \(route.target) from \(client.session.agent) (unforward \(opening.number) ends it)"
        )
    }

    /// - Returns: whether the session is over; Ctrl-C at the question goes back to the prompt.
    private func end(summary: String?) async throws -> Bool {
        var summary = summary
        if summary == nil, isInteractive {
            switch try await lines.next(LinePrompt(text: "What was done? ")) {
            case .line(let line): summary = line
            case .interrupted:
                try await output.writeOwn("\n")
                return false
            case .end: try await output.writeOwn("\n")
            }
        }
        await say("the session ends now; the client has half a minute to sign the receipt")
        let ended = try await client.end(summary: summary.flatMap { $0.isEmpty ? nil : $0 })
        try await output.writeOwn(SessionPage.ended(ended))
        return true
    }

    private func say(_ sentence: String) async {
        try? await errorOutput.writeOwn("lotse: \(TerminalText.name(sentence, limit: 1000))\n")
    }
}
