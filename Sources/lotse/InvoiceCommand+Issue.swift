import ArgumentParser
import Operator
import RelayAPI

extension InvoiceCommand {
    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "issue",
            abstract: "Issue a month's invoice, of one contract or all.",
            discussion: """
                With --all, every contract that has something to invoice gets its invoice; what cannot be issued stands at the end, and the exit \
                status is 1. A second call gives the same invoices and issues what was missing.

                Example:
                  lotse invoice acme --month 2026-11
                  lotse invoice --all --month 2026-11
                """
        )

        @Argument(help: "The contract's id.")
        var contract: String?

        @Flag(name: .long, help: "Every contract.")
        var all = false

        @Option(name: .long, help: ArgumentHelp("Which month, in the contract's time zone.", valueName: "YYYY-MM"))
        var month: String

        @Flag(name: .long, help: "Only show it: no number is used up, and the month need not be over.")
        var dryRun = false

        @OptionGroup var files: InvoiceFiles

        @OptionGroup var output: JSONFlag

        func validate() throws {
            guard all == (contract == nil) else {
                throw ValidationError("say which contract, or --all (lotse contract list shows them)")
            }
            guard !all || files.isEmpty else {
                throw ValidationError("--xml and --html are for one invoice (lotse invoice show NUMBER --xml FILE)")
            }
        }

        func run() async throws {
            try DateArgument.checkMonth(month)
            let relay = try await Screen.relay()
            if let contract {
                try await issue(contract, at: relay)
            } else {
                try await issueAll(at: relay)
            }
        }

        private func issue(_ contract: String, at relay: Relay) async throws {
            let answer = try await relay.invoice(contract, month: month, isDryRun: dryRun)
            if output.json {
                try await Screen.print(JSON.text(Answer(invoices: answer.invoices.map(\.summary), waits: answer.waits)))
            } else if let waits = answer.waits {
                try await Screen.print("no invoice for \(month): \(waits)")
            } else {
                for invoice in answer.invoices { try await Screen.print(InvoiceTable.sentence(invoice.summary)) }
            }
            // What was issued is said before, should a file not be written: lotse invoice show writes it again.
            try files.save(answer.invoices)
            if !dryRun { try await relay.checkLedger() }
            // Whoever asked for files has none.
            if answer.invoices.isEmpty, !files.isEmpty { throw ExitCode.failure }
        }

        private func issueAll(at relay: Relay) async throws {
            var answers: [MonthInvoicesAnswer] = []
            try await relay.invoices(ofMonth: month, isDryRun: dryRun) { some in
                answers += some
                guard !output.json else { return }
                for answer in some { try await print(answer) }
            }
            if output.json {
                try await Screen.print(JSON.text(answers))
            } else if answers.isEmpty {
                await Screen.tell("no contract has anything to invoice in \(month)")
            }
            if !dryRun { try await relay.checkLedger() }
            let failures = answers.compactMap { answer in answer.problem.map { (answer.contract, $0.message) } }
            for (contract, message) in failures { await Screen.tell("no invoice for \(contract): \(message)") }
            guard failures.isEmpty else { throw ExitCode.failure }
        }

        private func print(_ answer: MonthInvoicesAnswer) async throws {
            if let waits = answer.waits {
                try await Screen.print("no invoice for \(answer.contract) \(month): \(waits)")
            }
            for invoice in answer.invoices { try await Screen.print(InvoiceTable.sentence(invoice)) }
        }

        private struct Answer: Encodable {
            var invoices: [InvoiceSummary]
            var waits: String?
        }
    }
}
