import ArgumentParser
import Relay

/// `lotse-relay init`.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new relay's folder.",
        discussion: "Example: lotse-relay init /srv/lotse --host relay.example.org --host 203.0.113.7"
    )

    @Argument(help: "The folder; it must be new or empty.")
    var dir: String

    @Option(
        name: .long,
        parsing: .singleValue,
        help: "A name or address by which the relay is reached; the first is the one that people are told."
    )
    var host: [String]

    @Flag(help: "Print JSON.")
    var json = false

    private struct Answer: Encodable {
        var folder: String
        var hosts: [String]
        var pin: String
    }

    func validate() throws {
        if host.isEmpty { throw ValidationError("Say by which name the relay is reached (--host relay.example.org).") }
    }

    func run() throws {
        let setup = RelaySetup(path: dir)
        try setup.initialize(hosts: host)
        if json { return try printJSON(Answer(folder: dir, hosts: host, pin: try setup.pin())) }
        print(
            """
            \(dir) is a relay's folder now.
              Fill in supplier.yaml: it becomes the head of your invoices.
              Pin of its authority: \(try setup.pin())
            Next:
              lotse-relay operator add NAME --dir \(dir)
              lotse-relay serve \(dir)
            """
        )
    }
}
