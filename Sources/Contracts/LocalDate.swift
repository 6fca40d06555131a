/// A day of the Gregorian calendar in the contract's time zone, without a time: `2026-01-01`.
public struct LocalDate: Hashable, Sendable {
    /// The year, 1900 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month, 1 to 31.
    public let day: Int

    /// The day, or nil where the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1900...9999).contains(year), (1...12).contains(month) else { return nil }
        guard day >= 1, day <= Self.daysInMonth(year: year, month: month) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    private init(uncheckedYear: Int, month: Int, day: Int) {
        (year, self.month, self.day) = (uncheckedYear, month, day)
    }

    /// 1970-01-01.
    public static let unixEpoch = LocalDate(uncheckedYear: 1970, month: 1, day: 1)

    /// How many days a month has; `month` outside 1 to 12 has 0.
    public static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 1, 3, 5, 7, 8, 10, 12: 31
        case 4, 6, 9, 11: 30
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        default: 0
        }
    }

    /// Days since 1970-01-01, negative before it.
    public var daysSinceEpoch: Int {
        // Years are counted from March, so that the leap day is the last of its year.
        let shiftedYear = month > 2 ? year : year - 1
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        return 365 * shiftedYear + leapDays + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
    }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday.allCases[((daysSinceEpoch + 3) % 7 + 7) % 7]
    }
}

extension LocalDate {
    /// Reads `2026-01-01`.
    public static func parse(_ text: String) throws(ContractsError) -> LocalDate {
        let bytes = Array(text.utf8)
        let hyphen = UInt8(ascii: "-")
        guard bytes.count == 10, bytes[4] == hyphen, bytes[7] == hyphen,
            let year = decimal(bytes[0..<4]), let month = decimal(bytes[5..<7]), let day = decimal(bytes[8..<10])
        else {
            throw .text("\(quoted(text)) is not a date", mend: mend(text) ?? "write it as 2026-01-31")
        }
        guard let date = LocalDate(year: year, month: month, day: day) else {
            throw .text("there is no day \(text)", mend: "write a day that the calendar has")
        }
        return date
    }

    /// `31.1.2026` is how Germans write a date; the mend turns it around.
    private static func mend(_ text: String) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let day = Int(parts[0]), let month = Int(parts[1]), let year = Int(parts[2]),
            let date = LocalDate(year: year, month: month, day: day)
        else { return nil }
        return "write \(date)"
    }
}

extension LocalDate: Comparable {
    /// The earlier day is the smaller one.
    public static func < (left: LocalDate, right: LocalDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension LocalDate: CustomStringConvertible {
    /// ISO 8601: `2026-01-01`.
    public var description: String { "\(year)-\(twoDigits(month))-\(twoDigits(day))" }
}

extension LocalDate: TextCodable {}

/// A day of the week, Monday first (ISO 8601).
public enum Weekday: String, Codable, Hashable, Sendable, CaseIterable {
    /// Monday.
    case monday = "mon"
    /// Tuesday.
    case tuesday = "tue"
    /// Wednesday.
    case wednesday = "wed"
    /// Thursday.
    case thursday = "thu"
    /// Friday.
    case friday = "fri"
    /// Saturday.
    case saturday = "sat"
    /// Sunday.
    case sunday = "sun"
}
