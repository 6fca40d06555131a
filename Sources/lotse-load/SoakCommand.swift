import ArgumentParser
import NIOCore

/// `lotse-load soak`.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Keep many sessions for long, some of them busy; fail where echoes are late or the relay grows."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many sessions.")
    var pairs = 1000

    @Option(help: "In how many of them somebody types.")
    var busy = 200

    @Option(help: "How many milliseconds from one echo to the next byte.")
    var pause = 200

    @Option(help: "For how many seconds.")
    var seconds = 1800.0

    @Option(help: "How many milliseconds the p99 of the echoes may be.")
    var latestEcho = 50

    @Option(help: "By how many KiB the relay's memory may grow, from the settled state on.")
    var mostGrowth = 4096

    private static let samples = 30

    /// What the relay takes up at a moment.
    private struct Sample {
        let bytes: Int
        let descriptors: Int
    }

    func run() async throws {
        raiseDescriptorLimit()
        var findings = Findings()
        let way = try await SessionWay(options.relayWay())
        let pairs = try await way.pairs(pairs)
        var typing: [EchoTimes] = []
        for pair in pairs.prefix(busy) { typing.append(try await pair.type(every: .milliseconds(Int64(pause)))) }
        // Buffers have found their size, and the ledger its cache.
        let settling = min(120, seconds / 4)
        try await Task.sleep(for: .seconds(settling))
        for times in typing { _ = times.take() }
        findings.say("\(pairs.count) sessions, in \(typing.count) of them somebody types; \(Int(seconds)) s")

        var samples = [try sample()]
        var echoes: [Int64] = []
        for number in 1...Self.samples {
            try await Task.sleep(for: .seconds((seconds - settling) / Double(Self.samples)))
            samples.append(try sample())
            for times in typing { echoes += times.take() }
            if number.isMultiple(of: Self.samples / 3) { report(number, samples[number], echoes, findings) }
        }
        judge(echoes, &findings)
        judge(samples, &findings)

        let counts = typing.map(\.count)
        try await Task.sleep(for: .seconds(2))
        let silent = zip(typing, counts).count { $0.count <= $1 }
        findings.expect(silent == 0, "\(silent) who typed got no echo any more")
        for pair in pairs.dropFirst(busy) where pair.isAlive { try await pair.greet() }
        let (alive, live) = (pairs.count(where: \.isAlive), try await way.liveCount())
        findings.say("\(alive) of \(pairs.count) sessions stand at the end; the relay says \(live)")
        findings.expect(alive == pairs.count && live == pairs.count, "sessions were dropped")
        try findings.conclude()
    }

    private func sample() throws -> Sample {
        Sample(bytes: try options.watched.residentBytes(), descriptors: try options.watched.descriptors())
    }

    private func report(_ number: Int, _ sample: Sample, _ echoes: [Int64], _ findings: Findings) {
        findings.say(
            "after \(number) of \(Self.samples) parts: relay \(Findings.mebibytes(sample.bytes)), "
                + "\(sample.descriptors) descriptors, \(echoes.count) echoes"
        )
    }

    private func judge(_ echoes: [Int64], _ findings: inout Findings) {
        let percentiles = Percentiles(echoes)
        findings.say("\(percentiles.count) echoes: \(percentiles.text) (p99 below \(latestEcho) ms)")
        findings.expect(percentiles.count > 0 || busy == 0, "no echo came")
        findings.expect(percentiles.p99 < Int64(latestEcho) * 1_000_000, "echoes were late")
    }

    /// The first fifth beside the last: one sample alone says little.
    private func judge(_ samples: [Sample], _ findings: inout Findings) {
        let fifth = max(1, samples.count / 5)
        let (first, last) = (samples.prefix(fifth), samples.suffix(fifth))
        let growth = (last.reduce(0) { $0 + $1.bytes } - first.reduce(0) { $0 + $1.bytes }) / fifth
        let descriptors = (first.map(\.descriptors).max() ?? 0, last.map(\.descriptors).max() ?? 0)
        findings.say(
            "the relay grew by \(Findings.mebibytes(growth)) from \(Findings.mebibytes(first[0].bytes)); "
                + "descriptors \(descriptors.0), at the end \(descriptors.1)"
        )
        findings.expect(growth <= mostGrowth * 1024, "the relay's memory grew")
        findings.expect(descriptors.1 <= descriptors.0, "the relay's descriptors became more")
    }
}
