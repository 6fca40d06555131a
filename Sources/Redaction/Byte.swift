/// Bytes by what they are.
enum Byte {
    static let newline = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let backslash = UInt8(ascii: "\\")
    static let quote = UInt8(ascii: "\"")
    static let apostrophe = UInt8(ascii: "'")
    static let dash = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let underscore = UInt8(ascii: "_")

    /// ASCII letters in lower case, anything else as it is.
    @inline(__always) static func lower(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
    @inline(__always) static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    @inline(__always) static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
    /// Space, control bytes and the end of a line.
    @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte <= space }
    /// The alphabet of most tokens: base64url (RFC 4648 §5).
    @inline(__always) static func isToken(_ byte: UInt8) -> Bool { isWord(byte) || byte == underscore || byte == dash }
    @inline(__always) static func isQuote(_ byte: UInt8) -> Bool {
        byte == quote || byte == apostrophe || byte == UInt8(ascii: "`")
    }
    /// RFC 6750 §2.1, `b64token`.
    @inline(__always) static func isBearer(_ byte: UInt8) -> Bool {
        switch byte {
        case dot, UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
        default: isToken(byte)
        }
    }
    /// RFC 4648 §4.
    @inline(__always) static func isBase64(_ byte: UInt8) -> Bool {
        isWord(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
    }
}
