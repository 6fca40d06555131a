import ArgumentParser
import Operator

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write files for other programs.",
        discussion: "Example:\n  lotse export datev --month 2026-11 --output EXTF_2026-11.csv",
        subcommands: [DATEV.self]
    )

    struct DATEV: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "datev",
            abstract: "Write the booking batch of the invoices issued in a month.",
            discussion: "Example:\n  lotse export datev --month 2026-11 --output EXTF_2026-11.csv"
        )

        @Option(name: .long, help: ArgumentHelp("Which month.", valueName: "YYYY-MM"))
        var month: String

        @Option(name: .long, help: ArgumentHelp("Where to write it.", valueName: "file"))
        var output: String

        func run() async throws {
            let bytes = try await Screen.relay().datev(month: month)
            try Screen.save(bytes, to: output)
            Screen.tellNow("\(output) is written (give it to the tax adviser)")
        }
    }
}
