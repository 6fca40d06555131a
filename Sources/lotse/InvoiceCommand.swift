import ArgumentParser
import FoundationEssentials
import Operator
import RelayAPI

struct InvoiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice",
        abstract: "Issue, cancel and show invoices.",
        discussion: """
            A month is issued once, when it is over; a second call gives the same invoice. What was issued is never edited: cancel it \
            by a Storno and issue it anew.

            Example:
              lotse invoice acme --month 2026-11 --dry-run --html draft.html
              lotse invoice acme --month 2026-11 --xml acme.xml --html acme.html
              lotse invoice --all --month 2026-11
              lotse invoice cancel 2026-0007 --reason "wrong address"
              lotse invoice paid 2026-0008 --on 2026-12-15
              lotse invoice continue 2026-0043
            """,
        subcommands: [Issue.self, Cancel.self, List.self, Show.self, Paid.self, Continue.self],
        defaultSubcommand: Issue.self
    )

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an invoice back by a Storno with a number of its own.",
            discussion: "Example:\n  lotse invoice cancel 2026-0007 --reason \"wrong address\""
        )

        @Argument(help: "The invoice's number.")
        var number: String

        @Option(name: .long, help: "Why; it stands on the Storno.")
        var reason: String?

        @OptionGroup var files: InvoiceFiles

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let relay = try await Screen.relay()
            let original = try await relay.invoice(number: number).summary
            let storno = try await relay.cancelInvoice(number, reason: reason)
            try await Screen.print(
                output.json ? JSON.text(storno.summary) : InvoiceTable.storno(storno.summary, of: original)
            )
            try files.save([storno])
            try await relay.checkLedger()
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all invoices and Storni.",
            discussion: "Example:\n  lotse invoice list"
        )

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let relay = try await Screen.relay()
            let invoices = try await relay.invoices()
            try await Screen.print(output.json ? JSON.text(invoices) : InvoiceTable.list(invoices))
            try await relay.checkLedger()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an invoice, or get the exact bytes that were issued.",
            discussion: "Example:\n  lotse invoice show 2026-0007 --xml 2026-0007.xml"
        )

        @Argument(help: "The invoice's number.")
        var number: String

        @OptionGroup var files: InvoiceFiles

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let invoice = try await Screen.relay().invoice(number: number)
            try files.save([invoice])
            try await Screen.print(output.json ? JSON.text(invoice.summary) : InvoiceTable.sentence(invoice.summary))
        }
    }

    struct Paid: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write down when the money came.",
            discussion: "Example:\n  lotse invoice paid 2026-0007 --on 2026-12-15"
        )

        @Argument(help: "The invoice's number.")
        var number: String

        @Option(name: .long, help: ArgumentHelp("The day; today where left out.", valueName: "YYYY-MM-DD"))
        var on: String?

        @OptionGroup var output: JSONFlag

        func run() async throws {
            if let on { try DateArgument.checkDay(on) }
            let relay = try await Screen.relay()
            let before = try await relay.invoice(number: number).summary
            let invoice = try await relay.payInvoice(number, on: on)
            try await Screen.print(output.json ? JSON.text(invoice) : InvoiceTable.payment(invoice, before: before))
        }
    }

    struct Continue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give the next invoice the number after this one.",
            discussion: """
                For who comes from another program in the middle of a year, and after the ledger was restored from a backup: say the last \
                number that you have sent. A lower one mends a mistake, as long as no invoice was issued since.

                Example:
                  lotse invoice continue 2026-0043
                """
        )

        @Argument(help: "The last number that was given elsewhere.")
        var number: String

        @OptionGroup var output: JSONFlag

        func run() async throws {
            let relay = try await Screen.relay()
            let answer = try await relay.continueNumbers(after: number)
            try await Screen.print(output.json ? JSON.text(answer) : "the next invoice is \(answer.next)")
            try await relay.checkLedger()
        }
    }
}

/// `--xml FILE` and `--html FILE`.
struct InvoiceFiles: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Write the electronic invoice (XRechnung).", valueName: "file"))
    var xml: String?

    @Option(name: .long, help: ArgumentHelp("Write the page to read and print.", valueName: "file"))
    var html: String?

    /// Whether no file is asked for.
    var isEmpty: Bool { xml == nil && html == nil }

    /// Of several invoices of one month the second one's files get `-2` before their ending.
    func save(_ invoices: [InvoiceFile]) throws {
        // Before anything is written.
        if xml != nil { try invoices.forEach { try $0.requireXML() } }
        for (index, invoice) in invoices.enumerated() {
            if let xml { try Screen.save(invoice.xml, to: Self.name(xml, index)) }
            if let html { try Screen.save(invoice.html, to: Self.name(html, index)) }
        }
    }

    private static func name(_ file: String, _ index: Int) -> String {
        guard index > 0 else { return file }
        let start = file.lastIndex(of: "/").map { file.index(after: $0) } ?? file.startIndex
        let dot = file[start...].lastIndex(of: ".") ?? file.endIndex
        return "\(file[..<dot])-\(index + 1)\(file[dot...])"
    }
}
