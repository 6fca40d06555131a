import Billing

extension ServiceRow {
    /// Sessions as Timewarrior keeps them in its data files: an `inc` line for each stretch of work, in UTC, with
    /// client, contract, category and session as tags and the summary as annotation.
    ///
    /// Lines are in time order, as Timewarrior wants them.
    public static func timewarrior(_ rows: [ServiceRow]) -> String {
        let stretches = rows.flatMap { row in row.worked.map { (row: row, stretch: $0) } }
        return stretches.sorted { $0.stretch.from < $1.stretch.from }.map { row, stretch in
            let recorded = row.receipt == .recorded ? ["recorded"] : []
            let tags = ([row.client, row.contract, row.category, row.session] + recorded).map(quotedTag)
                .joined(separator: " ")
            let annotation = row.summary.singleLine.isEmpty ? "" : " # \(quotedTag(row.summary))"
            return "inc \(stretch.from.compact) - \(stretch.to.compact) # \(tags)\(annotation)\n"
        }.joined()
    }

    private static func quotedTag(_ text: String) -> String {
        let cleaned = text.singleLine.flatMap { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }
        return "\"\(String(cleaned))\""
    }
}

extension Instant {
    /// `20261105T203000Z`, ISO 8601 without separators.
    var compact: String { String(description.filter { $0 != "-" && $0 != ":" }) }
}
