/// Private keys between their labels (RFC 7468 §2; OpenSSH's and PGP's are alike).
enum PrivateKey {
    /// More bytes no label has.
    static let longestLabel = 64

    /// Behind the label that begins a private key at `index`; nil where there is none.
    static func beginning(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int? {
        guard Text.matches("-----BEGIN ", bytes, at: index) else { return nil }
        return label(in: bytes, from: index + 11)
    }

    /// Behind the label that ends a private key.
    static func end(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index + 9 <= bytes.count {
            if bytes[index] == Byte.dash, Text.matches("-----END ", bytes, at: index),
                let end = label(in: bytes, from: index + 9)
            {
                return end
            }
            index += 1
        }
        return nil
    }

    /// Behind `RSA PRIVATE KEY-----`.
    private static func label(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        let limit = min(bytes.count, start + longestLabel)
        while index < limit, Byte.isUpper(bytes[index]) || Byte.isDigit(bytes[index]) || bytes[index] == Byte.space {
            index += 1
        }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<index])
        let isPrivate =
            Text.matches("PRIVATE KEY", text, at: text.count - 11)
            || Text.matches("PRIVATE KEY BLOCK", text, at: text.count - 17)
        guard isPrivate, Text.matches("-----", bytes, at: index) else { return nil }
        return index + 5
    }

    /// Whether a line is nothing but base64, as lines within a key are; the first one long enough to be no word.
    static func isBody(_ line: UnsafeRawBufferPointer, isFirst: Bool) -> Bool {
        var count = line.count
        while count > 0, Byte.isBlank(line[count - 1]) { count -= 1 }
        guard count >= (isFirst ? 40 : 1), count <= 76 else { return false }
        for index in 0..<count where !Byte.isBase64(line[index]) { return false }
        return true
    }
}

/// Comparisons of bytes with words.
enum Text {
    /// Whether `word` stands at `index`.
    @inline(__always)
    static func matches(_ word: StaticString, _ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard index >= 0, index + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[index + offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// The same in any case; `word` is in lower case.
    @inline(__always)
    static func matchesLower(_ word: StaticString, _ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
        let count = word.utf8CodeUnitCount
        guard index >= 0, index + count <= bytes.count else { return false }
        for offset in 0..<count where Byte.lower(bytes[index + offset]) != word.utf8Start[offset] { return false }
        return true
    }
}
