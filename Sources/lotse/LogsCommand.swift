import ArgumentParser
import Operator

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print log files of the client's machine.",
        discussion: """
            Several files are told apart by lines like "==> /var/log/syslog <==". Exit status 1 where a file could not be read.
            Ctrl-C ends --follow, with 0.

            Example:
              lotse logs --lines 100 --follow /var/log/syslog
            """
    )

    @Argument(help: ArgumentHelp("Absolute paths on the client's machine.", valueName: "PATH"))
    var paths: [String]

    @Flag(name: [.long, .customShort("f")], help: "Go on as the files grow.")
    var follow = false

    @Option(name: [.long, .customShort("n")], help: "How many lines from the end.")
    var lines: Int?

    @OptionGroup var choice: SessionOption

    func run() async throws {
        if let lines, lines < 0 { throw OperatorError(.usage, "--lines takes a number from 0 on (--lines 100)") }
        let signals = Signals()
        let logs = RemoteLogs(
            paths: paths,
            lines: lines,
            follow: follow,
            output: .standard,
            errorOutput: .standardError,
            signals: signals.numbers
        )
        let client = try await HolderClient.connect(OperatorHome.standard(), session: choice.session)
        try Screen.leave(with: await logs.perform(on: client))
    }
}
