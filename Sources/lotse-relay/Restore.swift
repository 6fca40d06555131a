import ArgumentParser
import Relay

/// `lotse-relay restore`.
struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of an empty ledger; the ledger says so in an entry of its own.",
        discussion: "Example: lotse-relay restore /backup/lotse-2026-11-30.ledger /srv/lotse"
    )

    @Argument(help: "A file that `backup` wrote.")
    var file: String

    @Argument(help: "The relay's folder, with the ledger.key that signed the backup and no sessions yet.")
    var dir: String

    func run() throws {
        try RelaySetup(path: dir).restore(from: file)
        print("The ledger of \(dir) continues from \(file).")
    }
}
