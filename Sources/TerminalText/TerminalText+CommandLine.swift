extension TerminalText {
    /// An argument vector on one line, as a POSIX shell would read it back.
    ///
    /// Words of harmless characters stand bare, others in `'…'`, and those with control, invisible, reordering or
    /// overlaying characters in `$'…'` (POSIX.1-2024 §2.2.4) with these as `\xNN`, one per byte of UTF-8. Nothing is
    /// left out and nothing is shortened: two different vectors never give the same line.
    public static func commandLine(_ arguments: [String]) -> String {
        arguments.enumerated()
            .map { index, word in quoted(word, isProgram: index == 0) }
            .joined(separator: " ")
    }

    private static func quoted(_ word: String, isProgram: Bool) -> String {
        if word.unicodeScalars.contains(where: needsEscape) { return escaped(word) }
        if isBare(word, isProgram: isProgram) { return word }
        var result = "'"
        for scalar in word.unicodeScalars {
            if scalar == "'" { result += "'\\''" } else { result.unicodeScalars.append(scalar) }
        }
        return result + "'"
    }

    private static func isBare(_ word: String, isProgram: Bool) -> Bool {
        guard !word.isEmpty, word.utf8.allSatisfy(isHarmless) else { return false }
        // As the first word the shell would take these as an assignment or as its own grammar; a word that begins
        // with `=` is expanded by some shells.
        if word.hasPrefix("=") { return false }
        return !isProgram || !(word.utf8.contains(UInt8(ascii: "=")) || reservedWords.contains(word))
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "@%+=:,./-_".utf8.contains(byte)
        }
    }

    private static let reservedWords: Set<String> = [
        "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in",
        "function", "select", "time", "coproc",
    ]

    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar.isControl }
        return scalar.isControl || scalar.reordersText || scalar.isInvisible || scalar.isOverlay
            || scalar.properties.generalCategory == .spaceSeparator
    }

    private static func escaped(_ word: String) -> String {
        var result = "$'"
        var lastWasHexadecimal = false
        for scalar in word.unicodeScalars {
            let wasHexadecimal = lastWasHexadecimal
            lastWasHexadecimal = false
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "'": result += "\\'"
            case "\\": result += "\\\\"
            case _ where needsEscape(scalar):
                for byte in String(scalar).utf8 {
                    let (high, low) = hexadecimal(byte)
                    result += "\\x"
                    result.unicodeScalars.append(Unicode.Scalar(high))
                    result.unicodeScalars.append(Unicode.Scalar(low))
                }
                lastWasHexadecimal = true
            default:
                // POSIX leaves open what a third hexadecimal digit after \x means: end the quotes and begin anew.
                if wasHexadecimal && scalar.properties.isASCIIHexDigit { result += "'$'" }
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }
}
