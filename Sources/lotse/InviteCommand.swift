import ArgumentParser
import Contracts
import Operator
import RelayAPI

struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Make a one-time code for a client.",
        discussion: """
            Prints the code and what to tell the client. The secret in it is drawn here and never reaches the relay.

            Example:
              lotse invite acme --for "slow database" --valid 30m
            """
    )

    @Argument(help: "The contract's id.")
    var contract: String

    @Option(name: .customLong("for"), help: "What the session is for; the client reads it.")
    var purpose: String

    @Option(name: .long, help: "What kind of work it is; the contract's first support category where left out.")
    var category: String?

    @Option(name: .long, help: "How long the code is good for: 90s, 10m, 2h.")
    var valid = "10m"

    @OptionGroup var output: JSONFlag

    func run() async throws {
        guard let seconds = try? Seconds.parse(valid) else {
            throw OperatorError(.usage, "\"\(valid)\" is not a duration (--valid 10m)")
        }
        let relay = try await Screen.relay()
        try await relay.checkLedger()
        let kept = try await relay.invite(
            contract: contract,
            purpose: purpose,
            category: category,
            validSeconds: seconds
        )
        if output.json {
            try await Screen.print(JSON.text(InvitationAnswer(kept)))
        } else {
            try await Screen.print(InvitationPage.text(kept, relay: relay.address, pin: relay.pin, now: .now))
        }
    }
}
