import ArgumentParser
import Contracts
import Operator

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command on the client's machine as if it ran here.",
        discussion: """
            Standard input, output, error and the exit status are the command's. 127: not found, 126: not executable, 124: \
            timeout, 128 + signal; 255: the session failed or the client said no. Ctrl-C goes to the command; twice terminates \
            it, three times leaves.

            Example:
              lotse run --timeout 30s -- sh -c 'journalctl -n 1000 | grep -i error'
              lotse run -- tar cz /etc/nginx > nginx.tar.gz
            """
    )

    @OptionGroup var choice: SessionOption

    @Option(name: .long, help: "After how long the command is stopped: 90s, 10m, 2h.")
    var timeout: String?

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The command and its arguments.", valueName: "CMD ARG")
    )
    var command: [String]

    func run() async throws {
        // Everything from the first word that is no option of ours is captured, the terminator and a request for help too.
        if let first = command.first, first.hasPrefix("-"), first != "--" {
            if first == "--help" || first == "-h" { throw CleanExit.helpRequest(Self.self) }
            throw OperatorError(.usage, "unknown option \(first) (lotse run [--timeout 30s] -- CMD ARG)")
        }
        let arguments = command.first == "--" ? Array(command.dropFirst()) : command
        guard !arguments.isEmpty else { throw OperatorError(.usage, "there is no command (lotse run -- df -h)") }
        let milliseconds = try timeout.map { text in
            guard let seconds = try? Seconds.parse(text), seconds > 0 else {
                throw OperatorError(.usage, "\"\(text)\" is not a duration (--timeout 30s)")
            }
            return seconds * 1000
        }
        let signals = Signals()
        let run = RemoteRun(
            arguments: arguments,
            timeoutMilliseconds: milliseconds,
            input: try StandardInput(),
            output: .standard,
            errorOutput: .standardError,
            signals: signals.numbers
        )
        let client: HolderClient
        do {
            client = try await HolderClient.connect(OperatorHome.standard(), session: choice.session)
        } catch {
            return try Screen.leave(with: .init(status: 255, message: OperatorError.sentence(for: error)))
        }
        try Screen.leave(with: await run.perform(on: client))
    }
}
