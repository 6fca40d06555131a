import ArgumentParser
import Operator

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let the session's clock run again.",
        discussion: "Example:\n  lotse resume"
    )

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let record = try await HolderClient.with(OperatorHome.standard(), session: choice.session) {
            try await $0.resume()
        }
        Screen.tellNow(SessionPage.resumed(record))
    }
}
