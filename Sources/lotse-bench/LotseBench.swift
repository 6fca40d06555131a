import ArgumentParser

/// Makes what `scripts/bench` measures on. Nobody installs it.
@main
struct LotseBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lotse-bench",
        abstract: "Make what scripts/bench measures on.",
        subcommands: [LedgerCommand.self]
    )
}
