import ArgumentParser
import Operator

struct ReceiptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Show the receipt of a session that has ended.",
        discussion: """
            With --json the receipt as it was signed: lotse-agent verify checks such a file.

            Example:
              lotse receipt s-8k2m4n6p8q3r5t7v --json > receipt.json
            """
    )

    @Argument(help: "The session.")
    var session: String

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let relay = try await Screen.relay()
        guard let receipt = try await relay.receipt(session: session) else {
            throw OperatorError(.refused, "the receipt of \(session) is out for signing (try again in two minutes)")
        }
        try await Screen.print(
            output.json ? String(decoding: receipt.canonicalBytes(), as: UTF8.self) : ReceiptPage.text(receipt)
        )
        try await relay.checkLedger()
    }
}
