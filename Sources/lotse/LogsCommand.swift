import ArgumentParser
import Operator

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print log files of the client's machine.",
        discussion: """
            Several files are told apart by lines like "==> /var/log/syslog <==". Exit status 1 where a file could not be read. \
            Ctrl-C ends --follow, with 0. Files that were packed with gzip are read in place; journal and journal:UNIT read \
            journald. Secrets are blacked out on the client's machine before anything leaves it, and counted.

            Examples:
              lotse logs --lines 100 --follow /var/log/syslog
              lotse logs --since 2h '/var/log/nginx/*.log*'
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Absolute paths on the client's machine, also with * ? and [ ] in quotes.",
            valueName: "PATH"
        )
    )
    var paths: [String]

    @Flag(name: [.long, .customShort("f")], help: "Go on as the files grow.")
    var follow = false

    @Option(name: [.long, .customShort("n")], help: "How many lines from the end.")
    var lines: Int?

    @Option(help: ArgumentHelp("Only lines since then: 10m, 2h, 3d, 20:30, 2026-11-05T20:30:00Z.", valueName: "time"))
    var since: String?

    @OptionGroup var choice: SessionOption

    func run() async throws {
        if let lines, lines < 0 { throw OperatorError(.usage, "--lines takes a number from 0 on (--lines 100)") }
        let since = try since.map { try LogSince($0) }
        try await choice.perform { client, signals in
            await RemoteLogs(
                paths: paths,
                lines: lines,
                follow: follow,
                since: since,
                output: .standard,
                errorOutput: .standardError,
                signals: signals
            )
            .perform(on: client)
        }
    }
}
