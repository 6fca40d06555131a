internal import Glibc
internal import GRDB
internal import GRDBSQLite

/// The rows of a query as SQLite holds them: no value is made of any cell before it is asked for.
struct RawRows {
    private let statement: Statement
    /// How many cells a row has.
    let width: Int32

    init(_ sql: String, in db: Database) throws { self.init(try db.makeStatement(sql: sql)) }

    /// The rows of a statement that has its arguments.
    init(_ statement: Statement) {
        self.statement = statement
        width = sqlite3_column_count(statement.sqliteStatement)
    }

    /// The columns' names.
    var columns: [String] {
        (0..<width).map { sqlite3_column_name(statement.sqliteStatement, $0).map { String(cString: $0) } ?? "" }
    }

    /// Ends the query, wherever it stands.
    func reset() { sqlite3_reset(statement.sqliteStatement) }

    /// Goes to the next row; false after the last one.
    func next() throws -> Bool {
        switch sqlite3_step(statement.sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let message = sqlite3_errmsg(sqlite3_db_handle(statement.sqliteStatement)).map { String(cString: $0) }
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// Whether a cell of this row holds nothing.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement.sqliteStatement, column) == SQLITE_NULL }

    /// The whole number in a cell of this row; nil for anything else.
    func integer(_ column: Int32) -> Int64? {
        guard sqlite3_column_type(statement.sqliteStatement, column) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(statement.sqliteStatement, column)
    }

    /// The bytes of the text in a cell of this row, as long as it is this row; nil for anything else.
    func text(_ column: Int32) -> UnsafeRawBufferPointer? {
        guard sqlite3_column_type(statement.sqliteStatement, column) == SQLITE_TEXT else { return nil }
        return bytes(column)
    }

    /// Whether a cell of this row is the same as one of another's, in type and bytes.
    func isSame(_ column: Int32, as other: RawRows) -> Bool {
        let (own, theirs) = (statement.sqliteStatement, other.statement.sqliteStatement)
        let type = sqlite3_column_type(own, column)
        guard type == sqlite3_column_type(theirs, column) else { return false }
        switch type {
        case SQLITE_NULL: return true
        case SQLITE_INTEGER: return sqlite3_column_int64(own, column) == sqlite3_column_int64(theirs, column)
        case SQLITE_FLOAT:
            return sqlite3_column_double(own, column).bitPattern == sqlite3_column_double(theirs, column).bitPattern
        default: return Self.isSame(bytes(column), other.bytes(column))
        }
    }

    /// Whether both are the same bytes.
    static func isSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress else {
            return left.count == right.count
        }
        return memcmp(start, other, left.count) == 0
    }

    private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        // In this order: sqlite3_column_bytes says how long what the call before gave is.
        let start = sqlite3_column_blob(statement.sqliteStatement, column)
        return UnsafeRawBufferPointer(
            start: start,
            count: Int(sqlite3_column_bytes(statement.sqliteStatement, column))
        )
    }
}
