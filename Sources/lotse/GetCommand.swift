import ArgumentParser
import Operator

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Fetch a file of the client's machine.",
        discussion: """
            It has its name only when all of it is here and its SHA-256 is right. What an interrupted attempt left in
            NAME.lotse-part is gone on from when the command is repeated. Exit status 1 where the file did not come.

            Example:
              lotse get /srv/shop/shop.db --output /tmp/shop.db
            """
    )

    @Argument(help: ArgumentHelp("Absolute path on the client's machine.", valueName: "PATH"))
    var path: String

    @Option(name: [.long, .customShort("o")], help: ArgumentHelp("The file or folder here.", valueName: "FILE"))
    var output: String?

    @Flag(name: .long, help: "Take the place of a file that is here already.")
    var replace = false

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let signals = Signals()
        let get = RemoteGet(
            path: path,
            target: output,
            isReplacing: replace,
            errorOutput: .standardError,
            signals: signals.numbers
        )
        let client = try await HolderClient.connect(OperatorHome.standard(), session: choice.session)
        try Screen.leave(with: await get.perform(on: client))
    }
}
