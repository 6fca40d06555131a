extension TerminalText {
    /// `text` as a name, title, purpose or consent line: one line on which nothing hides and nothing moves.
    ///
    /// Line breaks, tabs and unusual spaces become one space; control, bidirectional, zero-width, variation, tag and
    /// other invisible characters are removed; no character carries more than four overlaid marks. What is longer than
    /// `limit` characters ends in an ellipsis, which counts.
    public static func name(_ text: String, limit: Int = 80) -> String {
        var result = String.UnicodeScalarView()
        var marks = 0
        for scalar in text.unicodeScalars {
            if isSpace(scalar) {
                marks = 0
                if let last = result.last, last != " " { result.append(" ") }
                continue
            }
            if scalar.isControl || scalar.reordersText || scalar.isInvisible { continue }
            marks = scalar.isOverlay ? marks + 1 : 0
            // At the start there is nothing of ours that a mark may draw over.
            if marks > 4 || (marks > 0 && (result.isEmpty || result.last == " ")) { continue }
            result.append(scalar)
        }
        if result.last == " " { result.removeLast() }
        return shortened(String(result), to: max(limit, 1))
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0d, 0x85, 0x2028, 0x2029: true
        default: scalar.properties.generalCategory == .spaceSeparator
        }
    }

    private static func shortened(_ text: String, to limit: Int) -> String {
        guard let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex), end < text.endIndex
        else { return text }
        return text.prefix(limit - 1) + "…"
    }
}
