import Contracts

extension Contract {
    /// The earliest last day that `minimumTermMonths` and `noticeDays` allow.
    ///
    /// - Parameters:
    ///   - begin: the first day of the contract's first version.
    ///   - today: when notice is given.
    public func earliestEnd(begin: LocalDate, noticeOn today: LocalDate) -> LocalDate {
        let notice = noticeDays.flatMap { today.adding(days: $0) } ?? today
        guard let minimumTermMonths, let term = begin.lastDay(ofMonths: minimumTermMonths) else { return notice }
        return max(notice, term)
    }
}

extension LocalDate {
    fileprivate func adding(days: Int64) -> LocalDate? {
        guard (0...36_500).contains(days) else { return nil }
        return LocalDate(daysSinceEpoch: daysSinceEpoch + Int(days))
    }

    /// The last day of a term of so many months that begins on this day: the day before the same day of a later month,
    /// or that month's last day where it has no such day (§ 188 (2), (3) BGB).
    fileprivate func lastDay(ofMonths months: Int64) -> LocalDate? {
        guard (1...1200).contains(months) else { return nil }
        let index = year * 12 + month - 1 + Int(months)
        let (year, month) = (index / 12, index % 12 + 1)
        let length = LocalDate.daysInMonth(year: year, month: month)
        guard day <= length else { return LocalDate(year: year, month: month, day: length) }
        let after = LocalDate(year: year, month: month, day: day)
        return after.flatMap { LocalDate(daysSinceEpoch: $0.daysSinceEpoch - 1) }
    }
}
