/// Shapes of the numbers and names that other bodies issue. Each answers whether a text can be one, never whether
/// it was issued.
enum Identifiers {
    /// An id within a contract or the contract's own: it appears in commands, file names and addresses.
    static func isID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 64, isAlphanumeric(first) else { return false }
        return bytes.allSatisfy {
            isAlphanumeric($0) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0)
        }
    }

    /// An e-mail address, by the shape that mail servers in fact accept.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, text.utf8.count <= 254 else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.isUnsafeToShow }
    }

    /// An IANA time zone by its shape: `UTC` or `Area/City`, no more than three parts of plain letters.
    static func isTimeZoneShaped(_ text: String) -> Bool {
        if text == "UTC" { return true }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), text.utf8.count <= 64 else { return false }
        return parts.allSatisfy { part in
            part.utf8.first.map(isLetter) == true
                && part.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        }
    }

    /// A Leitweg-ID: 2 to 12 digits, an optional part of at most 30 characters, two check digits by ISO 7064 MOD 97-10.
    static func isLeitwegID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard (2...3).contains(parts.count), let coarse = parts.first, let check = parts.last else { return false }
        guard (2...12).contains(coarse.count), coarse.allSatisfy(isDigit), check.count == 2, check.allSatisfy(isDigit)
        else { return false }
        if parts.count == 3 {
            guard (1...30).contains(parts[1].count), parts[1].allSatisfy({ isDigit($0) || isUppercase($0) }) else {
                return false
            }
        }
        return remainder97(parts.flatMap { $0 }) == 1
    }

    /// An IBAN: country, check digits by ISO 7064 MOD 97-10, up to 30 characters; German ones have 22.
    static func isIBAN(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (15...34).contains(bytes.count), bytes.allSatisfy({ isDigit($0) || isUppercase($0) }),
            bytes[0..<2].allSatisfy(isUppercase), bytes[2..<4].allSatisfy(isDigit)
        else { return false }
        guard !text.hasPrefix("DE") || bytes.count == 22 else { return false }
        return remainder97(bytes[4...] + bytes[..<4]) == 1
    }

    /// A BIC (ISO 9362): four letters or digits of the bank, two of the country, two or five more.
    static func isBIC(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (bytes.count == 8 || bytes.count == 11) && bytes.allSatisfy { isDigit($0) || isUppercase($0) }
            && bytes[4..<6].allSatisfy(isUppercase)
    }

    /// The remainder by 97 of the number that the characters write, letters counting A = 10 to Z = 35.
    private static func remainder97(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { sum, byte in
            isDigit(byte) ? (sum * 10 + Int(byte - 0x30)) % 97 : (sum * 100 + Int(byte - 0x41) + 10) % 97
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isUppercase(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    static func isLetter(_ byte: UInt8) -> Bool { isUppercase(byte & 0xDF) }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
}
