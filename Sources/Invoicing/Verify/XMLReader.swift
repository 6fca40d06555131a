/// Reads what `XMLWriter` writes, and nothing else: no document type, no entities but the five of XML and numbers, no
/// comments, no instructions, no CDATA. Bytes are hostile: size, depth and number of elements are limited.
struct XMLReader {
    /// 8 MiB: an invoice with the proof of a thousand sessions has a tenth of it.
    static let mostBytes = 8 << 20
    static let mostDepth = 16
    static let mostElements = 100_000
    static let mostAttributes = 8
    static let mostNameBytes = 64

    private let bytes: [UInt8]
    private var position = 0
    private var elements = 0

    /// The root element. Throws `unreadable`.
    static func read(_ bytes: [UInt8]) throws(InvoicingError) -> XMLNode {
        guard bytes.count <= mostBytes else { throw .unreadable("the file is larger than 8 MiB") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .unreadable("the file is not UTF-8") }
        var reader = XMLReader(bytes: bytes)
        return try reader.document()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func document() throws(InvoicingError) -> XMLNode {
        guard skip(#"<?xml version="1.0" encoding="UTF-8"?>"#) else {
            throw .unreadable("the file does not begin as XML")
        }
        skipSpace()
        // Elements that are open, the innermost last: a stack instead of recursion, which hostile depth could overflow.
        var open: [XMLNode] = []
        while true {
            if skip("</") {
                guard let node = open.popLast(), try name() == node.name, skip(">") else { throw mismatch }
                guard var parent = open.popLast() else { return try end(node) }
                parent.children.append(node)
                open.append(parent)
                skipSpace()
            } else if skip("<") {
                open.append(try start(depth: open.count))
                try content(of: &open[open.count - 1])
            } else {
                throw mismatch
            }
        }
    }

    private mutating func end(_ root: XMLNode) throws(InvoicingError) -> XMLNode {
        skipSpace()
        guard position == bytes.count else { throw .unreadable("something stands behind the last element") }
        return root
    }

    private mutating func start(depth: Int) throws(InvoicingError) -> XMLNode {
        elements += 1
        guard depth < Self.mostDepth, elements <= Self.mostElements else {
            throw .unreadable("the file has too many elements, or too many in each other")
        }
        var node = XMLNode(name: try name(), attributes: [])
        while skip(" ") {
            let attribute = try name()
            guard skip("=\""), node.attributes.count < Self.mostAttributes else { throw mismatch }
            node.attributes.append((attribute, try text(until: UInt8(ascii: "\""))))
            guard skip("\"") else { throw mismatch }
        }
        guard skip(">") else { throw mismatch }
        return node
    }

    /// The text of an element that has no elements, or the space before its first one.
    private mutating func content(of node: inout XMLNode) throws(InvoicingError) {
        let text = try text(until: UInt8(ascii: "<"))
        let isSpace = text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A }
        let isLeaf = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "/")
        guard isLeaf || isSpace else { throw .unreadable("\(node.name) has a text before an element") }
        node.text = isLeaf ? text : ""
    }

    private mutating func text(until stop: UInt8) throws(InvoicingError) -> String {
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != stop {
            switch bytes[position] {
            case UInt8(ascii: "&"): text += try reference()
            case UInt8(ascii: "<"): throw mismatch
            case 0x00..<0x0A, 0x0B..<0x20: throw .unreadable("the file holds a control character")
            case let byte:
                text.append(byte)
                position += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func reference() throws(InvoicingError) -> [UInt8] {
        let rest = bytes[position...].prefix(12)
        guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { throw mismatch }
        let name = String(decoding: rest[(position + 1)..<end], as: UTF8.self)
        position = end + 1
        switch name {
        case "amp": return Array("&".utf8)
        case "lt": return Array("<".utf8)
        case "gt": return Array(">".utf8)
        case "quot": return Array("\"".utf8)
        case "apos": return Array("'".utf8)
        case "#9", "#10", "#13": return [UInt8(name.dropFirst()) ?? 0x20]
        default: throw .unreadable("the file holds the unknown entity \(name.singleLine)")
        }
    }

    private mutating func name() throws(InvoicingError) -> String {
        let isName: (UInt8) -> Bool = { (0x41...0x5A).contains($0 & 0xDF) || $0 == UInt8(ascii: ":") }
        let name = bytes[position...].prefix(Self.mostNameBytes + 1).prefix(while: isName)
        guard !name.isEmpty, name.count <= Self.mostNameBytes else { throw mismatch }
        position += name.count
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let expected = text.withUTF8Buffer { Array($0) }
        guard bytes[position...].starts(with: expected) else { return false }
        position += expected.count
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0A { position += 1 }
    }

    private var mismatch: InvoicingError { .unreadable("the file is broken at byte \(position)") }
}
