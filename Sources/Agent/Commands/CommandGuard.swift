import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Ends the commands of an agent that was killed with SIGKILL and could not do it itself.
///
/// A second process of the same program, in a session of its own, reads from a pipe which commands run. The system closes the pipe when the
/// agent is gone, however it went; whatever has not been struck off the list by then is killed, and so is every process that has the
/// agent's mark in its environment: what detached itself from a command has it too.
///
/// On the pipe: the line `=MARK`, then lines `+PID` and `-PID`.
public final class CommandGuard: Sendable {
    /// The one argument with which the program is started to stand guard.
    public static let argument = "--stand-guard"

    /// The variable in which commands carry the mark.
    static let variable = "LOTSE_SESSION"

    /// Nobody else's processes have it.
    let mark = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    private let pipe: Int32
    /// A line is short enough to be written whole (PIPE_BUF, pipe(7)); the lock keeps a command's two lines in order.
    private let writing = Mutex(())

    /// Starts the guard; `nil` where the system does not let us, and commands then run without one.
    public init?() {
        #if os(Linux)
        _ = signal(SIGPIPE, SIG_IGN)
        guard let list = try? Pipe.make() else { return nil }
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            _ = systemClose(list.readEnd)
            if nothing >= 0 { _ = systemClose(nothing) }
        }
        let spawn = Spawn(
            path: "/proc/self/exe",
            arguments: ["lotse-agent", Self.argument],
            environment: CommandEnvironment(variables: [:], workingDirectory: "/"),
            streams: .descriptors(input: list.readEnd, output: nothing, error: nothing)
        )
        guard nothing >= 0, (try? ManagedChildren.start(spawn, isKeeper: true)) != nil else {
            _ = systemClose(list.writeEnd)
            return nil
        }
        pipe = list.writeEnd
        tell("=\(mark)\n")
        #else
        return nil
        #endif
    }

    deinit { _ = systemClose(pipe) }

    /// Puts a command on the list; `process` leads its session.
    func watch(_ process: pid_t) { tell("+\(process)\n") }

    /// Strikes a command off the list: it has ended, and its number may soon be somebody else's.
    func release(_ process: pid_t) { tell("-\(process)\n") }

    private func tell(_ line: String) {
        let bytes = Array(line.utf8)
        // A guard that is gone guards nothing; commands still run.
        writing.withLock { _ in _ = write(pipe, bytes, bytes.count) }
    }

    /// What the second process does: reads until the agent is gone, then kills what is left.
    public static func standGuard() {
        var list = GuardList()
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            list.read(bytes[..<count])
        }
        #if os(Linux)
        // A process may fork while it is being killed: until none is left, but not for ever. First what has the mark, which is nearly
        // all of it in one pass.
        for _ in 0..<1000 {
            var left = list.mark.map { ProcessTree.kill(marked: "\(variable)=\($0)") } ?? 0
            for leader in list.processes { left += ProcessSession.end(leader: leader) }
            if left == 0 { return }
            usleep(1000)
        }
        #endif
    }
}

/// Which commands run, as the lines on the pipe say.
struct GuardList {
    private(set) var processes: Set<pid_t> = []
    private(set) var mark: String?
    private var line: [UInt8] = []

    mutating func read(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.first == UInt8(ascii: "=") {
                mark = String(decoding: line.dropFirst(), as: UTF8.self)
            } else if let process = pid_t(String(decoding: line.dropFirst(), as: UTF8.self)), process > 1 {
                if line.first == UInt8(ascii: "+") { processes.insert(process) } else { processes.remove(process) }
            }
            line = []
        }
    }
}
