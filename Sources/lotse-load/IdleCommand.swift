import ArgumentParser

/// `lotse-load idle`.
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Make pairs that say nothing, and say how much memory each of them takes."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many pairs.")
    var pairs = 1000

    @Option(help: "How many bytes each end sends before it is measured the second time.")
    var exchange = 65_536

    /// By how much the measured process grew with one pair, in bytes.
    private struct Answer: Encodable {
        let fresh: Double
        let used: Double
    }

    func run() async throws {
        let way = try await options.way()
        // What the process does once, for the first pair, is not what a pair takes.
        let first = try await way.pairs(5)
        for pair in first { try await pair.exchange(exchange) }
        try await Task.sleep(for: .seconds(1))
        let before = try options.watched.residentBytes()
        let pairs = try await way.pairs(pairs)
        try await Task.sleep(for: .seconds(1))
        let fresh = try options.watched.residentBytes() - before
        for pair in pairs { try await pair.exchange(exchange) }
        try await Task.sleep(for: .seconds(1))
        let used = try options.watched.residentBytes() - before
        try answer(Answer(fresh: Double(fresh) / Double(pairs.count), used: Double(used) / Double(pairs.count)))
    }
}

/// `lotse-load stall`.
struct StallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stall",
        abstract: "Send to an end that reads nothing, and say by how much the relay grew."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many pairs stall.")
    var pairs = 1

    /// By how much the measured process grew with one pair, in bytes; and what the sender could get rid of until nothing went any more.
    private struct Answer: Encodable {
        let grown: Double
    }

    func run() async throws {
        let way = try await options.way()
        let pairs = try await way.pairs(pairs)
        // Each has been used before: what is measured is the stall.
        for pair in pairs { try await pair.exchange(65_536) }
        for pair in pairs { try await pair.operatorEnd.channel.setOption(.autoRead, value: false).get() }
        try await Task.sleep(for: .seconds(1))
        let before = try options.watched.residentBytes()
        for pair in pairs { try await pair.agent.send(atRate: nil) }
        try await Task.sleep(for: .seconds(2))
        let grown = try options.watched.residentBytes() - before
        try answer(Answer(grown: Double(grown) / Double(pairs.count)))
    }
}
