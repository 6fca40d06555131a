import ArgumentParser
import Operator

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Fetch a file of the client's machine.",
        discussion: """
            It has its name only when all of it is here and its SHA-256 is right. What an interrupted attempt left in \
            NAME.lotse-part is gone on from when the command is repeated. Exit status 1 where the file did not come.

            Example:
              lotse get /srv/shop/shop.db --output /tmp/shop.db
            """
    )

    @Argument(help: ArgumentHelp("Absolute path on the client's machine.", valueName: "PATH"))
    var path: String

    @Option(name: [.long, .customShort("o")], help: ArgumentHelp("The file or folder here.", valueName: "FILE"))
    var output: String?

    @OptionGroup var transfer: TransferOptions

    func run() async throws {
        try await transfer.choice.perform { client, signals in
            await RemoteGet(
                path: path,
                target: output,
                isReplacing: transfer.replace,
                errorOutput: .standardError,
                signals: signals
            )
            .perform(on: client)
        }
    }
}

/// What `get` and `put` have in common.
struct TransferOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Take the place of a file that is where this one goes; on their machine the client sees that."
    )
    var replace = false

    @OptionGroup var choice: SessionOption
}
