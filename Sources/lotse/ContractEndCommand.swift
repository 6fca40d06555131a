import ArgumentParser
import Operator

extension ContractCommand {
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a contract with a day, or take that back.",
            discussion: """
                After that day there is no invitation, no session and no fee, and included time that is left expires with its month. A \
                later call with another day replaces it. A day that term and notice do not allow is named, and stands: both sides may agree.

                Example:
                  lotse contract end acme --on 2026-12-31
                  lotse contract end acme --revoke
                """
        )

        @Argument(help: "The contract's id.")
        var id: String

        @Option(name: .long, help: ArgumentHelp("The last day.", valueName: "YYYY-MM-DD"))
        var on: String?

        @Flag(name: .long, help: "The contract goes on after all; until its last day has passed.")
        var revoke = false

        @OptionGroup var output: JSONFlag

        func validate() throws {
            guard (on == nil) == revoke else { throw ValidationError("give the last day with --on, or --revoke") }
        }

        func run() async throws {
            if let on { try DateArgument.checkDay(on) }
            let relay = try await Screen.relay()
            let answer = try await relay.endContract(id, on: revoke ? nil : on)
            if let warning = answer.warning { Screen.tellNow(warning) }
            try await Screen.print(output.json ? JSON.text(answer) : SettlementPage.end(answer))
            try await relay.checkLedger()
        }
    }

    struct Balance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add included time that the client brings along.",
            discussion: """
                It is a lot of this month from now on. A negative one takes back at most what is left, to mend a mistake.

                Example:
                  lotse contract balance acme --quota 3h
                  lotse contract balance acme --quota=-1h
                """
        )

        @Argument(help: "The contract's id.")
        var id: String

        @Option(name: .long, help: ArgumentHelp("How much, like 3h, 90m or 1h30m.", valueName: "D"))
        var quota: String

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let seconds = try DurationArgument.seconds(quota)
            let relay = try await Screen.relay()
            let answer = try await relay.balanceQuota(id, seconds: seconds)
            try await Screen.print(output.json ? JSON.text(answer) : SettlementPage.balance(answer))
            try await relay.checkLedger()
        }
    }
}
