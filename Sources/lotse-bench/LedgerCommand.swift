import ArgumentParser
import FoundationEssentials

/// `lotse-bench ledger`.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Make a relay's folder with a month of sessions that waits for its invoices.",
        discussion: "Example:\n  lotse-bench ledger /tmp/relay --contracts 100 --sessions 10000"
    )

    @Argument(help: "The relay's folder, which must not exist or be empty.")
    var dir: String

    @Option(name: .long, help: "How many contracts.")
    var contracts = 1000

    @Option(name: .long, help: "How many sessions in all, \(PastSession.entryCount) entries each.")
    var sessions = 100_000

    @Flag(
        inversion: .prefixedNo,
        help:
            "Sessions that were agreed to. The relay writes a receipt for each of them when it starts, which takes its time."
    )
    var consents = true

    func validate() throws {
        guard (1...100_000).contains(contracts), (contracts...10_000_000).contains(sessions) else {
            throw ValidationError("there is at least one contract, and at least one session for each")
        }
    }

    func run() async throws {
        let ledger = try await PastLedger(folder: dir, contracts: contracts, sessions: sessions, consents: consents)
        try await ledger.fill()
        print("{\"month\":\"\(ledger.month.text)\"}")
    }
}
