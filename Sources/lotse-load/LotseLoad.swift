import ArgumentParser

/// Puts load on a relay, or on a proxy beside it, for `scripts/bench` and `scripts/stress`. Nobody installs it.
@main
struct LotseLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lotse-load",
        abstract: "Put load on a relay, or on a proxy beside it, and say what it cost.",
        subcommands: [
            BulkCommand.self, EchoCommand.self, HandshakesCommand.self, JoinsCommand.self, IdleCommand.self,
            StallCommand.self, RedactCommand.self, SoakCommand.self, FloodCommand.self, StalledCommand.self,
        ]
    )
}

/// What went wrong while load was put on.
struct LoadError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
