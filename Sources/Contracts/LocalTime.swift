/// A wall-clock time in the contract's time zone, `00:00` to `24:00`; the latter is the end of the day.
public struct LocalTime: Hashable, Sendable {
    /// Minutes since midnight on the clock's face, 0 to 1440.
    public let minutes: Int

    /// The hour, 0 to 24.
    public var hour: Int { minutes / 60 }
    /// The minute of the hour, 0 to 59.
    public var minute: Int { minutes % 60 }

    /// The start of a day.
    public static let midnight = LocalTime(uncheckedMinutes: 0)
    /// The end of a day, `24:00`.
    public static let endOfDay = LocalTime(uncheckedMinutes: 1440)

    /// The time so many minutes after midnight, or nil outside 0 to 1440.
    public init?(minutes: Int) {
        guard (0...1440).contains(minutes) else { return nil }
        self.minutes = minutes
    }

    private init(uncheckedMinutes: Int) { minutes = uncheckedMinutes }
}

extension LocalTime {
    /// Reads `09:00`.
    public static func parse(_ text: String) throws(ContractsError) -> LocalTime {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            let hour = decimal(bytes[0..<2]), let minute = decimal(bytes[3..<5])
        else {
            throw .text("\(quoted(text)) is not a time of day", mend: mend(text) ?? "write it as \"09:00\"")
        }
        guard minute < 60, let time = LocalTime(minutes: hour * 60 + minute) else {
            throw .text("there is no time \(text)", mend: "write a time from \"00:00\" to \"24:00\"")
        }
        return time
    }

    /// `9`, `9:00` and `9.00` are the usual slips.
    private static func mend(_ text: String) -> String? {
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." })
        guard (1...2).contains(parts.count), parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
            let hour = decimal(parts[0].utf8), let minute = parts.count == 2 ? decimal(parts[1].utf8) : 0,
            minute < 60, let time = LocalTime(minutes: hour * 60 + minute)
        else { return nil }
        return "write \"\(time)\""
    }
}

extension LocalTime: Comparable {
    /// The earlier time is the smaller one.
    public static func < (left: LocalTime, right: LocalTime) -> Bool { left.minutes < right.minutes }
}

extension LocalTime: CustomStringConvertible {
    /// `09:00`.
    public var description: String { "\(twoDigits(hour)):\(twoDigits(minute))" }
}

extension LocalTime: TextCodable {}
