#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whatever descends from this program, however it detached itself: nohup, setsid, a double fork, ignored signals.
///
/// The program is the subreaper of its descendants (prctl(2)): an orphan becomes its child instead of init's, and so the way up from
/// every one of them ends here. What asks another program to start something (cron, a service manager, `at`) has not started it itself.
///
/// It concerns the whole program, so only the program itself makes one.
public struct Offspring: Sendable {
    /// Becomes the parent of orphans; nil where the system does not do that.
    public init?() {
        #if os(Linux)
        guard SystemFunctions.adoptOrphans() else { return nil }
        #else
        return nil
        #endif
    }

    /// Reaps what was adopted and has ended; without it their numbers would stay taken.
    func tidy() { ManagedChildren.reapAdopted() }

    /// Kills all of it, and returns when nothing is left alive, after `limit` at the latest. Goes on when the caller's task is cancelled.
    func end(within limit: Duration) async {
        await Task {
            let clock = ContinuousClock()
            let end = clock.now + limit
            while Self.kill() > 0, clock.now < end { try? await clock.sleep(for: .milliseconds(2)) }
            ManagedChildren.reapAdopted()
        }.value
    }

    /// Kills all of it once.
    ///
    /// - Returns: How many were alive.
    @discardableResult
    static func kill() -> Int {
        #if os(Linux)
        return ProcessTree.killDescendants(of: getpid(), but: ManagedChildren.keepers)
        #else
        return 0
        #endif
    }
}
