import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The children of this program that somebody waits for. All others were adopted: orphans of what we started.
///
/// Starting and reaping happen under one lock, so that a child that dies at once is never taken for an adopted one, and a number that is
/// given out again never for the child that had it before.
enum ManagedChildren {
    private struct State {
        var numbers: Set<pid_t> = []
        /// Those that outlive the session on purpose: they end with this program.
        var keepers: Set<pid_t> = []
    }

    private static let state = Mutex(State())

    /// Starts a program.
    ///
    /// - Parameter isKeeper: whether it is to end with this program, not with the session.
    static func start(_ spawn: Spawn, isKeeper: Bool = false) throws(SystemFailure) -> pid_t {
        let result: Result<pid_t, SystemFailure> = state.withLock { state in
            do throws(SystemFailure) {
                let process = try spawn.start()
                state.numbers.insert(process)
                if isKeeper { state.keepers.insert(process) }
                return .success(process)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Reaps a child that has ended.
    ///
    /// - Returns: its status as wait(2) gives it; nil where another part of the program took it.
    static func reap(_ process: pid_t) -> Int32? {
        state.withLock { state in
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 {
                if errno == EINTR { continue }
                state.numbers.remove(process)
                return nil
            }
            state.numbers.remove(process)
            return status
        }
    }

    static var keepers: Set<pid_t> { state.withLock { $0.keepers } }

    /// Reaps adopted children that have ended: nobody else waits for them.
    static func reapAdopted() {
        #if os(Linux)
        state.withLock { state in
            let own = getpid()
            for (process, entry) in ProcessTree.now().entries
            where entry.parent == own && entry.isDead && !state.numbers.contains(process) {
                var status: Int32 = 0
                _ = waitpid(process, &status, WNOHANG)
            }
        }
        #endif
    }
}
