internal import GRDB

extension Row {
    /// The column's value; unlike GRDB's subscript an error, not a trap, where an edited file holds something else.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        let stored: DatabaseValue = self[column] ?? .null
        guard let value = Value.fromDatabaseValue(stored) else {
            throw LedgerError(
                .corrupt,
                "the ledger's column \"\(column)\" holds what it never should; run lotse-relay verify"
            )
        }
        return value
    }

    /// The column's value, or `nil` where it is NULL.
    func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
        let stored: DatabaseValue = self[column] ?? .null
        return stored.isNull ? nil : try value(column) as Value
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
}

extension Database {
    /// All rows of a query.
    func rows<Record>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        _ read: (Row) throws -> Record
    ) throws -> [Record] {
        var records: [Record] = []
        let cursor = try Row.fetchCursor(try cachedStatement(sql: sql), arguments: arguments)
        while let row = try cursor.next() { records.append(try read(row)) }
        return records
    }

    /// The first row of a query.
    func row<Record>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        _ read: (Row) throws -> Record
    ) throws -> Record? {
        try Row.fetchOne(try cachedStatement(sql: sql), arguments: arguments).map(read)
    }
}
