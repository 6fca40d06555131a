import Contracts

extension Contract.Holidays {
    /// Whether a local date is a holiday (rule 4): one of the region's, or added; not where dropped.
    public func contains(_ date: LocalDate) -> Bool {
        if drop.contains(where: { $0.matches(date) }) { return false }
        return add.contains { $0.matches(date) } || region.isHoliday(date)
    }
}

extension Contract.Region {
    /// Whether a date is a public holiday of the whole Land, by the laws since 1995 (rule 4).
    public func isHoliday(_ date: LocalDate) -> Bool {
        isNationwideHoliday(date) || isHolidayOfLand(date)
    }

    private func isNationwideHoliday(_ date: LocalDate) -> Bool {
        switch (date.month, date.day) {
        case (1, 1), (5, 1), (10, 3), (12, 25), (12, 26): return true
        // 500 years of the Reformation.
        case (10, 31) where date.year == 2017: return true
        default: break
        }
        // Good Friday, Easter Monday, Ascension, Whit Monday.
        return [-2, 1, 39, 50].contains(daysAfterEaster(date))
    }

    private func isHolidayOfLand(_ date: LocalDate) -> Bool {
        switch (date.month, date.day) {
        case (1, 6): return [.badenWürttemberg, .bavaria, .saxonyAnhalt].contains(self)
        case (3, 8):
            return (self == .berlin && date.year >= 2019)
                || (self == .mecklenburgWesternPomerania && date.year >= 2023)
        // Once each: 75 and 80 years after the war, 75 years after the uprising of 1953.
        case (5, 8): if self == .berlin, date.year == 2020 || date.year == 2025 { return true }
        case (6, 17): if self == .berlin, date.year == 2028 { return true }
        case (8, 15): return self == .saarland
        case (9, 20): return self == .thuringia && date.year >= 2019
        case (10, 31): return hasReformationDay(in: date.year)
        case (11, 1): return hasAllSaints
        case (11, 16...22):
            // Day of Repentance: the Wednesday before 23 November.
            return self == .saxony && date.weekday == .wednesday
        default: break
        }
        switch daysAfterEaster(date) {
        case 0, 49: return self == .brandenburg
        case 60: return hasAllSaints || self == .hesse
        default: return false
        }
    }

    private func hasReformationDay(in year: Int) -> Bool {
        switch self {
        case .brandenburg, .mecklenburgWesternPomerania, .saxony, .saxonyAnhalt, .thuringia: true
        case .bremen, .hamburg, .lowerSaxony, .schleswigHolstein: year >= 2018
        default: false
        }
    }

    private var hasAllSaints: Bool {
        [.badenWürttemberg, .bavaria, .northRhineWestphalia, .rhinelandPalatinate, .saarland].contains(self)
    }

    private func daysAfterEaster(_ date: LocalDate) -> Int {
        date.daysSinceEpoch - Self.easterSunday(in: date.year)
    }

    /// Days from 1970-01-01 to Easter Sunday (Meeus, Astronomical Algorithms, ch. 8).
    static func easterSunday(in year: Int) -> Int {
        let (golden, century, yearOfCentury) = (year % 19, year / 100, year % 100)
        let correction = (century - (century + 8) / 25 + 1) / 3
        let epact = (19 * golden + century - century / 4 - correction + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (yearOfCentury / 4) - epact - yearOfCentury % 4) % 7
        let shift = (golden + 11 * epact + 22 * weekday) / 451
        let sum = epact + weekday - 7 * shift + 114
        return CalendarDay(year: year, month: sum / 31, day: sum % 31 + 1)?.number ?? 0
    }
}
