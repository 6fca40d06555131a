import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The operator's side of a shell is over; what is on its terminal is hung up.
struct HungUp: Error {}

extension CommandRunner {
    /// Opens the client's own shell on `terminal`, as a terminal window does, and serves it to its end.
    ///
    /// Cancellation and errors of `input` and `output` hang it up: HUP to the shell, which passes it on to its jobs, and after
    /// ``CommandLimits/grace`` KILL to all of its session. The same happens to what a shell leaves behind when it exits.
    ///
    /// - Parameters:
    ///   - terminal: closed when this returns.
    ///   - name: what the operator's terminal is called, as they say.
    ///   - input: keys. Must return from `next` when its task is cancelled.
    ///   - output: receives what is written to the terminal, one call at a time; programs wait while it runs.
    /// - Throws: `CancellationError`, or what `input` or `output` threw; the shell has been ended then.
    func shell<Input: AsyncSequence & Sendable>(
        on terminal: PseudoTerminal,
        named name: String,
        input: Input,
        output: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws -> CommandResult where Input.Element == CommandInput {
        defer { terminal.close() }
        try Task.checkCancellation()
        let surroundings = ShellSurroundings(markedEnvironment, terminal: name)
        let command: RunningCommand
        do {
            command = try await start(surroundings, on: terminal)
        } catch let failure as SystemFailure {
            return Self.result(of: failure, name: surroundings.path)
        }
        defer { commandGuard?.release(command.child.processID) }
        return try await command.supervise(timeout: nil, input: input) { piece in
            switch piece {
            case .standardOutput(let bytes), .standardError(let bytes): try await output(bytes)
            }
        }
    }

    private func start(_ surroundings: ShellSurroundings, on terminal: PseudoTerminal) async throws -> RunningCommand {
        let pipes = try await CommandPipes.open(terminal: terminal, on: eventLoopGroup.next())
        let spawn = Spawn(
            path: surroundings.path,
            arguments: [surroundings.name],
            environment: surroundings.environment,
            streams: .terminal(terminal.path)
        )
        do {
            let child = try await ChildProcess.start(spawn) { [commandGuard] in commandGuard?.watch($0) }
            terminal.handOver()
            return RunningCommand(child: child, pipes: pipes, limits: limits, endsWith: SIGHUP)
        } catch {
            await pipes.close()
            throw error
        }
    }
}
