import ArgumentParser
import Operator

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write files for other programs.",
        discussion: "Example:\n  lotse export datev --month 2026-12 --output EXTF_2026-12.csv",
        subcommands: [DATEV.self]
    )

    struct DATEV: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "datev",
            abstract: "Write the booking batch of the invoices issued in a month.",
            discussion: "Example:\n  lotse export datev --month 2026-12 --output EXTF_2026-12.csv"
        )

        @Option(name: .long, help: ArgumentHelp("The month in which they were issued.", valueName: "YYYY-MM"))
        var month: String

        @Option(name: .long, help: ArgumentHelp("Where to write it.", valueName: "file"))
        var output: String

        @OptionGroup var json: JSONFlag

        private struct Answer: Encodable {
            var file: String
            var month: String
            var bookings: Int
        }

        func run() async throws {
            try DateArgument.checkMonth(month)
            let bytes = try await Screen.relay().datev(month: month)
            try Screen.save(bytes, to: output)
            // Head and names of the columns stand in every batch.
            let count = max(0, bytes.split(separator: UInt8(ascii: "\n")).count - 2)
            if json.json {
                return try await Screen.print(JSON.text(Answer(file: output, month: month, bookings: count)))
            }
            Screen.tellNow(
                count > 0
                    ? "\(output) is written: \(count) \(count == 1 ? "booking" : "bookings") (give it to the tax adviser)"
                    : "\(output) is written and has no booking: no invoice was issued in \(month) (--month is the month of issue, which lotse invoice list shows)"
            )
        }
    }
}
