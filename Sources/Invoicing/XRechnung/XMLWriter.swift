/// Writes the XML of an invoice: elements without mixed content, indented by two spaces, always the same bytes.
struct XMLWriter {
    private(set) var bytes: [UInt8] = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8) + [0x0A]
    private var depth = 0

    /// An element with elements in it.
    mutating func element<Failure: Error>(
        _ name: String,
        _ attributes: [(name: String, value: String)] = [],
        content: (inout XMLWriter) throws(Failure) -> Void
    ) throws(Failure) {
        indent()
        open(name, attributes)
        bytes.append(0x0A)
        depth += 1
        try content(&self)
        depth -= 1
        indent()
        close(name)
    }

    /// An element with a text. Without a visible character it is left out: empty elements are refused
    /// (PEPPOL-EN16931-R008).
    mutating func leaf(_ name: String, _ text: String?, _ attributes: [(name: String, value: String)] = []) {
        guard let text,
            text.isPlainMarkup || text.unicodeScalars.contains(where: { $0.isXML && !$0.properties.isWhitespace })
        else { return }
        indent()
        open(name, attributes)
        bytes += Self.escaped(text).utf8
        close(name)
    }

    /// The text with markup escaped and without characters that XML 1.0 has no way to write (§2.2).
    static func escaped(_ text: String) -> String {
        guard !text.isPlainMarkup else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars where scalar.isXML {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            // Readers turn raw ones into other white space (§2.11, §3.3.3).
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private mutating func open(_ name: String, _ attributes: [(name: String, value: String)]) {
        bytes += "<\(name)".utf8
        for attribute in attributes { bytes += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"".utf8 }
        bytes += ">".utf8
    }

    private mutating func close(_ name: String) { bytes += "</\(name)>\n".utf8 }

    private mutating func indent() { bytes += repeatElement(0x20, count: depth * 2) }
}

extension Unicode.Scalar {
    /// Whether XML 1.0 can hold the character (§2.2 Char).
    var isXML: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
