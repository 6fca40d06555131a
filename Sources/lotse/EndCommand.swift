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
        guard summary.contains(where: { !$0.isWhitespace }) else {
            throw OperatorError(.usage, "the summary says nothing (--summary \"cleared the log partition\")")
        }
        let home = try OperatorHome.standard()
        let ended: EndedSession
        do {
            ended = try await HolderClient.with(home, session: choice.session) { client in
                await Screen.tell("the client has half a minute to sign the receipt")
                return try await client.end(summary: summary)
            }
        } catch let error as OperatorError where error.kind == .noSession {
            // Where the client was faster, the summary is still to be written.
            let relay = try await Screen.relay()
            guard let session = try await relay.sessionToSummarize(choice.session) else { throw error }
            ended = try await relay.addSummary(summary, to: session)
        }
        guard output.json else {
            try await Screen.print(SessionPage.ended(ended))
            return try await Screen.relay().checkLedger()
        }
        guard let receipt = ended.receipt else {
            throw OperatorError(
                .refused,
                "the session has ended, and there is no receipt yet\(ended.problem.map { ": \($0)" } ?? "") (lotse receipt \(ended.record.session))"
            )
        }
        try await Screen.print(String(decoding: receipt.canonicalBytes(), as: UTF8.self))
        try await Screen.relay().checkLedger()
    }
}
