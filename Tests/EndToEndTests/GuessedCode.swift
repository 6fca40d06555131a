/// Codes as somebody writes them who knows the room and how check digits go, and not the secret.
enum GuessedCode {
    /// A code for a room, with a right check digit and another secret than `code` has.
    static func with(room: String, otherThan code: String) -> String {
        let digits = code.compactMap(\.wholeNumberValue)
        var guess = Array(digits.dropLast())
        // One digit of the secret is another one.
        guess[guess.count - 1] = (guess[guess.count - 1] + 1) % 10
        return (guess + [check(guess)]).map(String.init).joined()
    }

    /// The check digit of H. M. Damm (2004), with his quasigroup of order 10.
    private static func check(_ digits: [Int]) -> Int {
        digits.reduce(0) { table[$0][$1] }
    }

    private static let table = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2], [7, 0, 9, 2, 1, 5, 4, 8, 6, 3], [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6], [6, 1, 2, 3, 0, 4, 5, 9, 7, 8], [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4], [8, 9, 4, 5, 3, 6, 2, 0, 1, 7], [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ]
}
