import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One started process and its session, from the start until it is reaped.
///
/// Its end is noticed by a thread that waits without reaping: between end and reaping the process is a zombie, its
/// number belongs to nobody else, and signals to its group and session reach who they are meant for.
final class ChildProcess: Sendable {
    private enum Phase {
        case running
        case ended
        case reaped
    }

    private struct State {
        var phase = Phase.running
        var abandoned = false
        var waiters: [AsyncStream<Never>.Continuation] = []
    }

    /// Process, process group and session have the same number.
    let processID: pid_t
    private let state = Mutex(State())

    private init(processID: pid_t) {
        self.processID = processID
    }

    /// Starts the program.
    ///
    /// - Parameter begun: gets its number at once, on the thread that started it: an agent may be killed at any moment.
    /// - Throws: ``SystemFailure`` with the error of `posix_spawn`, which is that of `exec` if this failed.
    static func start(
        _ spawn: Spawn,
        begun: @escaping @Sendable (pid_t) -> Void
    ) async throws(SystemFailure) -> ChildProcess {
        let result: Result<ChildProcess, SystemFailure> = await withCheckedContinuation { started in
            // The thread starts the program too: exec may wait for a slow disk, which must not hold up a task's thread.
            let created = DetachedThread.run {
                let child: ChildProcess
                do throws(SystemFailure) {
                    child = ChildProcess(processID: try ManagedChildren.start(spawn))
                } catch {
                    started.resume(returning: .failure(error))
                    return
                }
                begun(child.processID)
                started.resume(returning: .success(child))
                child.awaitEnd()
            }
            if !created { started.resume(returning: .failure(SystemFailure(code: EAGAIN))) }
        }
        return try result.get()
    }

    /// Sends a signal to the process group; nothing happens once the process has been reaped.
    func signal(_ signal: Int32) {
        state.withLock { state in
            if state.phase != .reaped { ProcessSession.signal(signal, group: processID) }
        }
    }

    /// Kills whatever is left of the session; nothing happens once the process has been reaped.
    ///
    /// - Returns: How many processes beside this one were still alive.
    @discardableResult
    func endSession() -> Int {
        state.withLock { state in
            state.phase == .reaped ? 0 : ProcessSession.end(leader: processID)
        }
    }

    /// Returns when the program has ended, or when the task is cancelled.
    func waitUntilEnded() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { state in
            if state.phase == .running {
                state.waiters.append(continuation)
            } else {
                continuation.finish()
            }
        }
        for await _ in stream {}
    }

    /// Whether the program has ended.
    var hasEnded: Bool { state.withLock { $0.phase != .running } }

    /// Takes the exit status and with it the last trace of the process.
    ///
    /// - Returns: How it ended; `nil` where it has not ended: the process is then reaped by itself whenever it ends.
    func reap() -> CommandResult? {
        state.withLock { state in
            switch state.phase {
            case .running:
                state.abandoned = true
                return nil
            case .ended:
                state.phase = .reaped
                return Self.reap(processID)
            case .reaped:
                return nil
            }
        }
    }

    private func awaitEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let waiters = state.withLock { state in
            state.phase = .ended
            if state.abandoned {
                _ = ProcessSession.end(leader: processID)
                _ = Self.reap(processID)
                state.phase = .reaped
            }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    private static func reap(_ process: pid_t) -> CommandResult {
        guard let status = ManagedChildren.reap(process) else {
            return .failed("its exit status was taken by another part of the program")
        }
        // wait(2): the low 7 bits are the signal, the next byte is the status.
        return status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signalled(status & 0x7f)
    }
}

/// A thread that nobody joins.
enum DetachedThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// - Returns: Whether the system gave a thread.
    static func run(_ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Enough for starting and waiting; the usual 8 MiB would count against a limit of address space.
        pthread_attr_setstacksize(&attributes, 256 * 1024)
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            work.toOpaque()
        )
        if code != 0 { work.release() }
        return code == 0
    }
}
