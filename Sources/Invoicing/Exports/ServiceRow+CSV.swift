import Billing
import Contracts

extension ServiceRow {
    /// The names of the columns: those of the timesheet's JSON.
    static let columns = [
        "session", "contract", "operator", "category", "startedAt", "endedAt", "rawSeconds", "pausedSeconds",
        "disconnectedSeconds", "billedSeconds", "bands", "quotaSeconds", "netCents", "currency", "summary", "receipt",
    ]

    /// What a table has besides where a session is given back in it.
    static let creditColumns = ["credit", "creditReason", "creditedInvoice"]

    /// The proof of service as a table (RFC 4180): times in UTC, durations in seconds, money in cents.
    ///
    /// Bands are `seconds:percentage:label`, joined by ` | `. What people wrote cannot become a formula.
    ///
    /// A session that is given back has a row of its own, with what changes: negative seconds and cents, and in three
    /// more columns what becomes of it (`returned`, `warranty`), why, and the number of the invoice that had billed it.
    public static func csv(_ rows: [ServiceRow]) -> String {
        let hasCredits = rows.contains { $0.credit != nil }
        let head = (columns + (hasCredits ? creditColumns : [])).map(CSVText.Cell.plain)
        return CSVText.rows([head] + rows.map { $0.cells + (hasCredits ? $0.creditCells : []) })
    }

    private var creditCells: [CSVText.Cell] {
        [
            .plain(credit?.kind.rawValue ?? ""), .text(credit?.reason ?? ""), .text(credit?.original?.number ?? ""),
        ]
    }

    private var cells: [CSVText.Cell] {
        [
            .text(session), .text(contract), .text(`operator`), .text(category), .plain(startedAt.description),
            .plain(endedAt.description), .number(rawSeconds), .number(pausedSeconds), .number(disconnectedSeconds),
            .number(billedSeconds), .text(bands.map(Self.text).joined(separator: " | ")), .number(quotaSeconds),
            .number(netCents), .text(currency), .text(summary), .plain(receipt?.rawValue ?? ""),
        ]
    }

    private static func text(_ band: Band) -> String {
        "\(band.seconds):\(BasisPoints.text(band.percentBp)):\(band.label)"
    }
}
