import TerminalText

/// The word at the cursor of a line that is being typed, with what stands before it.
struct TypedWord: Equatable {
    /// The words before it.
    var before: [String]
    /// As it was typed so far, quotes and backslashes included.
    var raw: String
    /// What it means.
    var value: String

    /// The word at the end of `text`; nil where that is no line that could be gone on with.
    init?(_ text: String) {
        let start = Self.start(ofLastWordIn: text)
        let raw = String(text[start...])
        guard let before = try? CommandLineWords.split(String(text[..<start])), let value = Self.value(of: raw) else {
            return nil
        }
        (self.before, self.raw, self.value) = (before, raw, value)
    }

    /// A quote that is still open is closed for the moment.
    private static func value(of raw: String) -> String? {
        for closing in ["", "\\", "'", "\""] {
            guard let words = try? CommandLineWords.split(raw + closing) else { continue }
            return words.count > 1 ? nil : words.first ?? ""
        }
        return nil
    }

    private static func start(ofLastWordIn text: String) -> String.Index {
        var start = text.startIndex
        var quote: Unicode.Scalar?
        var isEscaped = false
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if scalar == open { quote = nil }
            } else if scalar == "'" || scalar == "\"" {
                quote = scalar
            } else if scalar == " " || scalar == "\t" {
                start = text.unicodeScalars.index(after: index)
            }
        }
        return start
    }

    /// `value` as it is typed without quotes.
    static func typed(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            if " '\"\\$".unicodeScalars.contains(scalar) { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }
}
