import Billing
import Contracts

extension LocalDate {
    /// The day so many days later. Throws `outOfRange` for fewer than 0 or more than 3650 days, and after year 9999.
    func adding(days: Int64) throws(InvoicingError) -> LocalDate {
        guard (0...3650).contains(days) else {
            throw InvoicingError(.outOfRange, "a term of \(days) days is out of range (mend payment.termDays)")
        }
        var (year, month, day) = (year, month, day + Int(days))
        while day > LocalDate.daysInMonth(year: year, month: month) {
            day -= LocalDate.daysInMonth(year: year, month: month)
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        guard let date = LocalDate(year: year, month: month, day: day) else {
            throw InvoicingError(.outOfRange, "a day lies after the year 9999 (check the clock)")
        }
        return date
    }

    /// `20261105`.
    var compact: String { "\(year)\(twoDigits(month))\(twoDigits(day))" }
}

extension LocalMonth {
    /// Its first day. Throws `outOfRange` outside the years 1900 to 9999.
    var firstDay: LocalDate { get throws(InvoicingError) { try date(day: 1) } }

    /// Its last day. Throws `outOfRange` outside the years 1900 to 9999.
    var lastDay: LocalDate {
        get throws(InvoicingError) { try date(day: LocalDate.daysInMonth(year: year, month: month)) }
    }

    private func date(day: Int) throws(InvoicingError) -> LocalDate {
        guard let date = LocalDate(year: year, month: month, day: day) else {
            throw InvoicingError(.outOfRange, "the month \(self) is outside the years 1900 to 9999 (check the clock)")
        }
        return date
    }
}
