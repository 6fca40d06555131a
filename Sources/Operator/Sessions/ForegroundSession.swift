import Glibc
import NIOCore
import RelayAPI

/// `lotse connect` in the foreground: opens the session, holds it and runs the console, in one process.
public struct ForegroundSession: Sendable {
    let relay: Relay
    let start: SessionStart

    /// A session that begins with `start`.
    public init(relay: Relay, start: SessionStart) {
        self.relay = relay
        self.start = start
    }

    private enum Ending: Sendable {
        case over(SessionEnd)
        case consoleLeft
        case windowsLeft
        case signal(Int32)
    }

    /// Runs the session to its end.
    ///
    /// - Parameters:
    ///   - signals: to this program; they stay the caller's.
    ///   - tell: takes sentences for standard error.
    ///   - opened: called with the session once the client consented.
    /// - Returns: the exit status.
    public func run(
        signals: Signals,
        tell: @escaping @Sendable (String) async -> Void,
        opened: @escaping @Sendable (SessionFile) async throws -> Void
    ) async throws -> Int32 {
        guard let session = try await open(signals, tell) else { throw OperatorError(.interrupted, "interrupted") }
        let isInteractive = isatty(STDIN_FILENO) == 1
        let edited = isInteractive ? try EditedLines(historyPath: relay.home.path(of: "history")) : nil
        let lines: any LineSource = try edited ?? ScriptedLines(StandardInput())
        // A line that is being typed stays as it is while something else is said.
        let say: @Sendable (String) async -> Void = { sentence in await lines.aside { await tell(sentence) } }
        let holder = SessionHolder(session, relay: relay, heard: say)
        let router = SignalRouter()
        let windows = Signals(isInteractive ? [SIGWINCH] : [])
        defer { windows.stop() }
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        return try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask { .over(try await holder.serve(in: relay.home) { isReady.yield() }) }
            group.addTask {
                for await _ in ready {
                    try await opened(holder.file)
                    try await console(session, lines, isInteractive, router)
                    return .consoleLeft
                }
                throw CancellationError()
            }
            group.addTask { .signal(await route(signals, router, lines, isInteractive)) }
            group.addTask {
                for await _ in windows.numbers { edited?.resize() }
                return .windowsLeft
            }
            return try await conclude(&group, holder, say)
        }
    }

    /// - Returns: `nil` where a signal came first.
    private func open(
        _ signals: Signals,
        _ tell: @escaping @Sendable (String) async -> Void
    ) async throws -> OpenSession? {
        try await withThrowingTaskGroup(of: OpenSession?.self) { group in
            group.addTask {
                try await start.open(relay, tell: tell)
            }
            group.addTask {
                for await _ in signals.numbers { return nil }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func console(
        _ session: OpenSession,
        _ lines: any LineSource,
        _ isInteractive: Bool,
        _ router: SignalRouter
    ) async throws {
        try await HolderClient.with(relay.home, session: session.id) { client in
            let console = Console(
                client: client,
                lines: lines,
                isInteractive: isInteractive,
                output: .standard,
                errorOutput: .standardError,
                signals: router
            )
            try await console.run()
        }
    }

    /// Ctrl-C belongs to the command, else to the prompt; anything else ends the session.
    ///
    /// - Returns: the signal that ends the session.
    private func route(
        _ signals: Signals,
        _ router: SignalRouter,
        _ lines: any LineSource,
        _ isInteractive: Bool
    ) async -> Int32 {
        for await number in signals.numbers {
            if number == SIGINT, isInteractive {
                if !router.route(number) { lines.interrupt() }
            } else {
                return number
            }
        }
        return SIGTERM
    }

    private func conclude(
        _ group: inout ThrowingTaskGroup<Ending, any Error>,
        _ holder: SessionHolder,
        _ tell: @Sendable (String) async -> Void
    ) async throws -> Int32 {
        defer { group.cancelAll() }
        do {
            while let ending = try await group.next() {
                switch ending {
                case .consoleLeft, .windowsLeft: continue
                case .over(.byOperator): return 0
                case .over(let end):
                    await tell(end.sentence)
                    return 1
                case .signal(let number):
                    await holder.interrupt()
                    await tell("interrupted; the session is ended")
                    return 128 + number
                }
            }
            return 0
        } catch {
            // The console broke; nobody may go on paying for a session that nobody holds. Where it broke because the session is over,
            // that is what there is to say.
            if let end = holder.end {
                if case .byOperator = end { return 0 }
                await tell(end.sentence)
                return 1
            }
            await holder.interrupt()
            throw error
        }
    }
}
