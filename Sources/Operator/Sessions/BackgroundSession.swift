import FoundationEssentials
import Glibc
import NIOCore
import RelayAPI

/// What a detached holder says to the command that started it: one JSON object on one line each.
public enum HolderReport: Codable, Sendable, Equatable {
    /// What is being waited for.
    case waiting(String)
    /// The client consented; commands can connect.
    case ready(SessionFile)
    /// There is no session, and why.
    case failed(String)
    /// The same, where a new code would help.
    case codeOver(String)
}

/// `lotse connect --background`: a holder in a process of its own, which lives on when the terminal closes.
public struct BackgroundSession: Sendable {
    let home: OperatorHome
    let start: SessionStart

    /// The descriptor on which the holder reports.
    public static let reportDescriptor: CInt = 3

    /// A session that begins with `start`.
    public init(home: OperatorHome, start: SessionStart) {
        self.home = home
        self.start = start
    }

    /// Starts the holder and waits until the client has consented. A signal meanwhile ends the holder too.
    ///
    /// - Parameters:
    ///   - arguments: what the program is called with to be the holder.
    ///   - signals: to this program; they stay the caller's.
    ///   - tell: takes sentences for standard error.
    public func start(
        arguments: [String],
        signals: Signals,
        tell: @escaping @Sendable (String) async -> Void
    ) async throws -> SessionFile {
        try home.prepare()
        let log = try OperatorHome.file(OperatorHome.sessions, start.id, "log")
        let child = try DetachedProcess.start(arguments: arguments, log: home.path(of: log))
        let reports = ScriptedLines(try StandardInput(child.reports))
        defer { close(child.reports) }
        return try await withThrowingTaskGroup(of: SessionFile.self) { group in
            group.addTask { try await follow(reports, log: log, tell) }
            group.addTask {
                for await _ in signals.numbers {
                    kill(child.process, SIGTERM)
                    throw OperatorError(.interrupted, "interrupted")
                }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let session = try await group.next() else { throw CancellationError() }
            return session
        }
    }

    private func follow(
        _ reports: ScriptedLines,
        log: String,
        _ tell: @Sendable (String) async -> Void
    ) async throws -> SessionFile {
        while case .line(let line) = try await reports.next(LinePrompt(text: "")) {
            switch try JSONDecoder().decode(HolderReport.self, from: Data(line.utf8)) {
            case .waiting(let sentence): await tell(sentence)
            case .ready(let session): return session
            case .failed(let sentence): throw OperatorError(.refused, sentence)
            case .codeOver(let sentence): throw OperatorError(.codeOver, sentence)
            }
        }
        throw OperatorError(.refused, "the session's holder stopped without a word (\(home.path(of: log)) may say why)")
    }

    /// The holder's side: opens the session, reports, and holds it to its end.
    ///
    /// - Returns: the exit status.
    public static func hold(_ relay: Relay, _ start: SessionStart) async -> Int32 {
        // Whoever started it waits for reports until the client has consented; the pipe is closed then, and nobody else may hold it.
        let reports = OutputDescriptor(reportDescriptor, isTerminal: false)
        let signals = Signals([SIGINT, SIGTERM])
        signal(SIGHUP, SIG_IGN)
        do {
            let session = try await withThrowingTaskGroup(of: OpenSession.self) { group in
                group.addTask {
                    try await start.open(relay) { try? await reports.send(.waiting($0)) }
                }
                group.addTask {
                    for await _ in signals.numbers { break }
                    throw OperatorError(.interrupted, "interrupted")
                }
                defer { group.cancelAll() }
                guard let session = try await group.next() else { throw CancellationError() }
                return session
            }
            let holder = SessionHolder(session, relay: relay)
            let interruption = Task {
                for await _ in signals.numbers { await holder.interrupt() }
            }
            defer { interruption.cancel() }
            _ = try await holder.serve(in: relay.home) {
                do {
                    try await reports.send(.ready(holder.file))
                } catch {
                    // Whoever asked for the session is gone: nobody would ever end it.
                    await holder.interrupt()
                }
                close(reportDescriptor)
            }
            try forgetLog(relay.home, start)
            return 0
        } catch {
            let sentence = OperatorError.sentence(for: error)
            let isCodeOver = (error as? OperatorError)?.kind == .codeOver
            try? await reports.send(isCodeOver ? .codeOver(sentence) : .failed(sentence))
            try? forgetLog(relay.home, start)
            return 1
        }
    }
}

extension BackgroundSession {
    /// The log is for a holder that stops without a word.
    private static func forgetLog(_ home: OperatorHome, _ start: SessionStart) throws {
        home.remove(try OperatorHome.file(OperatorHome.sessions, start.id, "log"))
    }
}

extension OutputDescriptor {
    fileprivate func send(_ report: HolderReport) async throws { try await writeOwn(JSON.text(report) + "\n") }
}

/// This program once more, in a session of its own, apart from the terminal.
private enum DetachedProcess {
    /// `POSIX_SPAWN_SETSID`, which Swift does not import (the same number in glibc and musl).
    private static let setSession: Int16 = 0x80

    private typealias CloseFrom =
        @Sendable @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt

    /// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34, which Swift does not import.
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }

    /// - Returns: the process, and the descriptor on which it reports.
    static func start(arguments: [String], log: String) throws -> (process: pid_t, reports: CInt) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], BackgroundSession.reportDescriptor)
        // Whoever started this program may wait until all its descriptors are closed; the holder lives for hours.
        _ = closeFrom?(&actions, BackgroundSession.reportDescriptor + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, setSession)

        var vector = arguments.map { strdup($0) } + [nil]
        defer { for argument in vector { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/proc/self/exe", &actions, &attributes, &vector, environ)
        guard code == 0 else {
            close(ends[0])
            throw IOError(errnoCode: code, reason: "start the session's holder")
        }
        return (process, ends[0])
    }
}
