/// The days on which something applies: days of the week, or holidays.
///
/// A date is in the set when its day of the week is, or when it is a holiday and the set has `holidays`.
public struct DaySet: OptionSet, Hashable, Sendable {
    /// Bits 0 to 6 are Monday to Sunday, bit 7 is holidays.
    public let rawValue: UInt8

    /// A set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One day of the week.
    public init(_ weekday: Weekday) {
        self.init(rawValue: 1 << UInt8(Weekday.allCases.firstIndex(of: weekday) ?? 0))
    }

    /// Public holidays, whatever day of the week they are.
    public static let holidays = DaySet(rawValue: 1 << 7)
    /// Monday to Sunday.
    public static let all = DaySet(rawValue: 0x7F)

    /// The days of the week in the set, Monday first.
    public var weekdays: [Weekday] { Weekday.allCases.filter { contains(DaySet($0)) } }

    /// Whether a date is in the set.
    public func includes(_ weekday: Weekday, isHoliday: Bool) -> Bool {
        contains(DaySet(weekday)) || (isHoliday && contains(.holidays))
    }
}

extension DaySet {
    /// Reads `mon-fri`, `sat-sun`, `all`, `holidays` or a list of them such as `mon,wed,holidays`.
    public static func parse(_ text: String) throws(ContractsError) -> DaySet {
        var days: DaySet = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.trimmingSpaces
            guard let found = dayRange(word) else {
                throw .text(
                    "\(quoted(word)) is not a day or a range of days",
                    mend: "write days as mon-fri, sat-sun, all, holidays or a list like mon,wed"
                )
            }
            days.formUnion(found)
        }
        return days
    }

    private static func dayRange(_ word: String) -> DaySet? {
        if word == "all" { return .all }
        if word == "holidays" { return .holidays }
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Weekday(rawValue: String($0)) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1] else { return nil }
        let week = Weekday.allCases
        guard let start = week.firstIndex(of: first), let end = week.firstIndex(of: last) else { return nil }
        // `fri-mon` goes over the weekend.
        let length = (end - start + 7) % 7
        return (0...length).reduce(into: DaySet()) { $0.insert(DaySet(week[(start + $1) % 7])) }
    }
}

extension DaySet: CustomStringConvertible {
    /// One text for each set: `all`, or the days in order, joined by commas.
    public var description: String {
        let names = self.isSuperset(of: .all) ? ["all"] : weekdays.map(\.rawValue)
        return (names + (contains(.holidays) ? ["holidays"] : [])).joined(separator: ",")
    }
}

// `OptionSet` would code the bits; the text is what a person can check, so it is spelled out here.
extension DaySet: TextCodable {
    /// Decodes the text form.
    public init(from decoder: any Decoder) throws { self = try Self.decodeText(from: decoder) }

    /// Encodes the text form.
    public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    var trimmingSpaces: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
