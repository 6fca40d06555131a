import Contracts
import Foundation
import Ledger

/// A month of a time zone as the moments between which its sessions end.
struct LocalMonth: Sendable, Equatable {
    /// A session belongs to the month where it ended after this, Unix seconds …
    let from: Int64
    /// … and not after this.
    let to: Int64

    /// - Parameters:
    ///   - text: `YYYY-MM`; the month of `now` where it is nil.
    ///   - timeZone: an IANA name.
    init(_ text: String?, timeZone: String, now: Int64) throws {
        let calendar = try Self.calendar(timeZone)
        var components = calendar.dateComponents([.year, .month], from: Date(timeIntervalSince1970: TimeInterval(now)))
        if let text {
            let parts = text.split(separator: "-")
            guard text.utf8.count == 7, parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]),
                (1900...9999).contains(year), (1...12).contains(month)
            else { throw Refusal.badRequest("\"\(text.prefix(20))\" is not a month (write --month 2026-11)") }
            components.year = year
            components.month = month
        }
        guard let start = calendar.date(from: components),
            let end = calendar.date(byAdding: .month, value: 1, to: start)
        else {
            throw Refusal.badRequest("there is no such month")
        }
        from = Int64(start.timeIntervalSince1970.rounded())
        to = Int64(end.timeIntervalSince1970.rounded())
    }

    /// The day of the calendar on which a moment falls.
    static func localDate(of seconds: Int64, timeZone: String) throws -> LocalDate {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let parts = try calendar(timeZone).dateComponents([.year, .month, .day], from: date)
        guard let date = LocalDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0) else {
            throw LedgerError(.invalid, "the relay's clock shows a day that no calendar has")
        }
        return date
    }

    private static func calendar(_ timeZone: String) throws -> Calendar {
        guard let zone = TimeZone(identifier: timeZone) else {
            throw LedgerError(.invalid, "this machine does not know the time zone \(timeZone) (install tzdata)")
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        return calendar
    }
}
