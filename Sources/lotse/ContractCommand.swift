import ArgumentParser
import ContractFiles
import Contracts
import FoundationEssentials
import Operator
import RelayAPI
import TerminalText

struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "Write, check, add and read contracts.",
        discussion: """
            Example:
              lotse contract new acme > acme.yaml
              lotse contract check acme.yaml
              lotse contract add acme.yaml
              lotse contract show acme
            """,
        subcommands: [New.self, Check.self, Add.self, List.self, Show.self, End.self, Balance.self]
    )

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a commented contract file to fill in.",
            discussion: "Example:\n  lotse contract new acme > acme.yaml"
        )

        @Argument(help: "The contract's id.")
        var id: String

        func run() async throws {
            guard Contract.isID(id) else {
                throw OperatorError(
                    .usage,
                    "\"\(TerminalText.name(id))\" is not an id (use at most 64 letters, digits, hyphens, dots, underscores)"
                )
            }
            try await Screen.print(ContractTemplate.text(id: id))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every problem of a contract file at once. Asks nobody.",
            discussion: "Example:\n  lotse contract check acme.yaml"
        )

        @Argument(help: "The contract file.")
        var file: String

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let source = try ContractSource(path: file)
            if output.json {
                try await Screen.print(JSON.text(source.report))
                guard source.isUsable else { throw ExitCode.failure }
                return
            }
            if !source.problems.isEmpty { try await Screen.print(source.problems.joined(separator: "\n")) }
            guard source.isUsable else { throw ExitCode.failure }
            Screen.tellNow("\(file) can be used (lotse contract add \(file) stores it)")
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a contract file and store it as the next version.",
            discussion: "Example:\n  lotse contract add acme.yaml"
        )

        @Argument(help: "The contract file.")
        var file: String

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let source = try ContractSource(path: file)
            for problem in source.problems { Screen.tellNow(problem) }
            guard source.isUsable else {
                throw OperatorError(.contract, "\(file) was not added (mend what stands above and add it again)")
            }
            let relay = try await Screen.relay()
            try await relay.checkLedger()
            let added = try await relay.addContract(source: source.text)
            if output.json {
                let answer = Answer(contract: added.contract, version: added.version, hash: added.hash)
                try await Screen.print(JSON.text(answer))
            } else {
                try await Screen.print("\(added.contract) version \(added.version), hash \(added.hash)")
            }
        }

        private struct Answer: Encodable {
            var contract: String
            var version: Int64
            var hash: String
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the newest version of every contract.",
            discussion: "Example:\n  lotse contract list"
        )

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let contracts = try await Screen.relay().contracts()
            try await Screen.print(output.json ? JSON.text(contracts) : ContractPage.list(contracts))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the terms of a contract, when it ends, and what became of its included time.",
            discussion: "Example:\n  lotse contract show acme --version 2"
        )

        @Argument(help: "The contract's id.")
        var id: String

        @Option(name: .long, help: "Which version; the newest where left out.")
        var version: Int64?

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let document = try await Screen.relay().contract(id, version: version)
            guard output.json else { return try await Screen.print(ContractPage.terms(document)) }
            let terms = try JSONDecoder().decode(JSONValue.self, from: Data(document.canonical.utf8))
            let summary = document.summary
            let answer = Answer(
                contract: summary.contract,
                version: summary.version,
                hash: summary.hash,
                addedAt: summary.addedAt,
                endsOn: summary.endsOn,
                quota: document.quota,
                terms: terms
            )
            try await Screen.print(JSON.text(answer))
        }

        private struct Answer: Encodable {
            var contract: String
            var version: Int64
            var hash: String
            var addedAt: Timestamp
            var endsOn: String?
            var quota: [QuotaMonth]?
            var terms: JSONValue
        }
    }
}
