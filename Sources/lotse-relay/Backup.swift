import ArgumentParser
import Relay

/// `lotse-relay backup`.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a consistent copy of the ledger, also while the relay serves.",
        discussion: """
            Example: lotse-relay backup /srv/lotse /backup/lotse-2026-11-30.ledger
            Keys and configuration are not in it: keep a copy of tls/, ledger/ledger.key, ledger/ledger.pem, relay.yaml and supplier.yaml in a safe \
            place, once.
            """
    )

    @Argument(help: "The relay's folder.")
    var dir: String

    @Argument(help: "The file to write; it must not exist.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    private struct Answer: Encodable {
        var file: String
    }

    func run() async throws {
        try await RelaySetup(path: dir).backup(to: file)
        if json { return try printJSON(Answer(file: file)) }
        print("\(file) is a copy of the ledger.")
    }
}
