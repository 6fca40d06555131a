import RelayAPI
import TerminalText

/// What is printed about one session.
public enum SessionPage {
    /// How a live session stands.
    public static func status(_ status: HolderStatus) -> String {
        """
        session   \(clean(status.session))
        contract  \(clean(status.contract))
        client    \(clean(status.agent))
        allowed   \(status.grants.isEmpty ? "nothing" : status.grants.joined(separator: ", "))\(status.asksEach ? " (the client is asked before each step)" : "")
        time      \(DurationText.clock(status.rawSeconds))\(note(status))
        paused    \(DurationText.clock(status.pausedSeconds))

        """ + money(status)
    }

    /// What it would come to now, where the relay has said so.
    private static func money(_ status: HolderStatus) -> String {
        guard let cents = status.netCents, let currency = status.currency else { return "" }
        let quota = status.quotaLeftSeconds.map { "included  \(DurationText.clock($0)) would be left\n" } ?? ""
        return "so far    \(MoneyText.amount(cents)) \(clean(currency)) net\n" + quota
    }

    /// What `resume` came to: the client may have stopped the clock too.
    public static func resumed(_ record: SessionRecord) -> String {
        let time = DurationText.clock(record.rawSeconds)
        return record.state == .paused
            ? "the clock stands at \(time) until the client lets it go on" : "the clock runs on from \(time)"
    }

    /// What came from the relay or the client's machine, safe to show.
    private static func clean(_ text: String) -> String { TerminalText.name(text, limit: 100) }

    private static func standing(_ status: HolderStatus) -> String {
        status.isPausedByClient ? "the client stopped the clock" : "the clock stands still"
    }

    private static func note(_ status: HolderStatus) -> String {
        if status.isDisconnected == true { return " (no connection, nothing is billed)" }
        return status.isPaused ? " (\(standing(status)))" : ""
    }

    /// What an operator's end came to.
    public static func ended(_ session: EndedSession) -> String {
        guard let receipt = session.receipt else {
            let reason = session.problem.map { ": \(TerminalText.name($0, limit: 500))" } ?? ""
            return ended(session.record) + "receipt   none yet\(reason)\n"
        }
        return ReceiptPage.text(receipt)
    }

    /// What an ended session came to.
    public static func ended(_ record: SessionRecord) -> String {
        """
        session   \(clean(record.session))\(record.recorded == true ? " (recorded later, without a session)" : "")
        contract  \(clean(record.contract))
        time      \(DurationText.clock(record.rawSeconds))
        paused    \(DurationText.clock(record.pausedSeconds))
        billed    \(DurationText.clock(record.billedSeconds))\(cost(record))
        summary   \(TerminalText.name(record.summary ?? "", limit: 500))

        """
    }

    /// What it comes to, and how much of it the client's included time covers.
    private static func cost(_ record: SessionRecord) -> String {
        guard let cents = record.netCents, let currency = record.currency else { return "" }
        let covered = record.quotaSeconds.map { $0 > 0 ? ", \(DurationText.clock($0)) of it included" : "" } ?? ""
        return "\(covered), \(MoneyText.amount(cents)) \(TerminalText.name(currency, limit: 3)) net"
    }

    /// A list of sessions, one line each.
    public static func list(_ records: [SessionRecord]) -> String {
        let header = ["SESSION", "CONTRACT", "STATE", "OPERATOR", "STARTED", "TIME", "SUMMARY"]
        let rows = records.map { record in
            [
                record.session, record.contract, state(record),
                record.operator, record.startedAt.rfc3339,
                DurationText.clock(record.billedSeconds), record.summary ?? record.purpose,
            ]
        }
        return TextTable.text(header: header, rows: rows, right: [5])
    }

    /// How it stands; of one that was given back that too, since its time alone would say that it is paid.
    private static func state(_ record: SessionRecord) -> String {
        let state = record.recorded == true ? "recorded" : record.state.rawValue
        return switch record.credited {
        case nil: state
        case .returned: "\(state), given back"
        case .asWarranty: "\(state), warranty"
        }
    }
}

/// Columns of text, as wide as their widest cell.
enum TextTable {
    /// - Parameter right: columns whose cells stand at the right.
    static func text(header: [String], rows: [[String]], right: Set<Int> = []) -> String {
        let cells = [header] + rows.map { $0.map { TerminalText.name($0, limit: 60) } }
        let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let line = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return right.contains(column) ? space + row[column] : row[column] + space
            }
            .joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        .joined()
    }
}
