import Contracts

/// A window of local wall-clock time that recurs on certain days: a surcharge's or the service's (rules 4, 14).
struct LocalWindow {
    var days: DaySet
    var from: LocalTime
    var to: LocalTime
    /// Whether the window stays shut on holidays that `days` does not name: service hours do.
    var closesOnHolidays = false

    /// The window that belongs to a day, in seconds of UTC; nil where the day has none or a gap swallows it.
    func seconds(on day: Int, holidays: Contract.Holidays?, zone: TimeZoneRules) -> Range<Int64>? {
        guard let date = LocalDate(daysSinceEpoch: day) else { return nil }
        let isHoliday = holidays?.contains(date) ?? false
        let applies =
            closesOnHolidays && isHoliday
            ? days.contains(.holidays) : days.includes(date.weekday, isHoliday: isHoliday)
        guard applies else { return nil }
        let midnight = Int64(day) * 86_400
        let start = zone.utc(local: midnight + Int64(from.minutes) * 60)
        let end = zone.utc(local: midnight + (to <= from ? 86_400 : 0) + Int64(to.minutes) * 60)
        return start < end ? start..<end : nil
    }
}

extension TimeZoneRules {
    /// The numbers of the days whose windows may reach into a stretch of UTC.
    func days(touching seconds: Range<Int64>) -> ClosedRange<Int> {
        // A window lasts at most two days, and a clock may skip one.
        let first = Int(local(utc: seconds.lowerBound).floorDivided(by: 86_400).quotient) - 3
        let last = Int(local(utc: seconds.upperBound).floorDivided(by: 86_400).quotient) + 1
        return first...max(first, last)
    }
}
