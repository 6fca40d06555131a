import ArgumentParser

/// `lotse-load joins`.
struct JoinsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "joins",
        abstract: "Join rooms as clients' machines do, one after the other, and say what one cost the relay."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many joins are measured.")
    var count = 200

    private struct Answer: Encodable {
        let joins: Int
        let seconds: Double
        let processorSeconds: Double
    }

    func validate() throws {
        guard options.home != nil else { throw ValidationError("only a relay can be joined: say --home") }
    }

    func run() async throws {
        guard let way = try await options.way() as? RelayWay else { throw LoadError("only a relay can be joined") }
        // The rooms are there before: opening one is the operator's work, and waits for the disk.
        var invitations = [try await way.invite()]
        for _ in 0..<count { invitations.append(try await way.invite()) }
        var ends = [try await way.join(invitations[0])]
        let (start, used) = (ContinuousClock.now, try options.watched.processorSeconds())
        for invitation in invitations.dropFirst() { ends.append(try await way.join(invitation)) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try answer(
            Answer(joins: count, seconds: seconds, processorSeconds: try options.watched.processorSeconds() - used)
        )
    }
}
