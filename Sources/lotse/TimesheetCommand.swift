import ArgumentParser
import Invoicing
import Operator
import TimeZoneFiles

struct TimesheetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timesheet",
        abstract: "Print the time of a contract's month.",
        discussion: """
            The table has times in the contract's time zone; CSV (RFC 4180) and JSON have them in UTC and durations in seconds. The others \
            are for hledger and ledger (timeclock), Timewarrior, the import of Kimai, and calendars (ics).

            Example:
              lotse timesheet acme --month 2026-11 --format csv > acme-2026-11.csv
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, csv, json, timeclock, timewarrior, kimai, ics
    }

    @Argument(help: "The contract's id.")
    var contract: String

    @Option(name: .long, help: ArgumentHelp("Which month; this one where left out.", valueName: "YYYY-MM"))
    var month: String?

    @Option(name: .long, help: "How to print it.")
    var format = Format.table

    func run() async throws {
        if let month { try DateArgument.checkMonth(month) }
        let relay = try await Screen.relay()
        let sheet = try await relay.timesheet(contract: contract, month: month)
        switch format {
        case .timeclock, .timewarrior, .kimai, .ics:
            let rows = try await relay.services(contract, month: month)
            try await Screen.print(try Self.text(rows, format, zone: sheet.timeZone))
        case .table: try await Screen.print(TimesheetPage.table(sheet))
        case .csv: try await Screen.print(TimesheetPage.csv(sheet))
        case .json: try await Screen.print(JSON.text(sheet))
        }
        try await relay.checkLedger()
    }

    private static func text(_ rows: [ServiceRow], _ format: Format, zone name: String) throws -> String {
        guard let zone = TimeZoneFile.rules(of: name) else {
            throw OperatorError(.contract, "this machine does not know the time zone \(name) (install tzdata)")
        }
        return switch format {
        case .timeclock: ServiceRow.timeclock(rows, zone: zone)
        case .timewarrior: ServiceRow.timewarrior(rows)
        case .kimai: ServiceRow.kimai(rows, zone: zone)
        case .ics: ServiceRow.calendar(rows)
        case .table, .csv, .json: ""
        }
    }
}
