/// How a line that is too long to wait for is cut, in bytes.
struct Windows: Sendable {
    /// So much of an unfinished line waits; also how long a private key may be.
    let longestLine: Int
    /// How much of a window is looked at again with the next one: longer is nothing that decides whether something is a secret.
    let overlap: Int
    /// How far a window's end is moved to stand between words, and how far behind `://` the end of a password is looked for.
    let longestWord: Int

    /// - Parameter overlap: a few times longer than what introduces a secret, and much shorter than `longestLine`.
    init(longestLine: Int, overlap: Int) {
        self.longestLine = longestLine
        self.overlap = overlap
        longestWord = overlap / 2
    }

    static let standard = Windows(longestLine: 64 * 1024, overlap: 4096)
}
