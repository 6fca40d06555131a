/// Finds what a person probably meant.
enum Spelling {
    /// The nearest of the words, if it is near enough to be a slip: a third of the letters, at least one.
    static func nearest(_ word: String, among words: [String]) -> String? {
        // A hostile name of a megabyte is not worth a guess.
        guard word.utf8.count <= 40 else { return nil }
        let ranked = words.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(word.count, best.word.count) / 3) ? best.word : nil
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        var before: [Int] = []
        var row = Array(0...right.count)
        for (i, scalar) in left.enumerated() {
            var next = [i + 1]
            for (j, other) in right.enumerated() {
                var best = min(row[j] + (scalar == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, scalar == right[j - 1], left[i - 1] == other { best = min(best, before[j - 1] + 1) }
                next.append(best)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
