/// Limits on what callers hand in, so that whatever is recorded can also be read back and replayed.
enum Check {
    /// The last second of the year 9999.
    static let latest: Int64 = 253_402_300_799

    static func time(_ value: Int64, _ what: String) throws {
        guard (0...latest).contains(value) else {
            throw LedgerError(.invalid, "\(what) is not a time between 1970 and 9999; check the clock")
        }
    }

    /// A name or an identity: 1 to 200 bytes without control characters.
    static func name(_ value: String, _ what: String) throws {
        guard (1...200).contains(value.utf8.count),
            !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw LedgerError(.invalid, "\(what) must be 1 to 200 bytes without control characters; choose another")
        }
    }

    /// Free text up to `limit` bytes. SQLite would cut a text at a zero byte.
    static func text(_ value: String, _ what: String, atMost limit: Int = 65_536) throws {
        guard value.utf8.count <= limit, !hasZeroByte(value) else {
            throw LedgerError(.invalid, "\(what) must be at most \(limit) bytes without zero bytes; shorten it")
        }
    }

    /// In one piece, where the string is one: an invoice's page has a hundred thousand bytes.
    private static func hasZeroByte(_ value: String) -> Bool {
        value.utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? value.utf8.contains(0)
    }

    /// A SHA-256 as 64 lowercase hexadecimal digits.
    static func hash(_ value: String, _ what: String) throws {
        let isDigit = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        guard value.utf8.count == 64, value.utf8.allSatisfy(isDigit) else {
            throw LedgerError(.invalid, "\(what) must be a SHA-256 as 64 lowercase hexadecimal digits")
        }
    }
}
