#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the agent has its time from.
public protocol AgentTime: Sendable {
    /// Time since some moment; it only grows, also while the machine sleeps.
    var now: Duration { get }
    /// What a clock on the wall shows, `14:03:12`.
    var wallClock: String { get }
    /// Seconds since 1970-01-01T00:00:00Z.
    var epochSeconds: Int64 { get }
    /// Waits; throws `CancellationError` where the task is cancelled.
    func sleep(_ duration: Duration) async throws
}

/// The system's clocks.
public struct SystemTime: AgentTime {
    private static let start = ContinuousClock.now

    /// The system's clocks.
    public init() { _ = Self.start }

    /// Time since the program started.
    public var now: Duration { ContinuousClock.now - Self.start }

    /// Local time of day.
    public var wallClock: String {
        var moment = time(nil)
        var parts = tm()
        localtime_r(&moment, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }

    /// Seconds since the Unix epoch.
    public var epochSeconds: Int64 { Int64(time(nil)) }

    /// Waits; a year where it would be longer.
    public func sleep(_ duration: Duration) async throws {
        try await Task.sleep(for: duration.limited, clock: .continuous)
    }
}

extension Duration {
    /// No longer than a year. `Task.sleep` traps where its deadline in nanoseconds does not fit into 64 bits, and contracts and
    /// commands name durations that come from the other side.
    var limited: Duration { min(self, .seconds(366 * 86_400)) }
}
