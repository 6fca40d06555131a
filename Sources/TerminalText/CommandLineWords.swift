/// Reads a line that a person typed, or that ``TerminalText/commandLine(_:)`` wrote, into an argument vector.
///
/// Blanks separate words; `'…'` takes everything as it stands, `"…"` all but backslash before `$`, `` ` ``, `"`, `\` and
/// newline, backslash takes the next character, `$'…'` knows the escapes of POSIX.1-2024 §2.2.4. That is all: there are
/// no variables, patterns, pipes or redirections, and their characters stand for themselves.
public enum CommandLineWords {
    /// The words of `line`, in order.
    ///
    /// - Throws: ``CommandLineError`` for an open quote, a backslash at the end, or an escape that is not text.
    public static func split(_ line: String) throws(CommandLineError) -> [String] {
        var reader = WordReader(line)
        return try reader.words()
    }
}

/// Why a line is not an argument vector.
public struct CommandLineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// A `'`, `"` or `$'` has no partner.
        case openQuote
        /// The line ends in a backslash.
        case openEscape
        /// `$'…'` contains an escape that does not exist.
        case unknownEscape
        /// The bytes written in `$'…'` are not UTF-8.
        case notText
    }

    /// What is wrong.
    public let kind: Kind
    /// Where, in characters from the start of the line, counted from 1.
    public let column: Int

    /// One sentence: what is wrong, where, and what to do.
    public var description: String {
        switch kind {
        case .openQuote: "the quote at column \(column) is never closed (close it, or put a backslash before it)"
        case .openEscape: "the backslash at the end has nothing to quote (write two for one)"
        case .unknownEscape: "the escape at column \(column) does not exist (write two backslashes for one)"
        case .notText: "the bytes in the word at column \(column) are not UTF-8 (arguments are text)"
        }
    }
}

private struct WordReader {
    private let characters: [Unicode.Scalar]
    private var index = 0

    init(_ line: String) {
        characters = Array(line.unicodeScalars)
    }

    mutating func words() throws(CommandLineError) -> [String] {
        var words: [String] = []
        while true {
            while let scalar = peek(), isBlank(scalar) { index += 1 }
            guard peek() != nil else { return words }
            if let word = try word() { words.append(word) }
        }
    }

    /// - Returns: nil where the word was nothing but a continued line.
    private mutating func word() throws(CommandLineError) -> String? {
        let start = index
        var bytes: [UInt8] = []
        var isWord = false
        while let scalar = peek(), !isBlank(scalar) {
            switch scalar {
            case "'": try singleQuotes(into: &bytes)
            case "\"": try doubleQuotes(into: &bytes)
            case "$" where peek(1) == "'": try dollarQuotes(into: &bytes)
            case "\\":
                guard let next = peek(1) else { throw failure(.openEscape, at: index) }
                index += 2
                if next == "\n" { continue }
                append(next, to: &bytes)
            default:
                index += 1
                append(scalar, to: &bytes)
            }
            isWord = true
        }
        guard isWord else { return nil }
        guard let word = String(validating: bytes, as: UTF8.self) else { throw failure(.notText, at: start) }
        return word
    }

    private mutating func singleQuotes(into bytes: inout [UInt8]) throws(CommandLineError) {
        let start = index
        index += 1
        while let scalar = peek() {
            index += 1
            if scalar == "'" { return }
            append(scalar, to: &bytes)
        }
        throw failure(.openQuote, at: start)
    }

    private mutating func doubleQuotes(into bytes: inout [UInt8]) throws(CommandLineError) {
        let start = index
        index += 1
        while let scalar = peek() {
            index += 1
            if scalar == "\"" { return }
            guard scalar == "\\", let next = peek(), ["$", "`", "\"", "\\", "\n"].contains(next) else {
                append(scalar, to: &bytes)
                continue
            }
            index += 1
            if next != "\n" { append(next, to: &bytes) }
        }
        throw failure(.openQuote, at: start)
    }

    private mutating func dollarQuotes(into bytes: inout [UInt8]) throws(CommandLineError) {
        let start = index
        index += 2
        while let scalar = peek() {
            if scalar == "\\" {
                try escape(openedAt: start, into: &bytes)
                continue
            }
            index += 1
            if scalar == "'" { return }
            append(scalar, to: &bytes)
        }
        throw failure(.openQuote, at: start)
    }

    private mutating func escape(openedAt quote: Int, into bytes: inout [UInt8]) throws(CommandLineError) {
        let start = index
        guard let kind = peek(1) else { throw failure(.openQuote, at: quote) }
        index += 2
        switch kind {
        case "\\", "'", "\"", "?": append(kind, to: &bytes)
        case "a": bytes.append(0x07)
        case "b": bytes.append(0x08)
        case "e", "E": bytes.append(0x1b)
        case "f": bytes.append(0x0c)
        case "n": bytes.append(0x0a)
        case "r": bytes.append(0x0d)
        case "t": bytes.append(0x09)
        case "v": bytes.append(0x0b)
        case "x":
            guard let value = number(radix: 16, digits: 2) else { throw failure(.unknownEscape, at: start) }
            bytes.append(UInt8(truncatingIfNeeded: value))
        case "0"..."7":
            index -= 1
            guard let value = number(radix: 8, digits: 3), value <= 0xff else {
                throw failure(.unknownEscape, at: start)
            }
            bytes.append(UInt8(truncatingIfNeeded: value))
        case "u", "U":
            guard let value = number(radix: 16, digits: kind == "u" ? 4 : 8), let scalar = Unicode.Scalar(value) else {
                throw failure(.unknownEscape, at: start)
            }
            append(scalar, to: &bytes)
        case "c":
            guard let letter = peek(), (0x3f...0x7e).contains(letter.value) else {
                throw failure(.unknownEscape, at: start)
            }
            index += 1
            bytes.append(letter == "?" ? 0x7f : UInt8(letter.value & 0x1f))
        default: throw failure(.unknownEscape, at: start)
        }
    }

    /// Up to `digits` digits; nil where there is none.
    private mutating func number(radix: UInt32, digits: Int) -> UInt32? {
        var value: UInt32 = 0
        var count = 0
        while count < digits, let scalar = peek(), let digit = Character(scalar).hexDigitValue, scalar.isASCII,
            digit < Int(radix)
        {
            // Eight digits at most, so this cannot overflow.
            value = value &* radix &+ UInt32(digit)
            index += 1
            count += 1
        }
        return count > 0 ? value : nil
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        index + offset < characters.count ? characters[index + offset] : nil
    }

    private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n"
    }

    private func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes += Array(String(scalar).utf8)
    }

    private func failure(_ kind: CommandLineError.Kind, at index: Int) -> CommandLineError {
        CommandLineError(kind: kind, column: index + 1)
    }
}
