import Billing
import Contracts

extension ServiceRow {
    /// The names of the columns: those of the timesheet's JSON.
    static let columns = [
        "session", "contract", "operator", "category", "startedAt", "endedAt", "rawSeconds", "pausedSeconds",
        "disconnectedSeconds", "billedSeconds", "bands", "quotaSeconds", "netCents", "currency", "summary", "receipt",
    ]

    /// The proof of service as a table (RFC 4180): times in UTC, durations in seconds, money in cents.
    ///
    /// Bands are `seconds:percentage:label`, joined by ` | `. What people wrote cannot become a formula.
    public static func csv(_ rows: [ServiceRow]) -> String {
        CSVText.rows([columns.map(CSVText.Cell.plain)] + rows.map(\.cells))
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
