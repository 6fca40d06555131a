import ArgumentParser
import Operator

struct CreditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit",
        abstract: "Give a session back, wholly or as warranty.",
        discussion: """
            No invoice is edited: this month's invoice has every line of the session again with a negative quantity, names the invoice \
            that had billed it, and included time that it used comes back. As warranty, its time stays on the invoice at 0.00.

            Example:
              lotse credit s-7hq2m4k9x3wd8b6n --reason "the fault was ours" --as warranty
            """
    )

    enum Kind: String, ExpressibleByArgument, CaseIterable { case warranty }

    @Argument(help: "The session's id.")
    var session: String

    @Option(name: .long, help: ArgumentHelp("Why; it stands on the invoice.", valueName: "TEXT"))
    var reason: String

    @Option(name: .customLong("as"), help: "What the work is after all; nothing of it is paid where left out.")
    var kind: Kind?

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let relay = try await Screen.relay()
        let answer = try await relay.credit(session: session, reason: reason, asWarranty: kind == .warranty)
        try await Screen.print(output.json ? JSON.text(answer) : SettlementPage.credit(answer))
        try await relay.checkLedger()
    }
}
