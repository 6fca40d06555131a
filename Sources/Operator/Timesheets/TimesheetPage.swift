import Foundation
import RelayAPI

/// A timesheet as a table for people or as CSV.
public enum TimesheetPage {
    /// A table with times in the contract's time zone.
    public static func table(_ sheet: Timesheet) -> String {
        let times = LocalTimes(zone: sheet.timeZone)
        let rows = sheet.sessions.map { row in
            [
                times.dateAndTime(row.startedAt), times.dateAndTime(row.endedAt), row.session, row.operator,
                row.category,
                DurationText.clock(row.rawSeconds), DurationText.clock(row.pausedSeconds),
                DurationText.clock(row.billedSeconds), MoneyText.amount(row.netCents),
                row.summary + (row.reason.map { " (\($0))" } ?? ""),
            ]
        }
        let credits = (sheet.credits ?? []).map { credit in
            [
                times.dateAndTime(credit.givenAt), "", credit.session, credit.operator, credit.category, "", "",
                DurationText.clock(credit.billedSeconds), MoneyText.amount(credit.netCents), sentence(credit),
            ]
        }
        let header = [
            "STARTED", "ENDED", "SESSION", "OPERATOR", "CATEGORY", "TIME", "PAUSED", "BILLED",
            "NET \(sheet.totals.currency)", "SUMMARY",
        ]
        let paused = sheet.sessions.reduce(0) { $0 + $1.pausedSeconds }
        let total = [
            "total", "", "\(sheet.sessions.count)", "", "", DurationText.clock(sheet.totals.rawSeconds),
            DurationText.clock(paused), DurationText.clock(sheet.totals.billedSeconds),
            MoneyText.amount(sheet.totals.netCents), "",
        ]
        return
            "\(sheet.contract), \(times.date(sheet.from)) to \(times.date(lastMoment(sheet))), times in \(times.name)\n\n"
            + TextTable.text(header: header, rows: rows + credits + [total], right: [5, 6, 7, 8])
            + quota(sheet.totals)
    }

    /// Why a session is given back.
    private static func sentence(_ credit: Timesheet.Credit) -> String {
        "\(credit.asWarranty ? "accepted as warranty" : "given back"): \(credit.reason)"
    }

    private static func quota(_ totals: Timesheet.Totals) -> String {
        guard let used = totals.quotaUsedSeconds, let left = totals.quotaLeftSeconds, used > 0 || left > 0 else {
            return ""
        }
        return "\nincluded time: \(DurationText.clock(used)) used, \(DurationText.clock(left)) left\n"
    }

    /// RFC 4180, with the JSON's names as header; durations in seconds, times in UTC.
    ///
    /// A cell that a spreadsheet would take for a formula begins with an apostrophe.
    public static func csv(_ sheet: Timesheet) -> String {
        let header = [
            "session", "operator", "category", "startedAt", "endedAt", "rawSeconds", "pausedSeconds",
            "disconnectedSeconds", "billedSeconds", "netCents", "currency", "summary", "reason",
        ]
        let rows = sheet.sessions.map { row in
            [
                row.session, row.operator, row.category, row.startedAt.rfc3339, row.endedAt.rfc3339,
                "\(row.rawSeconds)",
                "\(row.pausedSeconds)", "\(row.disconnectedSeconds)", "\(row.billedSeconds)",
                row.netCents.map { "\($0)" } ?? "", row.currency, row.summary,
                row.reason ?? "",
            ]
        }
        // What is given back has no time of its own: both moments are that of the decision.
        let credits = (sheet.credits ?? []).map { credit in
            let texts = [
                credit.session, credit.operator, credit.category, credit.givenAt.rfc3339, credit.givenAt.rfc3339,
            ]
            // Negative numbers of our own are no formulas.
            let numbers = ["0", "0", "0", "\(credit.billedSeconds)", "\(credit.netCents)"]
            let what = credit.asWarranty ? "accepted as warranty" : "given back"
            let cells = texts.map(cell) + numbers + [sheet.totals.currency, credit.reason, what].map(cell)
            return cells.joined(separator: ",") + "\r\n"
        }
        return ([header] + rows).map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
            + credits.joined()
    }

    private static func cell(_ text: String) -> String {
        // Spreadsheets run what begins so (OWASP, CSV injection); a tab or a line break before it does not stop them.
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } ?? false
        let harmless = isFormula ? "'" + text : text
        guard harmless.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
            return harmless
        }
        // Scalar by scalar: a quote with a combining mark behind it is another Character, and still a quote to CSV.
        var quoted = String.UnicodeScalarView()
        for scalar in harmless.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        return "\"\(String(quoted))\""
    }

    /// The last moment of the period; where it ends with a month's last second or the next month's first one.
    private static func lastMoment(_ sheet: Timesheet) -> Timestamp {
        Timestamp(seconds: max(sheet.from.seconds, sheet.to.seconds - 1))
    }
}

/// Moments as people of one time zone read them.
struct LocalTimes {
    /// The zone's name; UTC where the system does not know it.
    let name: String
    private let calendar: Calendar

    init(zone: String) {
        let zone = TimeZone(identifier: zone) ?? .gmt
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
        self.name = zone == .gmt ? "UTC" : zone.identifier
    }

    /// `2026-11-05`.
    func date(_ moment: Timestamp) -> String {
        let parts = components(moment)
        return "\(Self.digits(parts.year, 4))-\(Self.digits(parts.month, 2))-\(Self.digits(parts.day, 2))"
    }

    /// `2026-11-05 21:30`.
    func dateAndTime(_ moment: Timestamp) -> String {
        let parts = components(moment)
        return "\(date(moment)) \(Self.digits(parts.hour, 2)):\(Self.digits(parts.minute, 2))"
    }

    private func components(_ moment: Timestamp) -> DateComponents {
        let date = Date(timeIntervalSince1970: TimeInterval(moment.seconds))
        return calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
    }

    private static func digits(_ number: Int?, _ width: Int) -> String {
        let text = String(number ?? 0)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
