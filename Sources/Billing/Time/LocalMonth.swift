import Contracts

/// A local month: the period of quota, retainer and invoice (rules 5, 6, 10). Text and JSON `2026-11`.
public struct LocalMonth: Hashable, Comparable, Sendable {
    /// Months since January of year 0.
    let number: Int

    /// The year.
    public var year: Int { number / 12 }
    /// The month, 1 to 12.
    public var month: Int { number % 12 + 1 }

    /// The month, or nil outside 1900-01 to 9999-12.
    public init?(year: Int, month: Int) {
        guard (1900...9999).contains(year), (1...12).contains(month) else { return nil }
        number = year * 12 + month - 1
    }

    /// The month of a day.
    public init(_ date: LocalDate) { number = date.year * 12 + date.month - 1 }

    private init(number: Int) { self.number = number }

    /// Reads `2026-11`; nil where it is no month.
    public init?(_ text: String) {
        guard text.utf8.count == 7, let date = try? LocalDate.parse(text + "-01") else { return nil }
        self.init(date)
    }

    /// The month after this one.
    public var next: LocalMonth { LocalMonth(number: number + 1) }
    /// The month before this one.
    public var previous: LocalMonth { LocalMonth(number: number - 1) }

    /// The earlier month is the smaller one.
    public static func < (left: LocalMonth, right: LocalMonth) -> Bool { left.number < right.number }

    /// The first day's number since 1970-01-01.
    var firstDay: Int {
        CalendarDay(year: year, month: month, day: 1)?.number ?? 0
    }

    /// When the month begins, local 00:00 of the 1st, in seconds of UTC.
    public func start(in zone: TimeZoneRules) -> Int64 {
        zone.utc(local: Int64(firstDay) * 86_400)
    }

    /// The month that a session ending at this moment belongs to: start < end <= end of month (rule 5).
    public init(ofSessionEnding end: Instant, in zone: TimeZoneRules) {
        let local = zone.local(utc: end.seconds - 1)
        let date = CalendarDay(number: Int(local.floorDivided(by: 86_400).quotient))
        var month = LocalMonth(number: date.year * 12 + date.month - 1)
        // An overlap at midnight shows the old month again after the new one has begun.
        if end.seconds <= month.start(in: zone) { month = month.previous }
        if end.seconds > month.next.start(in: zone) { month = month.next }
        self = month
    }
}

extension LocalMonth: CustomStringConvertible {
    /// `2026-11`.
    public var description: String { "\(year)-\(twoDigits(month))" }
}

extension LocalMonth: Codable {
    /// Reads `2026-11`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let month = LocalMonth(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a month; write 2026-11")
        }
        self = month
    }

    /// Writes `2026-11`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
