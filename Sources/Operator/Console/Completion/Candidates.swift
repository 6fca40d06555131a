import TerminalText

/// What a word could become.
struct Candidates: Sendable, Equatable {
    /// Whole values, in order.
    var values: [String] = []
    /// Whether these are all.
    var isWhole = true
    /// A sentence for whoever typed, where there is something to know.
    var note: String?

    /// What the Tab key does about a word.
    enum Effect: Equatable {
        /// Nothing fits.
        case nothing
        /// The word becomes this, as it is typed.
        case replace(String)
        /// Several fit, and nothing more is certain.
        case list([String])
    }

    /// One value is taken whole; of several what they have in common, and where that is there already they are shown.
    func effect(on word: TypedWord) -> Effect {
        let fitting = values.filter { $0.unicodeScalars.starts(with: word.value.unicodeScalars) }
        guard let first = fitting.first else { return .nothing }
        if fitting.count == 1, isWhole {
            let typed = TypedWord.typed(first)
            return .replace(first.hasSuffix("/") ? typed : typed + " ")
        }
        let common = fitting.dropFirst().reduce(Substring(first)) { $0.commonPrefix(with: $1) }
        if common.unicodeScalars.count > word.value.unicodeScalars.count {
            return .replace(TypedWord.typed(String(common)))
        }
        return .list(fitting.map(Self.label) + (isWhole ? [] : ["…"]))
    }

    /// Of a path the last component: the others are in front of everybody.
    private static func label(_ value: String) -> String {
        let body = value.hasSuffix("/") ? value.dropLast() : value[...]
        let start = body.lastIndex(of: "/").map { value.index(after: $0) } ?? value.startIndex
        return TerminalText.name(String(value[start...]), limit: 60)
    }
}

extension Substring {
    fileprivate func commonPrefix(with other: String) -> Substring {
        let scalars = unicodeScalars
        var (index, theirs) = (scalars.startIndex, other.unicodeScalars.startIndex)
        while index < scalars.endIndex, theirs < other.unicodeScalars.endIndex,
            scalars[index] == other.unicodeScalars[theirs]
        {
            index = scalars.index(after: index)
            theirs = other.unicodeScalars.index(after: theirs)
        }
        return Substring(scalars[..<index])
    }
}

/// Names side by side in columns, as ls(1) shows them.
enum NameColumns {
    /// At most `rows` lines; what has no room there is counted in the last one.
    static func text(_ names: [String], columns: Int, rows: Int) -> String {
        let width = (names.map(\.count).max() ?? 0) + 2
        let perRow = max((columns - 1) / max(width, 1), 1)
        let room = max(rows, 2)
        let needed = (names.count + perRow - 1) / perRow
        let shown = needed <= room ? names : Array(names.prefix((room - 1) * perRow))
        let height = (shown.count + perRow - 1) / perRow
        var lines = (0..<height).map { row in
            stride(from: row, to: shown.count, by: max(height, 1)).map { index in
                let name = shown[index]
                return name + String(repeating: " ", count: max(0, width - name.count))
            }
            .joined()
        }
        if shown.count < names.count { lines.append("… and \(names.count - shown.count) more") }
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) + "\n" }.joined()
    }
}
