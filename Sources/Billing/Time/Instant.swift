import Contracts

/// A moment in whole seconds of UTC, within the years 1901 to 9998: every local date near it exists.
///
/// In JSON it is RFC 3339 in UTC with `Z`.
public struct Instant: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64

    /// 1901-01-01T00:00:00Z and 9998-12-31T23:59:59Z.
    static let range: ClosedRange<Int64> = -2_177_452_800...253_370_764_799

    /// The moment so many seconds after 1970-01-01T00:00:00Z. Throws `outOfRange` outside the years 1901 to 9998.
    public init(seconds: Int64) throws(BillingError) {
        guard Self.range.contains(seconds) else {
            throw BillingError(.outOfRange, "a moment lies outside the years 1901 to 9998; check the clock")
        }
        self.seconds = seconds
    }

    /// The earlier moment is the smaller one.
    public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }

    /// The moment so many seconds later. Throws `outOfRange`.
    public func advanced(by seconds: Int64) throws(BillingError) -> Instant {
        try Instant(seconds: try Checked.sum(self.seconds, seconds))
    }
}

extension Instant {
    /// Reads RFC 3339 with `Z` or a numeric offset; fractions of a second are dropped (rule 1: floored).
    /// Throws `unreadable` or `outOfRange`.
    public init(rfc3339 text: String) throws(BillingError) {
        guard let seconds = Self.parse(Array(text.utf8)) else {
            throw BillingError(.unreadable, "\(text.prefix(40)) is not a time; write it as 2026-11-05T20:30:00Z")
        }
        try self.init(seconds: seconds)
    }

    /// Reads RFC 3339, or a local time `2026-11-26T14:30` of a zone, with seconds where wanted (rule 4: in a DST gap forward
    /// by its length, in an overlap the first). Throws `unreadable` or `outOfRange`.
    public init(_ text: String, in zone: TimeZoneRules) throws(BillingError) {
        let minutes = text.utf8.count == 16
        if minutes || text.utf8.count == 19, let local = Self.parse(Array("\(text)\(minutes ? ":00" : "")Z".utf8)) {
            try self.init(seconds: zone.utc(local: local))
            return
        }
        guard let instant = try? Instant(rfc3339: text) else {
            throw BillingError(
                .unreadable,
                "\(quoted(String(text.prefix(40)))) is not a time; write 2026-11-26T14:30 in the contract's time zone, or 2026-11-26T13:30:00Z"
            )
        }
        self = instant
    }

    private static func parse(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count >= 20, "-".utf8.first == bytes[4], "-".utf8.first == bytes[7], bytes[10] & 0xDF == 0x54,
            ":".utf8.first == bytes[13], ":".utf8.first == bytes[16],
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            let date = CalendarDay(year: year, month: month, day: day), hour < 24, minute < 60, second < 60,
            let offset = offset(bytes[19...])
        else { return nil }
        return Int64(date.number) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offset
    }

    private static func offset(_ tail: ArraySlice<UInt8>) -> Int64? {
        var rest = tail
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count + 1)
        }
        if rest.count == 1, rest.first.map({ $0 & 0xDF }) == UInt8(ascii: "Z") { return 0 }
        let text = Array(rest)
        guard text.count == 6, text[3] == UInt8(ascii: ":"), let hours = number(text[1..<3]),
            let minutes = number(text[4..<6]), hours < 24, minutes < 60
        else { return nil }
        let seconds = Int64(hours * 3600 + minutes * 60)
        switch text[0] {
        case UInt8(ascii: "+"): return seconds
        case UInt8(ascii: "-"): return -seconds
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

extension Instant: CustomStringConvertible {
    /// `2026-11-05T20:30:00Z`.
    public var description: String {
        let (day, second) = seconds.floorDivided(by: 86_400)
        let date = CalendarDay(number: Int(day))
        let time = [second / 3600, second / 60 % 60, second % 60].map { twoDigits(Int($0)) }.joined(separator: ":")
        return "\(date.year)-\(twoDigits(date.month))-\(twoDigits(date.day))T\(time)Z"
    }
}

extension Instant: Codable {
    /// Reads RFC 3339.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(rfc3339: try container.decode(String.self))
        } catch let error as BillingError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes RFC 3339.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Int64 {
    /// Quotient and remainder with a remainder of 0 or more; `divisor` is above 0.
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
