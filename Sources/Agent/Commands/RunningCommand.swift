import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A started command between its start and its last trace.
struct RunningCommand: Sendable {
    let child: ChildProcess
    let pipes: CommandPipes
    let limits: CommandLimits
    private let ending: CommandEnding

    /// - Parameter signal: what asks the program to end.
    init(child: ChildProcess, pipes: CommandPipes, limits: CommandLimits, endsWith signal: Int32 = SIGTERM) {
        self.child = child
        self.pipes = pipes
        self.limits = limits
        self.ending = CommandEnding(child: child, pipes: pipes, limits: limits, signal: signal)
    }

    private enum Event {
        case inputAtEnd
        case outputAtEnd
        case programEnded
        case timeIsUp
        case drainIsUp
        case endingDone
    }

    func supervise<Input: AsyncSequence & Sendable>(
        timeout: Duration?,
        input: Input,
        output: @escaping @Sendable (CommandOutput) async throws -> Void
    ) async throws -> CommandResult where Input.Element == CommandInput {
        do {
            let timedOut = try await withTaskCancellationHandler {
                try await untilEnd(timeout: timeout, input: input, output: output)
            } onCancel: {
                // At once: `input` or `output` may take their time to notice.
                ending.begin()
            }
            let result = await cleanUp()
            return timedOut && child.hasEnded ? .timedOut : result
        } catch {
            await ending.finish()
            _ = await cleanUp()
            throw error
        }
    }

    /// - Returns: Whether the time was up first.
    private func untilEnd<Input: AsyncSequence & Sendable>(
        timeout: Duration?,
        input: Input,
        output: @escaping @Sendable (CommandOutput) async throws -> Void
    ) async throws -> Bool where Input.Element == CommandInput {
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask {
                for await piece in pipes.output { try await output(piece) }
                return .outputAtEnd
            }
            group.addTask {
                await child.waitUntilEnded()
                return .programEnded
            }
            group.addTask {
                try await forward(input)
                return .inputAtEnd
            }
            if let timeout {
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return .timeIsUp
                }
            }
            defer { group.cancelAll() }
            do {
                return try await follow(&group)
            } catch {
                // The group waits for its tasks, and those wait for the command.
                ending.begin()
                throw error
            }
        }
    }

    private func follow(_ group: inout ThrowingTaskGroup<Event, any Error>) async throws -> Bool {
        var timedOut = false
        var programEnded = false
        var outputAtEnd = false
        while let event = try await group.next() {
            // The group's tasks return early when cancelled: what they then say is not so.
            try Task.checkCancellation()
            switch event {
            case .inputAtEnd: break
            case .outputAtEnd: outputAtEnd = true
            case .programEnded:
                programEnded = true
                pipes.closeInput()
                group.addTask {
                    try await Task.sleep(for: limits.drain)
                    return .drainIsUp
                }
            case .drainIsUp:
                child.endSession()
                pipes.limitOutput()
            case .timeIsUp where !programEnded:
                timedOut = true
                ending.begin()
                group.addTask {
                    await ending.finish()
                    return .endingDone
                }
            case .timeIsUp: break
            case .endingDone where !child.hasEnded: return timedOut
            case .endingDone: break
            }
            if programEnded && outputAtEnd { break }
        }
        return timedOut
    }

    private func forward<Input: AsyncSequence & Sendable>(_ input: Input) async throws
    where Input.Element == CommandInput {
        var isOpen = true
        for try await element in input {
            switch element {
            case .signal(let signal): child.signal(signal)
            case .end:
                isOpen = false
                pipes.closeInput()
            case .data(let bytes) where isOpen:
                do {
                    try await pipes.write(bytes)
                } catch {
                    // The command reads no more, which is its right; signals still have a meaning.
                    isOpen = false
                }
            case .data: break
            }
        }
        pipes.closeInput()
    }

    private func cleanUp() async -> CommandResult {
        await ending.clearSession()
        let result = child.reap() ?? .failed("the command could not be ended (it runs on with other privileges)")
        await pipes.close()
        return result
    }
}

/// The ending of a command that does not end by itself: TERM (a shell: HUP), time to tidy up, KILL. Begins once, whoever asks first.
final class CommandEnding: Sendable {
    private let child: ChildProcess
    private let pipes: CommandPipes
    private let limits: CommandLimits
    private let signal: Int32
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(child: ChildProcess, pipes: CommandPipes, limits: CommandLimits, signal: Int32) {
        self.child = child
        self.pipes = pipes
        self.limits = limits
        self.signal = signal
    }

    /// Begins and does not wait.
    func begin() {
        _ = begun()
    }

    /// Returns when the program has ended, or cannot be ended. Goes on when the caller's task is cancelled.
    func finish() async {
        await begun().value
    }

    /// Kills what is left of the session and returns when it is gone, after ``CommandLimits/patience`` at the latest.
    func clearSession() async {
        guard child.endSession() > 0 else { return }
        // Not a child task either: its pauses must not be cut short.
        await Task {
            let clock = ContinuousClock()
            let end = clock.now + limits.patience
            while child.endSession() > 0, clock.now < end { try? await clock.sleep(for: .milliseconds(1)) }
        }.value
    }

    private func begun() -> Task<Void, Never> {
        task.withLock { task in
            if let task { return task }
            // Not a child task: it must outlive the cancellation that is its cause.
            let begun = Task { await self.end() }
            task = begun
            return begun
        }
    }

    private func end() async {
        child.signal(signal)
        // A stopped process notices TERM only when it goes on.
        child.signal(SIGCONT)
        pipes.closeInput()
        if await hasEnded(within: limits.grace) { return }
        child.endSession()
        _ = await hasEnded(within: limits.patience)
    }

    private func hasEnded(within limit: Duration) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.child.waitUntilEnded() }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return child.hasEnded
    }
}
