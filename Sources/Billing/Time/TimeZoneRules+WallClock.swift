import Contracts

/// What the clocks of a place show at a moment.
public struct WallClock: Hashable, Sendable {
    /// The local date.
    public let date: LocalDate
    /// The hour, 0 to 23.
    public let hour: Int
    /// The minute, 0 to 59.
    public let minute: Int
    /// The second, 0 to 59.
    public let second: Int
}

extension TimeZoneRules {
    /// What the clocks show at a moment.
    public func wallClock(at instant: Instant) -> WallClock {
        let second = Int(local(utc: instant.seconds).floorDivided(by: 86_400).remainder)
        return WallClock(date: date(at: instant), hour: second / 3600, minute: second / 60 % 60, second: second % 60)
    }
}
