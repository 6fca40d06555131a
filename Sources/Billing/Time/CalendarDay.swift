import Contracts

/// A day of the proleptic Gregorian calendar as a number, for arithmetic on days; `LocalDate` is what contracts say.
struct CalendarDay: Hashable {
    /// Days since 1970-01-01.
    let number: Int
    let year: Int
    let month: Int
    let day: Int

    /// Any day within ±10^12 days, far beyond what `Instant` holds.
    init(number: Int) {
        self.number = number
        // Eras of 400 years begin on 1 March, so that the leap day is the last of its year.
        let shifted = Int64(number) + 719_468
        let (era, dayOfEra) = shifted.floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = Int((5 * dayOfYear + 2) / 153)
        day = Int(dayOfYear) - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// The day, or nil where the calendar has none; years 1 to 9999.
    init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), day >= 1, day <= LocalDate.daysInMonth(year: year, month: month) else {
            return nil
        }
        let shiftedYear = month > 2 ? year : year - 1
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        number = 365 * shiftedYear + leapDays + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
        (self.year, self.month, self.day) = (year, month, day)
    }
}

extension LocalDate {
    /// The day so many days after 1970-01-01; nil outside the years 1900 to 9999.
    init?(daysSinceEpoch number: Int) {
        let date = CalendarDay(number: number)
        self.init(year: date.year, month: date.month, day: date.day)
    }
}
