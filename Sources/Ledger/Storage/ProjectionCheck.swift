internal import GRDB

/// Compares every projection with the one that the replay gave.
struct ProjectionCheck {
    let db: Database
    let replay: Database

    /// The first problem of every table that has one, the earliest entry first.
    func run(count: Int64) throws -> [HeadCheck.Problem] {
        try Schema.projections.filter { try !isSame($0) }.compactMap { try difference(in: $0, count) }
            .sorted { ($0.entry ?? .max) < ($1.entry ?? .max) }
    }

    /// Whether both have the same rows. Only where they have not does it pay to find out what to say about it.
    private func isSame(_ table: Schema.Projection) throws -> Bool {
        let columns = try replay.columns(in: table.name).map(\.name).joined(separator: ", ")
        let query = "SELECT \(columns) FROM \(table.name) ORDER BY \(table.key)"
        let (have, want) = (try RawRows(query, in: db), try RawRows(query, in: replay))
        while true {
            let (isRow, isWanted) = (try have.next(), try want.next())
            guard isRow, isWanted else { return isRow == isWanted }
            guard (0..<have.width).allSatisfy({ have.isSame($0, as: want) }) else { return false }
        }
    }

    private struct Line: Equatable {
        /// Type and bytes of every column.
        let cells: [DatabaseValue]
        let key: [DatabaseValue]
        let entry: DatabaseValue
    }

    private func difference(in table: Schema.Projection, _ count: Int64) throws -> HeadCheck.Problem? {
        let columns = try replay.columns(in: table.name).map(\.name)
        let (have, want) = (try cursor(db, table, columns), try cursor(replay, table, columns))
        while true {
            let (actual, expected) = (try have.next(), try want.next())
            guard actual != expected else {
                if actual == nil { return nil }
                continue
            }
            return try problem(table, actual, expected, count)
        }
    }

    private func problem(
        _ table: Schema.Projection,
        _ actual: Line?,
        _ expected: Line?,
        _ count: Int64
    ) throws -> HeadCheck.Problem {
        if let expected, try actual?.key == expected.key || !exists(expected, table) {
            let entry = Int64.fromDatabaseValue(expected.entry)
            let what = actual?.key == expected.key ? "was changed" : "is missing"
            return .init(
                entry: entry,
                text: "a row of \(table.name) \(what) that entry \(entry.map(String.init) ?? "?") wrote"
            )
        }
        let entry = actual.flatMap { Int64.fromDatabaseValue($0.entry) }.flatMap {
            (1...max(1, count)).contains($0) ? $0 : nil
        }
        return .init(entry: entry, text: "a row of \(table.name) comes from no entry")
    }

    /// Whether the ledger has a row with the key of `line`, somewhere.
    private func exists(_ line: Line, _ table: Schema.Projection) throws -> Bool {
        let condition = table.keyColumns.map { "\($0) = ?" }.joined(separator: " AND ")
        return try Row.fetchOne(
            db,
            sql: "SELECT 1 FROM \(table.name) WHERE \(condition)",
            arguments: StatementArguments(line.key)
        ) != nil
    }

    private func cursor(_ db: Database, _ table: Schema.Projection, _ columns: [String]) throws -> AnyCursor<Line> {
        let cells = columns.flatMap { ["typeof(\($0))", "CAST(\($0) AS BLOB)"] } + table.keyColumns + ["entry"]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT \(cells.joined(separator: ", ")) FROM \(table.name) ORDER BY \(table.key)"
        )
        return AnyCursor(
            rows.map { row in
                let values = Array(row.databaseValues)
                let cellCount = columns.count &* 2
                return Line(
                    cells: Array(values.prefix(cellCount)),
                    key: Array(values.dropFirst(cellCount).dropLast()),
                    entry: values.last ?? .null
                )
            }
        )
    }
}
