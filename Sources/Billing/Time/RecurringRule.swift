/// The footer of a TZif file: a POSIX TZ string, which says how the offset changes in every year to come.
struct RecurringRule: Hashable, Sendable {
    /// A day of the year at a wall-clock time.
    struct Change: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            /// `Jn`: 1 to 365, 29 February is never counted.
            case julian(Int)
            /// `n`: 0 to 365, 29 February is counted.
            case ordinal(Int)
            /// `Mm.w.d`: day d of the week (0 is Sunday) in week w (5 is the last) of month m.
            case weekday(month: Int, week: Int, day: Int)
        }

        var day: Day
        /// Seconds after local midnight, -167 h to 167 h (RFC 9636 §3.3.1).
        var time: Int64
    }

    let standardOffset: Int64
    /// Daylight-saving time; nil: there is none.
    let saving: Saving?

    struct Saving: Hashable, Sendable {
        var offset: Int64
        var start: Change
        var end: Change
    }

    /// The changes of the year of `utc` and the years beside it, ascending.
    func transitions(around utc: Int64) -> [TimeZoneRules.Transition] {
        guard let saving else { return [] }
        let year = CalendarDay(number: Int(utc.floorDivided(by: 86_400).quotient)).year
        var found: [TimeZoneRules.Transition] = []
        for year in year - 1...year + 1 {
            // Each change is told by the clock that runs before it.
            let start = saving.start.local(in: year) - standardOffset
            let end = saving.end.local(in: year) - saving.offset
            found.append(.init(at: start, offset: saving.offset))
            found.append(.init(at: end, offset: standardOffset))
        }
        return found.sorted { $0.at < $1.at }
    }
}

extension RecurringRule.Change {
    /// Seconds since 1970-01-01T00:00 of the wall clock that runs before the change.
    func local(in year: Int) -> Int64 { Int64(dayNumber(in: year)) * 86_400 + time }

    private func dayNumber(in year: Int) -> Int {
        // Years before 1 do not occur: a recurring rule holds from the last transition of a file on.
        let newYear = CalendarDay(year: max(1, min(year, 9999)), month: 1, day: 1)?.number ?? 0
        switch day {
        case .ordinal(let day): return newYear + day
        case .julian(let day):
            let isLeapYear = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
            return newYear + day - 1 + (isLeapYear && day >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CalendarDay(year: max(1, min(year, 9999)), month: month, day: 1)?.number ?? newYear
            // 1970-01-01 was a Thursday, 4.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            let day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            // The fifth may be the fourth.
            return CalendarDay(number: first + day).month == month ? first + day : first + day - 7
        }
    }
}

extension RecurringRule {
    /// Reads `CET-1CEST,M3.5.0,M10.5.0/3`. Throws `unreadable`.
    init(_ text: [UInt8]) throws(BillingError) {
        var reader = Reader(rest: text[...])
        guard let rule = reader.rule(), reader.rest.isEmpty else {
            throw BillingError(
                .unreadable,
                "the time zone's rule cannot be read; install the system's zones (tzdata) anew"
            )
        }
        self = rule
    }

    /// Reads one part after the other; nil where the text has another form.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func rule() -> RecurringRule? {
            guard name(), let west = time(hours: 24) else { return nil }
            if rest.isEmpty { return RecurringRule(standardOffset: -west, saving: nil) }
            guard name() else { return nil }
            var offset = -west + 3600
            if let next = rest.first, next != UInt8(ascii: ",") {
                guard let west = time(hours: 24) else { return nil }
                offset = -west
            }
            guard skip(","), let start = change(), skip(","), let end = change() else { return nil }
            return RecurringRule(standardOffset: -west, saving: Saving(offset: offset, start: start, end: end))
        }

        private mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func name() -> Bool {
            if skip("<") {
                rest = rest.drop { $0 != UInt8(ascii: ">") }
                return skip(">")
            }
            let letters = rest.prefix { (0x41...0x5A).contains($0 & 0xDF) }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        private mutating func number(upTo limit: Int) -> Int? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...3).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return number <= limit ? number : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        private mutating func time(hours limit: Int) -> Int64? {
            let isNegative = skip("-")
            if !isNegative { _ = skip("+") }
            guard let hours = number(upTo: limit) else { return nil }
            var seconds = hours * 3600
            if skip(":") {
                guard let minutes = number(upTo: 59) else { return nil }
                seconds += minutes * 60
                if skip(":") {
                    guard let rest = number(upTo: 59) else { return nil }
                    seconds += rest
                }
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        private mutating func change() -> Change? {
            guard let day = day() else { return nil }
            guard skip("/") else { return Change(day: day, time: 2 * 3600) }
            return time(hours: 167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Change.Day? {
            if skip("J") { return number(upTo: 365).flatMap { $0 >= 1 ? .julian($0) : nil } }
            guard skip("M") else { return number(upTo: 365).map { .ordinal($0) } }
            guard let month = number(upTo: 12), month >= 1, skip("."), let week = number(upTo: 5), week >= 1, skip("."),
                let day = number(upTo: 6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
