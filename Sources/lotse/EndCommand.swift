import ArgumentParser
import Operator
import RelayAPI

struct EndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End the session and print its time.",
        discussion: "Example:\n  lotse end --summary \"cleared the log partition\""
    )

    @Option(name: .long, help: "What was done; it stands in the timesheet.")
    var summary: String

    @OptionGroup var choice: SessionOption

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let summary = summary
        let home = try OperatorHome.standard()
        let record: SessionRecord
        do {
            record = try await HolderClient.with(home, session: choice.session) { try await $0.end(summary: summary) }
        } catch let error as OperatorError where error.kind == .noSession {
            // Where the client was faster, the summary is still to be written.
            let relay = try await Screen.relay()
            guard let session = try await relay.sessionToSummarize(choice.session) else { throw error }
            record = try await relay.end(session: session, EndRequest(summary: summary))
        }
        try await Screen.print(output.json ? JSON.text(record) : SessionPage.ended(record))
        try await Screen.relay().checkLedger()
    }
}
