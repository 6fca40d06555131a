import ArgumentParser
import Operator

struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Put a file onto the client's machine.",
        discussion: """
            It has its name there only when all of it is there and its SHA-256 is right, and never the right to run. What an
            interrupted attempt left there is gone on from when the command is repeated. Exit status 1 where it is not there.

            Example:
              lotse put ./nginx.conf /srv/shop/nginx.conf --replace
            """
    )

    @Argument(help: ArgumentHelp("The file here.", valueName: "FILE"))
    var file: String

    @Argument(help: ArgumentHelp("Absolute path on the client's machine.", valueName: "PATH"))
    var path: String

    @Flag(name: .long, help: "Take the place of a file that is there already; the client sees that.")
    var replace = false

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let signals = Signals()
        let put = RemotePut(
            file: file,
            path: path,
            isReplacing: replace,
            errorOutput: .standardError,
            signals: signals.numbers
        )
        let client = try await HolderClient.connect(OperatorHome.standard(), session: choice.session)
        try Screen.leave(with: await put.perform(on: client))
    }
}
