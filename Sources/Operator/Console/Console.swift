import Glibc
import NIOCore
import RelayAPI
import Synchronization
import TerminalText

/// The verbs of a session in one window, with a prompt that shows the contract and the session's clock.
///
/// On a terminal, lines are edited and remembered; otherwise standard input is a script. The session ends with `end`, with Ctrl-D
/// or at the end of the script.
struct Console: Sendable {
    let client: HolderClient
    let lines: any LineSource
    let isInteractive: Bool
    let output: OutputDescriptor
    let errorOutput: OutputDescriptor
    let signals: SignalRouter

    /// Reads and obeys lines until the session is ended.
    func run() async throws {
        await say(
            "the session runs: \(client.session.agent), contract \(client.session.contract) (help shows what there is)"
        )
        while true {
            switch try await lines.next(prompt: try await prompt()) {
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

    private func prompt() async throws -> String {
        guard isInteractive else { return "" }
        let status = try await client.status()
        let mark = status.isPaused ? " paused" : ""
        return "\(TerminalText.name(status.contract, limit: 40)) \(DurationText.clock(status.rawSeconds))\(mark)> "
    }

    /// - Returns: whether the session is over.
    private func perform(_ command: ConsoleCommand) async throws -> Bool {
        do {
            switch command {
            case .nothing: break
            case .help: try await output.writeOwn(ConsoleCommand.helpText)
            case .wrong(let sentence): await say(sentence)
            case .run(let arguments): await run(arguments)
            case .shell: await shell()
            case .logs(let paths, let lines, let follow, let since): await logs(paths, lines, follow, since)
            case .diagnose(let folder): await diagnose(folder)
            case .get(let path, let target, let isReplacing): await get(path, target, isReplacing)
            case .put(let file, let path, let isReplacing): await put(file, path, isReplacing)
            case .forward(let route): try await forward(try ForwardRoute(route))
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
            case .end(let summary): return try await end(summary: summary)
            }
        } catch let error as OperatorError where error.kind != .sessionOver {
            await say(error.description)
        }
        return false
    }

    private func run(_ arguments: [String]) async {
        let outcome = await signals.whileTaken { signals in
            let command = RemoteRun(
                arguments: arguments,
                input: nil,
                output: output,
                errorOutput: errorOutput,
                signals: signals
            )
            return await command.perform(on: client)
        }
        if let message = outcome.message { await say(message) }
        if outcome.status != 0, outcome.message == nil { await say("exit status \(outcome.status)") }
    }

    private func shell() async {
        let outcome = await signals.whileTaken { signals in
            await RemoteShell(errorOutput: errorOutput, signals: signals).perform(on: client)
        }
        if let message = outcome.message { await say(message) }
    }

    private func logs(_ paths: [String], _ lines: Int?, _ follow: Bool, _ since: LogSince?) async {
        let outcome = await signals.whileTaken { signals in
            let command = RemoteLogs(
                paths: paths,
                lines: lines,
                follow: follow,
                since: since,
                output: output,
                errorOutput: errorOutput,
                signals: signals
            )
            return await command.perform(on: client)
        }
        if let message = outcome.message { await say(message) }
    }

    private func diagnose(_ folder: String?) async {
        let outcome = await signals.whileTaken { signals in
            await RemoteDiagnose(folder: folder, output: output, errorOutput: errorOutput, signals: signals)
                .perform(on: client)
        }
        if let message = outcome.message { await say(message) }
    }

    private func get(_ path: String, _ target: String?, _ isReplacing: Bool) async {
        let outcome = await signals.whileTaken { signals in
            let command = RemoteGet(
                path: path,
                target: target,
                isReplacing: isReplacing,
                errorOutput: errorOutput,
                signals: signals
            )
            return await command.perform(on: client)
        }
        if let message = outcome.message { await say(message) }
    }

    private func put(_ file: String, _ path: String, _ isReplacing: Bool) async {
        let outcome = await signals.whileTaken { signals in
            let command = RemotePut(
                file: file,
                path: path,
                isReplacing: isReplacing,
                errorOutput: errorOutput,
                signals: signals
            )
            return await command.perform(on: client)
        }
        if let message = outcome.message { await say(message) }
    }

    private func forward(_ route: ForwardRoute) async throws {
        let outcome = await signals.whileTaken { signals in
            let command = RemoteForward(route: route, output: output, errorOutput: errorOutput, signals: signals)
            return await command.perform(on: client)
        }
        if let message = outcome.message { await say(message) }
    }

    /// - Returns: whether the session is over; Ctrl-C at the question goes back to the prompt.
    private func end(summary: String?) async throws -> Bool {
        var summary = summary
        if summary == nil, isInteractive {
            switch try await lines.next(prompt: "What was done? ") {
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

/// Hands signals to whatever runs in the console: a command, else the prompt.
final class SignalRouter: Sendable {
    private let command = Mutex<AsyncStream<Int32>.Continuation?>(nil)

    /// Whether a command took the signal.
    func route(_ number: Int32) -> Bool {
        command.withLock { command in
            command?.yield(number)
            return command != nil
        }
    }

    /// Lets `body` have the signals that come while it runs.
    func whileTaken<Result: Sendable>(_ body: (AsyncStream<Int32>) async -> Result) async -> Result {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        command.withLock { $0 = continuation }
        let result = await body(stream)
        command.withLock { $0 = nil }
        continuation.finish()
        return result
    }
}
