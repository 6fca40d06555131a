import ArgumentParser
import Operator

struct NoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Write something down in the session; the client sees it.",
        discussion: "Example:\n  lotse note \"restarted the database\""
    )

    @Argument(help: "The words.")
    var text: [String]

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let note = text.joined(separator: " ")
        _ = try await HolderClient.with(OperatorHome.standard(), session: choice.session) { try await $0.note(note) }
    }
}
