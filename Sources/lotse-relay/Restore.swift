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
        print(
            """
            What was written after that backup is not in it:
              - invoices that were issued since: look at the last that you have sent, and before the next is issued have the numbers
                go on after it (lotse invoice continue NUMBER), or they are given again
              - sessions that were held since: the clients have the receipts
              - lotse says once that the ledger was rolled back: remove ledger.head from its folder ($LOTSE_HOME, or ~/.config/lotse) to go on
            """
        )
    }
}
