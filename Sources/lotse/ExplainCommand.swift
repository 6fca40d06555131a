import ArgumentParser
import Operator
import TerminalText

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show how an invoice was computed, from events to cents.",
        discussion: """
            Each line with the session's events, what was connected, rounding, surcharges, included time and the multiplication \
            before it was rounded.

            Example:
              lotse explain 2026-0007 3
            """
    )

    @Argument(help: "The invoice's number.")
    var number: String

    @Argument(help: "One line's number; all lines and the totals where left out.")
    var line: Int?

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let explanation = try await Screen.relay().explanation(of: number, line: line)
        let lines = explanation.text.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { TerminalText.visibleText($0.utf8) }.joined(separator: "\n")
        try await Screen.print(output.json ? JSON.text(explanation) : text)
    }
}
