import ArgumentParser
import Glibc
import Operator
import RelayAPI

/// The freelancer's program.
@main
struct Lotse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lotse",
        abstract: "Help a distant client over a relay, with every second on the contract.",
        discussion: """
            State lives in $LOTSE_HOME, by default ~/.config/lotse.

            A session from beginning to end:
              lotse invite acme --for "slow database"
              lotse connect --background
              lotse run -- df -h
              lotse shell
              lotse logs --follow /var/log/syslog
              lotse end --summary "cleared the log partition"
              lotse replay s-8k2m4n6p8q3r5t7v
              lotse timesheet acme
            """,
        version: Release.version,
        subcommands: [
            LoginCommand.self, ContractCommand.self, InviteCommand.self, ConnectCommand.self, RunCommand.self,
            ShellCommand.self, LogsCommand.self, DiagnoseCommand.self, GetCommand.self, PutCommand.self,
            ForwardCommand.self, PauseCommand.self,
            ResumeCommand.self, NoteCommand.self, CategoryCommand.self,
            EndCommand.self, ReceiptCommand.self, ReplayCommand.self, RecordCommand.self, CreditCommand.self,
            SessionsCommand.self,
            TimesheetCommand.self, InvoiceCommand.self, ExplainCommand.self,
            ExportCommand.self, SimulateCommand.self, HoldCommand.self,
        ]
    )

    /// Usage errors exit with 64, all others with 1, each as one line on standard error.
    static func main() async {
        Hardening.apply()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            leave(after: error)
        }
    }

    private static func leave(after error: any Error) -> Never {
        if let code = error as? ExitCode { exit(withError: code) }
        if let error = error as? OperatorError {
            Screen.tellNow(error.description)
            Glibc.exit(status(for: error.kind))
        }
        let code = exitCode(for: error)
        if code.isSuccess { exit(withError: error) }
        if code == .validationFailure {
            Screen.tellNow("\(message(for: error)) (lotse help shows how it is used)")
            Glibc.exit(code.rawValue)
        }
        Screen.tellNow(OperatorError.sentence(for: error))
        Glibc.exit(EXIT_FAILURE)
    }

    private static func status(for kind: OperatorError.Kind) -> Int32 {
        switch kind {
        case .usage: ExitCode.validationFailure.rawValue
        case .interrupted: 128 + SIGINT
        default: EXIT_FAILURE
        }
    }
}
