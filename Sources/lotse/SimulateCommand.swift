import ArgumentParser
import Billing
import FoundationEssentials
import Operator
import RelayAPI

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Show what sessions would cost under another contract.",
        discussion: """
            Without --sessions these are the past sessions of the contract with the file's id. With it nobody is asked; the file holds
            [{"session":"s1","category":"question","startedAt":"2026-11-05T20:30:00Z","endedAt":"2026-11-05T21:30:00Z",
              "pauses":[{"from":"2026-11-05T20:40:00Z","to":"2026-11-05T20:45:00Z"}],"gaps":[]}]

            Prints without contract and with it side by side; --html writes that as a page to show to a client.

            Example:
              lotse simulate acme.yaml --sessions november.json --html acme.html
            """
    )

    @Argument(help: "The contract file.")
    var file: String

    @Option(name: .long, help: ArgumentHelp("Sessions written down as JSON.", valueName: "file"))
    var sessions: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Only sessions that ended after this moment.", valueName: "2026-11-01T00:00:00Z")
    )
    var from: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Only sessions that ended no later than this.", valueName: "2026-12-01T00:00:00Z")
    )
    var to: String?

    @Option(name: .long, help: ArgumentHelp("Write the comparison as a page.", valueName: "file"))
    var html: String?

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let stretch = (try moment(from, "--from"), try moment(to, "--to"))
        let source = try ContractSource(path: file)
        guard let contract = source.contract, source.isUsable else {
            throw OperatorError(.contract, "\(file) has errors (lotse contract check \(file) shows them)")
        }
        var past: [WorkSession]
        if let sessions {
            past = try Simulating.sessions(file: sessions)
        } else {
            past = try await Screen.relay().workSessions(contract: contract.contract)
        }
        past = Simulating.within(stretch.0, stretch.1, past)
        let simulation = try Simulating(contract: contract, sessions: past)
        if let html {
            try Screen.save(simulation.comparison().html, to: html)
            Screen.tellNow("\(html) is written (open it in a browser)")
        }
        if output.json {
            try await Screen.print(JSON.text(simulation.result()))
        } else if html == nil {
            try await Screen.print(simulation.comparison().text)
        }
    }

    private func moment(_ text: String?, _ option: String) throws -> Instant? {
        guard let text else { return nil }
        guard let moment = try? Instant(rfc3339: text) else {
            throw OperatorError(.usage, "\"\(text)\" is not a moment (\(option) 2026-11-01T00:00:00Z)")
        }
        return moment
    }
}
