import Glibc

/// Time as the relay sees it; tests hand in their own.
public struct RelayClock: Sendable {
    /// Wall time in seconds since the Unix epoch: a label.
    public let wall: @Sendable () -> Int64
    /// Milliseconds that only grow and stand still while the machine is suspended: what durations are made of.
    public let monotonicMilliseconds: @Sendable () -> Int64

    /// A clock.
    public init(wall: @escaping @Sendable () -> Int64, monotonicMilliseconds: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonicMilliseconds = monotonicMilliseconds
    }

    /// The machine's clocks.
    public static let system = RelayClock(
        wall: { read(CLOCK_REALTIME).seconds },
        monotonicMilliseconds: {
            let now = read(CLOCK_MONOTONIC)
            return now.seconds * 1000 + now.nanoseconds / 1_000_000
        }
    )

    private static func read(_ clock: clockid_t) -> (seconds: Int64, nanoseconds: Int64) {
        var time = timespec()
        clock_gettime(clock, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}
