import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Runs one argument vector on the client's machine for a distant operator.
///
/// The program gets the exact arguments, a clean environment (``CommandEnvironment``), a session of its own without a
/// terminal, three pipes and no other descriptor, default signal handlers and an empty signal mask. Its output comes
/// piece by piece to a closure, which by taking its time slows the program down; its end is an exact status
/// (``CommandResult``).
///
/// **The end.** When the program ends, its outputs are read on for as long as somebody holds them, at most
/// ``CommandLimits/drain``; then whatever is left of its session is killed. A timeout, the cancellation of the task,
/// an error of the output closure or of the input end the command: TERM to its process group, and after
/// ``CommandLimits/grace`` KILL to its session. Cancellation is how a session's end reaches its commands.
/// What detached itself with `setsid` is not part of the session and goes on until ``Offspring`` ends it with the support session.
///
/// **Why not swift-subprocess.** Its version 1.0 cancels pending reads at the moment the program ends, although others
/// may still write, and reaps within the same call, so that there is no moment between end and reaping in which the
/// session can be killed without risk of hitting a stranger who got its number. So: `posix_spawn` (`Spawn`), a thread
/// that waits without reaping (`ChildProcess`), and SwiftNIO's pipe channels (`CommandPipes`) for bytes and
/// backpressure.
///
/// **What it cannot do.** Where the agent itself is killed with SIGKILL its ``CommandGuard`` ends its commands; without one
/// they only find their pipes closed. A command that gained other privileges (`sudo`) may not be killable; it is then given up after
/// ``CommandLimits/patience`` and reported.
public struct CommandRunner: Sendable {
    /// What commands find around them.
    public let environment: CommandEnvironment
    /// How long the steps of an end may take.
    public let limits: CommandLimits
    let commandGuard: CommandGuard?
    let offspring: Offspring?
    let eventLoopGroup: any EventLoopGroup

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - environment: What commands find around them.
    ///   - limits: How long the steps of an end may take.
    ///   - commandGuard: Ends commands where this process is killed.
    ///   - offspring: Ends what detached itself, with the session.
    ///   - eventLoopGroup: A group of NIOPosix, which carries the pipes.
    public init(
        environment: CommandEnvironment = .clean(),
        limits: CommandLimits = CommandLimits(),
        commandGuard: CommandGuard? = nil,
        offspring: Offspring? = nil,
        eventLoopGroup: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
    ) {
        self.environment = environment
        self.limits = limits
        self.commandGuard = commandGuard
        self.offspring = offspring
        self.eventLoopGroup = eventLoopGroup
    }

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - request: What to run.
    ///   - input: Standard input and signals. Must return from `next` when its task is cancelled.
    ///   - signals: Signals that must not wait behind data.
    ///   - output: Receives what the command writes, one call at a time, in order; the pipe waits while it runs.
    /// - Returns: How the command ended. No process of its session, descriptor or thread is left then.
    /// - Throws: `CancellationError`, or what `input` or `output` threw; the command has been ended then.
    public func run<Input: AsyncSequence & Sendable>(
        _ request: CommandRequest,
        input: Input,
        signals: CommandSignals? = nil,
        output: @escaping @Sendable (CommandOutput) async throws -> Void
    ) async throws -> CommandResult where Input.Element == CommandInput {
        try Task.checkCancellation()
        let name = request.arguments[0]
        switch ProgramLookup.find(name, in: environment) {
        case .notFound(let reason): return .notFound("cannot run \"\(name)\": \(reason)")
        case .notExecutable(let reason): return .notExecutable("cannot run \"\(name)\": \(reason)")
        case .found(let path):
            let command: RunningCommand
            do {
                command = try await start(path, request.arguments)
            } catch let failure as SystemFailure {
                return Self.result(of: failure, name: name)
            }
            defer { commandGuard?.release(command.child.processID) }
            signals?.connect { command.child.signal($0) }
            defer { signals?.close() }
            return try await command.supervise(timeout: request.timeout, input: input, output: output)
        }
    }

    private func start(_ path: String, _ arguments: [String]) async throws -> RunningCommand {
        // A command that closes its standard input early must not end the agent.
        _ = signal(SIGPIPE, SIG_IGN)
        let ends = try PipeEnds.make()
        let pipes: CommandPipes
        do {
            pipes = try await CommandPipes.open(
                standardInput: ends.input.writeEnd,
                standardOutput: ends.output.readEnd,
                standardError: ends.error.readEnd,
                on: eventLoopGroup.next()
            )
        } catch {
            ends.closeChildEnds()
            throw error
        }
        defer { ends.closeChildEnds() }
        let spawn = Spawn(
            path: path,
            arguments: arguments,
            environment: markedEnvironment,
            streams: .descriptors(
                input: ends.input.readEnd,
                output: ends.output.writeEnd,
                error: ends.error.writeEnd
            )
        )
        do {
            let child = try await ChildProcess.start(spawn) { [commandGuard] in commandGuard?.watch($0) }
            return RunningCommand(child: child, pipes: pipes, limits: limits)
        } catch {
            await pipes.close()
            throw error
        }
    }

    /// With the mark by which the guard knows what belongs to this agent.
    var markedEnvironment: CommandEnvironment {
        var environment = environment
        if let commandGuard { environment.variables[CommandGuard.variable] = commandGuard.mark }
        return environment
    }

    static func result(of failure: SystemFailure, name: String) -> CommandResult {
        let reason = SystemReason.sentence(failure.code)
        switch failure.code {
        case EAGAIN, ENOMEM, EMFILE, ENFILE:
            return .failed("the client's machine cannot start \"\(name)\": \(reason)")
        case ENOENT:
            // The file was there a moment ago: what is missing is what its first line or its header names.
            return .notExecutable("cannot run \"\(name)\": its interpreter is missing")
        default:
            return .notExecutable("cannot run \"\(name)\": \(reason)")
        }
    }
}

/// How long the steps of a command's end may take.
public struct CommandLimits: Sendable, Equatable {
    /// From TERM to KILL.
    public var grace: Duration
    /// How long outputs are read on after the program's end where other processes hold them.
    public var drain: Duration
    /// How long a killed program may take to disappear before it is left alone (a process with other privileges, or
    /// one that waits for a broken disk, cannot be killed).
    public var patience: Duration

    /// Makes limits; the defaults are those of every session.
    public init(
        grace: Duration = .seconds(1),
        drain: Duration = .milliseconds(500),
        patience: Duration = .seconds(5)
    ) {
        self.grace = grace
        self.drain = drain
        self.patience = patience
    }
}

/// The six ends of a command's pipes.
struct PipeEnds {
    var input: Pipe
    var output: Pipe
    var error: Pipe

    static func make() throws(SystemFailure) -> PipeEnds {
        var made: [Pipe] = []
        do throws(SystemFailure) {
            for _ in 0..<3 { made.append(try Pipe.make()) }
        } catch {
            for pipe in made { pipe.close() }
            throw error
        }
        return PipeEnds(input: made[0], output: made[1], error: made[2])
    }

    func closeChildEnds() {
        for descriptor in [input.readEnd, output.writeEnd, error.writeEnd] { _ = systemClose(descriptor) }
    }
}
