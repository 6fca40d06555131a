import ArgumentParser
import Glibc
import Ledger
import Relay
import RelayAPI
import TLS

/// The freelancer's server: one process, one port, one SQLite file.
@main
struct LotseRelay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lotse-relay",
        abstract: "The server through which freelancer and client meet, and that keeps the ledger.",
        discussion: """
            Example, from nothing to a relay that serves:
              lotse-relay init /srv/lotse --host relay.example.org
              lotse-relay operator add jana --dir /srv/lotse
              lotse-relay serve /srv/lotse
            """,
        version: Release.version,
        subcommands: [Init.self, Serve.self, Operator.self, Verify.self, Backup.self, Restore.self]
    )

    static func main() async {
        Process.harden()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Process.leave(after: error)
        }
    }
}

/// What holds for the whole process.
enum Process {
    /// No core dump may hold a key, a closed pipe is an error to handle, not a reason to die, and there is no crash while it ends.
    static func harden() {
        OpenSSLLifetime.lastsUntilProcessEnds()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Says what went wrong in one sentence; 1 for what failed, 64 for wrong usage.
    static func leave(after error: any Error) -> Never {
        switch error {
        case is RelayError, is LedgerError, is RelayAPIError:
            say("\(error)")
            exit(EXIT_FAILURE)
        default:
            guard LotseRelay.exitCode(for: error) == .validationFailure else { LotseRelay.exit(withError: error) }
            say("\(LotseRelay.message(for: error)) (lotse-relay help shows how it is used)")
            exit(ExitCode.validationFailure.rawValue)
        }
    }

    private static func say(_ sentence: String) {
        let line = Array("lotse-relay: \(sentence)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
