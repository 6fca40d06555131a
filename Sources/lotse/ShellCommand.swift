import ArgumentParser
import Operator

struct ShellCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Open the client's own shell in this terminal.",
        discussion: """
            The client sees all of it live, and takes it back with one key. It follows the size of this window, as far as the \
            client's window has room for it. It ends when the shell exits, or with ~. at the start of a line (~~ types a tilde). \
            Whatever was started in it ends with the session.

            Example:
              lotse shell
            """
    )

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let signals = Signals()
        let shell = RemoteShell(signals: signals.numbers)
        let client: HolderClient
        do {
            client = try await HolderClient.connect(OperatorHome.standard(), session: choice.session)
        } catch {
            return try Screen.leave(with: .init(status: 255, message: OperatorError.sentence(for: error)))
        }
        try Screen.leave(with: await shell.perform(on: client))
    }
}
