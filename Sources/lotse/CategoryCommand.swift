import ArgumentParser
import Operator

struct CategoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "category",
        abstract: "Change what kind of work the session is.",
        discussion: "Example:\n  lotse category change"
    )

    @Argument(help: "A category of the contract.")
    var id: String

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let category = id
        let record = try await HolderClient.with(OperatorHome.standard(), session: choice.session) { client in
            try await client.category(category)
        }
        Screen.tellNow("the whole session is \(record.category) now")
    }
}
