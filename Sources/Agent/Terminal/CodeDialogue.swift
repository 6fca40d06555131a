import Pairing

/// Asks the client for the code, and finds typing errors without asking anybody else.
struct CodeDialogue: Sendable {
    let screen: ClientScreen
    let input: InputLines
    let phrases: Phrases

    /// The next code that could be one.
    ///
    /// - Throws: `AgentError`: `noCode` at the end of the input; `mistyped` where no person can be asked again.
    func ask() async throws -> Code {
        while true {
            if input.isTerminal { screen.prompt(phrases.askForCode) }
            guard let line = try await input.next() else { throw AgentError(.noCode, phrases.noCode) }
            if input.isTerminal, line.allSatisfy(\.isWhitespace) { continue }
            do {
                return try Code(typed: line)
            } catch let error as CodeError {
                let sentence = sentence(error)
                guard input.isTerminal else { throw AgentError(.mistyped, sentence) }
                screen.notice(sentence)
            }
        }
    }

    private func sentence(_ error: CodeError) -> String {
        switch error.kind {
        case .wrongLength: phrases.mistypedLength(error.diagnostics)
        case .notADigit: phrases.mistypedCharacter
        case .wrongCheckDigit: phrases.mistypedDigit
        }
    }
}
