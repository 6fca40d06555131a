import Billing

extension ServiceRow {
    /// Sessions as hledger reads them (timeclock format): a line for each start and stop of work, breaks left out.
    ///
    /// Times are local: hledger ignores a time zone. The account is `contract:category`, the description the summary.
    public static func timeclock(_ rows: [ServiceRow], zone: TimeZoneRules) -> String {
        rows.flatMap { row in
            row.worked.map { stretch in
                // Two spaces end the account's name, a semicolon begins a comment.
                let account = "\(row.contract):\(row.category)".singleLine
                let summary = String(row.summary.singleLine.map { $0 == ";" ? "," : $0 })
                let note = row.recordedNote.map { " (\($0))" } ?? ""
                let description = (summary.isEmpty ? row.session.singleLine : summary) + note
                return """
                    i \(timestamp(stretch.from, zone)) \(account)  \(description)
                    o \(timestamp(stretch.to, zone))

                    """
            }
        }.joined()
    }

    private static func timestamp(_ instant: Instant, _ zone: TimeZoneRules) -> String {
        let clock = zone.wallClock(at: instant)
        return "\(clock.date) \(clock.text)"
    }
}

extension WallClock {
    /// `21:30:05`.
    var text: String { [hour, minute, second].map(twoDigits).joined(separator: ":") }
}
