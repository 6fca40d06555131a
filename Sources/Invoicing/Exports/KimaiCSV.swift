import Billing
import Contracts

extension ServiceRow {
    /// Sessions as Kimai's importer reads them: a row for each, with its connected time and its net.
    ///
    /// Times are local, since Kimai takes them for the user's; client, contract and category become customer, project
    /// and activity.
    ///
    /// - Parameter email: the address by which Kimai knows an operator.
    public static func kimai(
        _ rows: [ServiceRow],
        zone: TimeZoneRules,
        email: (_ operator: String) -> String = { "\($0)@lotse.invalid" }
    ) -> String {
        let head = [
            "Date", "From", "To", "Duration", "Rate", "User", "Email", "Customer", "Project", "Activity", "Description",
            "Exported", "Tags",
        ]
        let cells = rows.map { row in
            let start = zone.wallClock(at: row.startedAt)
            return [
                .plain(start.date.description), .plain(start.text), .plain(zone.wallClock(at: row.endedAt).text),
                .number(row.rawSeconds), .plain(Cents.text(row.netCents)), .text(row.operator),
                .text(email(row.operator)), .text(row.client), .text(row.contract), .text(row.category),
                .text(row.summary), .plain("0"),
                .text(row.receipt == .recorded ? "\(row.session),recorded" : row.session),
            ] as [CSVText.Cell]
        }
        return CSVText.rows([head.map(CSVText.Cell.plain)] + cells)
    }
}
