/// The modules of a QR code. What encodes one stands outside: it needs a library of the system.
public struct QRMatrix: Hashable, Sendable {
    /// Encodes bytes; nil where they need a larger version than the given one, 1 to 40.
    public typealias Encoder = (_ bytes: [UInt8], _ mostVersion: Int) -> QRMatrix?

    /// Modules on a side.
    public let size: Int
    /// Row by row; true is dark.
    private let modules: [Bool]

    /// A matrix row by row; nil where it is not square.
    public init?(size: Int, modules: [Bool]) {
        guard (1...177).contains(size), modules.count == size * size else { return nil }
        (self.size, self.modules) = (size, modules)
    }

    /// Whether a module is dark; false outside.
    public func isDark(row: Int, column: Int) -> Bool {
        (0..<size).contains(row) && (0..<size).contains(column) && modules[row * size + column]
    }

    /// The code as a drawing: one unit a module, with the quiet zone of four modules that readers need.
    func svg(title: String) -> HTML {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                let start = column
                while isDark(row: row, column: column) { column += 1 }
                if column > start { path += "M\(start + 4) \(row + 4)h\(column - start)v1h-\(column - start)z" }
                column += 1
            }
        }
        let side = size + 8
        return """
            <svg class="qr" viewBox="0 0 \(side) \(side)" role="img" shape-rendering="crispEdges"><title>\(title)</title>\
            <path fill="#fff" d="M0 0h\(side)v\(side)h-\(side)z"/><path d="\(path)"/></svg>
            """
    }
}
