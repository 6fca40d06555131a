import CQREncode

/// A QR code (ISO/IEC 18004), encoded by the system's libqrencode.
struct QRMatrix {
    /// Modules on a side.
    let size: Int
    /// Row by row; true is dark.
    private let modules: [Bool]

    /// The code of these bytes with error correction M, which mends 15 % of it.
    ///
    /// Nil where they need a version above `mostVersion`, 1 to 40.
    init?(_ bytes: [UInt8], mostVersion: Int) {
        guard !bytes.isEmpty, let count = Int32(exactly: bytes.count),
            let code = bytes.withUnsafeBufferPointer({ QRcode_encodeData(count, $0.baseAddress, 0, QR_ECLEVEL_M) })
        else { return nil }
        defer { QRcode_free(code) }
        guard code.pointee.version <= mostVersion, let data = code.pointee.data else { return nil }
        let size = Int(code.pointee.width)
        // The lowest bit is the module's colour, the others say what it is for.
        modules = UnsafeBufferPointer(start: data, count: size * size).map { $0 & 1 == 1 }
        self.size = size
    }

    /// Whether a module is dark; false outside.
    func isDark(row: Int, column: Int) -> Bool {
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
