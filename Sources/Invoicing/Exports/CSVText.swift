/// Comma-separated values by RFC 4180: CRLF at the end of each row, quotes only where they are needed.
enum CSVText {
    /// Rows of cells. A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV
    /// injection), unless it is one of our own numbers.
    static func rows(_ rows: [[Cell]], separator: Unicode.Scalar = ",") -> String {
        rows.map { row in row.map { cell($0, separator) }.joined(separator: String(separator)) + "\r\n" }.joined()
    }

    /// What stands in a cell.
    enum Cell {
        /// Written by people or machines that are not ours.
        case text(String)
        /// A number, negative ones too.
        case number(Int64)
        /// An amount as `Cents.text` writes it, a date, a time: written by this program.
        case plain(String)
    }

    private static func cell(_ cell: Cell, _ separator: Unicode.Scalar) -> String {
        switch cell {
        case .number(let number): "\(number)"
        case .plain(let text): quoted(text, separator)
        case .text(let text): quoted(harmless(text), separator)
        }
    }

    private static func harmless(_ text: String) -> String {
        // Spreadsheets skip white space before a formula's sign; full-width signs count as signs in some of them.
        let first = text.unicodeScalars.first
        let isSpace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace || $0.value < 0x20 }
        let sign = text.unicodeScalars.first { !isSpace($0) }
        let begins = sign.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
        return begins || (first.map { "\t\r\n".unicodeScalars.contains($0) } ?? false) ? "'" + text : text
    }

    private static func quoted(_ text: String, _ separator: Unicode.Scalar) -> String {
        let special: (Unicode.Scalar) -> Bool = { $0 == separator || $0 == "\"" || $0 == "\r" || $0 == "\n" }
        guard text.unicodeScalars.contains(where: special) else { return text }
        // Scalar by scalar: a quote with a combining mark behind it is another Character, and still a quote to CSV.
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}

extension CSVText {
    /// The cells of a text that `rows` wrote; nil where quotes do not match or a row does not end in CRLF.
    static func parse(_ text: String) -> [[String]]? {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        var isQuoted = false
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch (scalar, isQuoted) {
            case ("\"", true) where next == "\"":
                cell.append("\"")
                next = scalars.next()
            case ("\"", true): isQuoted = false
            case ("\"", false):
                guard cell.isEmpty else { return nil }
                isQuoted = true
            case (",", false), ("\r", false):
                row.append(String(cell))
                cell = String.UnicodeScalarView()
                guard scalar == "\r" else { continue }
                guard next == "\n" else { return nil }
                next = scalars.next()
                rows.append(row)
                row = []
            default: cell.append(scalar)
            }
        }
        return isQuoted || !cell.isEmpty || !row.isEmpty ? nil : rows
    }
}
