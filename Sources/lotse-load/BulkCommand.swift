import ArgumentParser

/// `lotse-load bulk`.
struct BulkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk",
        abstract: "Send as much as goes through, and say what it cost."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many pairs send at once.")
    var pairs = 1

    @Option(help: "For how many seconds it is measured.")
    var seconds = 2.0

    @Option(help: "How many bytes a second each pair sends. Default: as many as are taken.")
    var rate: Int?

    @Flag(help: "Both ends send.")
    var duplex = false

    private struct Running: Encodable { let running = true }

    /// Bytes are counted as they arrive, with what TLS adds (22 bytes to a record of 16 KiB, RFC 8446 §5.2).
    private struct Answer: Encodable {
        let bytes: Int
        let seconds: Double
        let processorSeconds: Double
    }

    func run() async throws {
        let way = try await options.way()
        let pairs = try await way.pairs(pairs)
        var receivers: [Receiver] = []
        for pair in pairs {
            receivers.append(try await pair.operatorEnd.discard())
            if duplex { receivers.append(try await pair.agent.discard()) }
        }
        for pair in pairs {
            try await pair.agent.send(atRate: rate)
            if duplex { try await pair.operatorEnd.send(atRate: rate) }
        }
        let warmUp = Duration.milliseconds(300)
        try await Task.sleep(for: warmUp)
        try answer(Running())
        let counts = { receivers.map(\.bytes) }
        let (start, before, used) = (ContinuousClock.now, counts(), try options.watched.processorSeconds())
        try await Task.sleep(for: .seconds(seconds))
        let (end, after, allUsed) = (ContinuousClock.now, counts(), try options.watched.processorSeconds())
        // Those that are left over share among themselves what was to be for all.
        let silent = zip(before, after).count { $0 == $1 }
        guard silent == 0, pairs.allSatisfy(\.isAlive) else {
            throw LoadError("nothing came at \(silent) of \(receivers.count) ends any more")
        }
        let bytes = zip(before, after).reduce(0) { $0 + $1.1 - $1.0 }
        try answer(Answer(bytes: bytes, seconds: (end - start) / .seconds(1), processorSeconds: allUsed - used))
    }
}
