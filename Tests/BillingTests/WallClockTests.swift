import Contracts
import Testing

@testable import Billing

@Suite("Wall clocks") struct WallClockTests {
    @Test(
        "what the clocks show around midnight and the changes of the hour",
        arguments: [
            ("2026-11-05T22:59:59Z", "2026-11-05", 23, 59, 59), ("2026-11-05T23:00:00Z", "2026-11-06", 0, 0, 0),
            ("2026-03-29T00:59:59Z", "2026-03-29", 1, 59, 59), ("2026-03-29T01:00:00Z", "2026-03-29", 3, 0, 0),
            ("2026-10-25T00:30:00Z", "2026-10-25", 2, 30, 0), ("2026-10-25T01:30:00Z", "2026-10-25", 2, 30, 0),
            ("1969-12-31T22:59:58Z", "1969-12-31", 23, 59, 58),
        ]
    )
    func berlin(utc: String, date: String, hour: Int, minute: Int, second: Int) throws {
        let clock = Sample.berlin.wallClock(at: try Sample.instant(utc))
        #expect(clock.date.description == date)
        #expect((clock.hour, clock.minute, clock.second) == (hour, minute, second))
    }
}
