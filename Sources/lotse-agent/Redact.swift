import Agent
import ArgumentParser
import FoundationEssentials

struct Redact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a log file looks like when it is sent: secrets blacked out. Nothing leaves this computer.",
        discussion: """
            Secrets (passwords, keys, tokens) are always blacked out; mail addresses and bank accounts where the contract says so. During \
            a session the key v shows the same before you allow that a log is read.

            EXAMPLES:
              lotse-agent redact /var/log/nginx/access.log
              lotse-agent redact --lines 20 --also email,iban app.log.2.gz
            """
    )

    @Argument(help: "Log files, also packed ones (.gz).")
    var files: [String]

    @Option(name: [.long, .customShort("n")], help: "How many lines from the end of each. Default: all.")
    var lines: Int?

    @Option(help: ArgumentHelp("What a contract may want blacked out too: email, iban.", valueName: "email,iban"))
    var also: String?

    func run() async throws {
        let sets = also?.split(separator: ",").map(String.init) ?? []
        guard sets.allSatisfy({ $0 == "email" || $0 == "iban" }) else {
            throw ValidationError("--also takes email, iban or both (--also email,iban)")
        }
        let folder = FileManager.default.currentDirectoryPath
        let redacted = RedactedFiles(
            sets: sets,
            phrases: Phrases(Language(environment: SystemEnvironment.variables)),
            complain: LotseAgent.complain
        )
        let paths = files.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 }
        throw ExitCode(await redacted.run(paths, lines: lines.map { max($0, 0) }))
    }
}
