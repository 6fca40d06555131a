import Billing
import Contracts

extension ServiceRow {
    /// Sessions as a calendar (RFC 5545): an event for each, in UTC.
    public static func calendar(_ rows: [ServiceRow]) -> String {
        let head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lotse//Timesheet//EN", "CALSCALE:GREGORIAN"]
        let lines = head + rows.flatMap(\.event) + ["END:VCALENDAR"]
        return lines.map { ICalendarText.folded($0) + "\r\n" }.joined()
    }

    private var event: [String] {
        let connected = Seconds.text(rawSeconds)
        let details = [
            summary, "\(category), \(`operator`), \(session)",
            "\(connected) connected, \(Seconds.text(billedSeconds)) billed",
            "\(Cents.text(netCents)) \(currency) net", recordedNote ?? "",
        ]
        // §3.8.2.2: an end is later than its start; an event without one takes no time.
        let end = endedAt > startedAt ? ["DTEND:\(endedAt.compact)"] : []
        let head = [
            "BEGIN:VEVENT",
            "UID:\(ICalendarText.escaped(session))@\(ICalendarText.escaped(contract)).lotse.invalid",
            // Without a clock the end is the moment at which all of it was known.
            "DTSTAMP:\(endedAt.compact)",
            "DTSTART:\(startedAt.compact)",
        ]
        let tail = [
            "SUMMARY:\(ICalendarText.escaped(summary.isEmpty ? "\(client): \(category)" : "\(client): \(summary)"))",
            "DESCRIPTION:\(ICalendarText.escaped(details.filter { !$0.isEmpty }.joined(separator: "\n")))",
            "CATEGORIES:\(ICalendarText.escaped(category))",
            "END:VEVENT",
        ]
        return head + end + tail
    }
}

/// The forms of text in a calendar (RFC 5545).
enum ICalendarText {
    /// A TEXT value (§3.3.11): backslash, semicolon and comma escaped, a line break as `\n`, other controls left out.
    static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        // Scalar by scalar: CR LF is one Character.
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",": escaped.append(contentsOf: ["\\", scalar])
            case "\n" where previous == "\r": break
            case "\n", "\r": escaped.append(contentsOf: ["\\", "n"])
            case "\t": escaped.append(" ")
            case _ where scalar.isUnsafeToShow: break
            default: escaped.append(scalar)
            }
            previous = scalar
        }
        return String(escaped)
    }

    /// A content line cut so that none is longer than 75 octets without its line break (§3.1): what follows a cut
    /// begins with a space. No character is cut in two.
    static func folded(_ line: String) -> String {
        var folded = String.UnicodeScalarView()
        var octets = 0
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > 75 {
                folded.append(contentsOf: ["\r", "\n", " "])
                octets = 1
            }
            folded.append(scalar)
            octets += width
        }
        return String(folded)
    }
}
