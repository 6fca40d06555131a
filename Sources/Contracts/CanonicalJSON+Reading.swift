extension JSONValue {
    /// Reads canonical bytes (RFC 8785), strictly: `nil` for any bytes that ``canonicalBytes`` would not write, such as white space, another
    /// order of members, an escape that need not be, a number that is not whole or beyond ±(2^53 − 1), or nesting beyond 64.
    public init?(canonicalBytes bytes: some Collection<UInt8>) {
        let value = bytes.withContiguousStorageIfAvailable { CanonicalReader.value(of: UnsafeRawBufferPointer($0)) }
        guard let value = value ?? Array(bytes).withUnsafeBytes({ CanonicalReader.value(of: $0) }) else { return nil }
        self = value
    }

    /// The same for bytes in memory that is borrowed.
    public init?(canonicalBytes bytes: UnsafeRawBufferPointer) {
        guard let value = CanonicalReader.value(of: bytes) else { return nil }
        self = value
    }
}

/// One pass over the bytes; what is read is what would be written, so that nothing need be written to compare.
private struct CanonicalReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private static let deepest = 64
    /// Room for most objects: a table that grows is made anew each time.
    private static let usualMembers = 10
    private static let largestInteger: UInt64 = 9_007_199_254_740_991

    static func value(of bytes: UnsafeRawBufferPointer) -> JSONValue? {
        var reader = CanonicalReader(bytes: bytes)
        guard let value = reader.value(depth: 0), reader.position == bytes.count else { return nil }
        return value
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    private mutating func value(depth: Int) -> JSONValue? {
        guard depth <= Self.deepest else { return nil }
        switch next {
        case UInt8(ascii: "{"): return object(depth)
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "\""): return string().map(JSONValue.string)
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return integer().map(JSONValue.integer)
        }
    }

    private mutating func array(_ depth: Int) -> JSONValue? {
        position += 1
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(elements) : nil
    }

    private mutating func object(_ depth: Int) -> JSONValue? {
        position += 1
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        members.reserveCapacity(Self.usualMembers)
        var previous: String?
        repeat {
            guard let name = string(), previous.map({ Self.isBefore($0, name) }) ?? true, take(UInt8(ascii: ":")),
                let member = value(depth: depth + 1), members.updateValue(member, forKey: name) == nil
            else { return nil }
            previous = name
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(members) : nil
    }

    /// RFC 8785 §3.2.3. UTF-8 sorts as UTF-16 does, but where one of the two is beyond U+D7FF.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf16.lexicographicallyPrecedes(right.utf16)
    }

    private mutating func integer() -> Int64? {
        let isNegative = take(UInt8(ascii: "-"))
        let first = position
        var magnitude: UInt64 = 0
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            magnitude = magnitude &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
            position += 1
            // 16 digits fit into 64 bits.
            guard position - first <= 16 else { return nil }
        }
        guard position > first, magnitude <= Self.largestInteger,
            bytes[first] != UInt8(ascii: "0") || (position == first + 1 && !isNegative)
        else { return nil }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let first = position
        var all: UInt8 = 0
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            all |= byte
            position += 1
        }
        guard next == UInt8(ascii: "\\") else {
            guard take(UInt8(ascii: "\"")) else { return nil }
            let text = UnsafeRawBufferPointer(rebasing: bytes[first..<position - 1])
            // ASCII, as nearly every string is, is valid as it stands.
            return all < 0x80 ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
        }
        return escapedString(from: first)
    }

    /// A string in which something is escaped, after whose beginning the position stands at the first escape.
    private mutating func escapedString(from first: Int) -> String? {
        var text = Array(bytes[first..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                text.append(escaped)
            case 0..<0x20: return nil
            default:
                // In one go up to the next byte that means something.
                let start = position - 1
                while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                    position += 1
                }
                text.append(contentsOf: bytes[start..<position])
            }
        }
        return nil
    }

    /// What stands after a backslash: only the one spelling that RFC 8785 §3.2.2.2 has for a byte.
    private mutating func escape() -> UInt8? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return byte
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"):
            guard take("00"), let high = digit(), let low = digit() else { return nil }
            let control = high << 4 | low
            return control < 0x20 && ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(control) ? control : nil
        default: return nil
        }
    }

    private mutating func digit() -> UInt8? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
        default: return nil
        }
    }
}
