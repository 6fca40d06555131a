/// Asks the client, once the terms are on the screen.
struct ConsentQuestion: Sendable {
    let screen: ClientScreen
    let input: InputLines
    let phrases: Phrases
    /// Whether the operator's key is another than before: then a slip of the finger is no yes.
    var isKeyNew = false

    /// A person may mistype the answer; a script may not.
    private static let attempts = 3

    /// - Returns: Whether the client agrees; the end of the input is no.
    func ask() async throws -> Bool {
        // What was typed before the question was there cannot be its answer.
        if input.isTerminal { input.discardWaiting() }
        for _ in 0..<Self.attempts {
            screen.prompt(isKeyNew ? phrases.questionNewKey : phrases.question)
            let line: String?
            do {
                line = try await input.next()
            } catch {
                screen.line("")
                throw error
            }
            // Where nobody pressed Return the cursor still stands behind the question.
            if !input.isTerminal || line == nil { screen.line("") }
            guard let line else { return false }
            switch line.filter({ !$0.isWhitespace }).lowercased() {
            case "yes", "ja": return true
            case "y" where !isKeyNew, "j" where !isKeyNew: return true
            case "", "n", "no", "nein": return false
            default:
                guard input.isTerminal else { return false }
                screen.line(phrases.questionAgain)
            }
        }
        return false
    }
}
