extension TerminalText {
    /// `text` as lines of at most `columns` characters, each behind a margin of `indentation` spaces.
    ///
    /// Breaks at spaces; a word that is longer than a line is cut, for nothing may be hidden behind the right edge.
    public static func wrapped(_ text: String, columns: Int, indentation: Int = 0) -> [String] {
        let room = max(columns - indentation, 20)
        let margin = String(repeating: " ", count: indentation)
        var lines: [String] = []
        var line = ""
        var length = 0
        for word in text.split(separator: " ") {
            var rest = word
            while !rest.isEmpty {
                let gap = length == 0 ? 0 : 1
                if length + gap + rest.count <= room {
                    line += (gap == 0 ? "" : " ") + rest
                    length += gap + rest.count
                    rest = ""
                } else if length == 0 {
                    lines.append(margin + rest.prefix(room))
                    rest = rest.dropFirst(room)
                } else {
                    lines.append(margin + line)
                    line = ""
                    length = 0
                }
            }
        }
        if length > 0 { lines.append(margin + line) }
        return lines
    }
}
