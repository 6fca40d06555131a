import ArgumentParser
import Operator

struct ForwardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Reach a host and port behind the client's machine.",
        discussion: """
            Prints "ready 127.0.0.1:PORT" once the client allows it; programs on this machine connect to that. Port 0 picks a \
            free one. Ctrl-C ends it and what goes through it, with 0; the end of the session too, with 1.

            Example:
              lotse forward 5433:db.internal:5432
            """
    )

    @Argument(help: ArgumentHelp("From where to where.", valueName: "LOCALPORT:HOST:PORT"))
    var route: String

    @OptionGroup var choice: SessionOption

    func run() async throws {
        let route = try ForwardRoute(route)
        try await choice.perform { client, signals in
            await RemoteForward(route: route, output: .standard, errorOutput: .standardError, signals: signals)
                .perform(on: client)
        }
    }
}
