internal import GRDB

/// The row at which a query stands, as long as it stands there: cells by their column's name.
///
/// A cell is read where SQLite holds it, as the one type that is asked for. GRDB's own rows find out what a cell holds while the program
/// runs, generic code of another module: that took a quarter of the time in which many sessions were read.
final class StoredRow {
    private let rows: RawRows
    private let columns: [String]
    /// Records read their columns nearly in the order in which they stand.
    private var likely = 0

    init(_ rows: RawRows) {
        self.rows = rows
        columns = rows.columns
    }

    /// The column's value; an error, not a trap, where an edited file holds something else.
    func value<Value: CellValue>(_ column: String) throws -> Value {
        guard let index = index(of: column), let value = Value(cell: index, of: rows) else {
            throw LedgerError(
                .corrupt,
                "the ledger's column \"\(column)\" holds what it never should; run lotse-relay verify"
            )
        }
        return value
    }

    /// The column's value, or `nil` where it is NULL.
    func optional<Value: CellValue>(_ column: String) throws -> Value? {
        if let index = index(of: column), rows.isNull(index) { return nil }
        return try value(column) as Value
    }

    /// The case that the column names.
    func named<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        guard let value = Value(rawValue: try value(column)) else {
            throw LedgerError(
                .corrupt,
                "the ledger's column \"\(column)\" holds an unknown word; run lotse-relay verify"
            )
        }
        return value
    }

    private func index(of column: String) -> Int32? {
        for step in 0..<columns.count {
            let index = (likely &+ step) % columns.count
            guard columns[index] == column else { continue }
            likely = index &+ 1
            return Int32(index)
        }
        return nil
    }
}

/// What a record reads from a cell.
protocol CellValue {
    /// Nothing where the cell holds something else.
    init?(cell: Int32, of rows: RawRows)
}

extension Int64: CellValue {
    init?(cell: Int32, of rows: RawRows) {
        guard let integer = rows.integer(cell) else { return nil }
        self = integer
    }
}

extension String: CellValue {
    init?(cell: Int32, of rows: RawRows) {
        guard let text = rows.text(cell) else { return nil }
        self.init(decoding: text, as: UTF8.self)
    }
}

extension Database {
    /// All rows of a query whose statement is kept prepared.
    func rows<Record>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        _ read: (StoredRow) throws -> Record
    ) throws -> [Record] {
        var records: [Record] = []
        try forEachRow(sql, arguments) { row in
            records.append(try read(row))
            return true
        }
        return records
    }

    /// The first row of a query whose statement is kept prepared.
    func row<Record>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        _ read: (StoredRow) throws -> Record
    ) throws -> Record? {
        var record: Record?
        try forEachRow(sql, arguments) { row in
            record = try read(row)
            return false
        }
        return record
    }

    /// Calls `body` with each row until it returns false.
    private func forEachRow(
        _ sql: String,
        _ arguments: StatementArguments,
        _ body: (StoredRow) throws -> Bool
    ) throws {
        let statement = try cachedStatement(sql: sql)
        try statement.setArguments(arguments)
        let rows = RawRows(statement)
        // A statement that stands at a row keeps its transaction open.
        defer { rows.reset() }
        let row = StoredRow(rows)
        while try rows.next(), try body(row) {}
    }
}
