import ArgumentParser
import Operator

struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "List sessions as the relay's ledger has them.",
        discussion: "Example:\n  lotse sessions --contract acme --live"
    )

    @Option(name: .long, help: "Only those of this contract.")
    var contract: String?

    @Flag(name: .long, help: "Only those that run.")
    var live = false

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let relay = try await Screen.relay()
        let records = try await relay.sessions(contract: contract, live: live)
        try await Screen.print(output.json ? JSON.text(records) : SessionPage.list(records))
        try await relay.checkLedger()
    }
}
