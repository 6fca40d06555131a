import ArgumentParser
import Operator
import RelayAPI

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Write work down that no session was for, such as on the telephone.",
        discussion: """
            It stands on timesheet, invoice and proof of service like a session, marked as recorded later: the client signed nothing of \
            it. T is a local time of the contract's zone, or a time with an offset or Z. What was settled before it stays as it is.

            Example:
              lotse record acme --from 2026-11-26T14:30 --to 2026-11-26T14:50 \\
                  --category question --summary "password reset"
            """
    )

    @Argument(help: "The contract's id.")
    var contract: String

    @Option(name: .long, help: ArgumentHelp("When it began.", valueName: "T"))
    var from: String

    @Option(name: .long, help: ArgumentHelp("When it was over; at most 24 hours later.", valueName: "T"))
    var to: String

    @Option(name: .long, help: ArgumentHelp("What kind of work it was.", valueName: "ID"))
    var category: String

    @Option(name: .long, help: ArgumentHelp("What was done; it stands on the invoice.", valueName: "TEXT"))
    var summary: String

    @Flag(name: .long, help: "Even if you worked on something else at that time.")
    var overlap = false

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let relay = try await Screen.relay()
        let work = NewWorkRecord(
            contract: contract,
            from: from,
            to: to,
            category: category,
            summary: summary,
            allowsOverlap: overlap
        )
        let record = try await relay.record(work)
        try await Screen.print(output.json ? JSON.text(record) : SessionPage.ended(record))
        try await relay.checkLedger()
    }
}
