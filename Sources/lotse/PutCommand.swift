import ArgumentParser
import Operator

struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Put a file onto the client's machine.",
        discussion: """
            It has its name there only when all of it is there and its SHA-256 is right, and never the right to run. What an \
            interrupted attempt left there is gone on from when the command is repeated. Exit status 1 where it is not there.

            Example:
              lotse put ./nginx.conf /srv/shop/nginx.conf --replace
            """
    )

    @Argument(help: ArgumentHelp("The file here.", valueName: "FILE"))
    var file: String

    @Argument(help: ArgumentHelp("Absolute path on the client's machine.", valueName: "PATH"))
    var path: String

    @OptionGroup var transfer: TransferOptions

    func run() async throws {
        try await transfer.choice.perform { client, signals in
            await RemotePut(
                file: file,
                path: path,
                isReplacing: transfer.replace,
                errorOutput: .standardError,
                signals: signals
            )
            .perform(on: client)
        }
    }
}
