import ArgumentParser
import NIOCore
import NIOPosix
import Synchronization

/// `lotse-load flood`.
struct FloodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flood",
        abstract:
            "Hold slow connections and try wrong codes beside sessions; fail where a session or an honest agent suffers."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many sessions, in which somebody types.")
    var sessions = 50

    @Option(help: "How many connections that say nothing, or a byte at a time.")
    var slow = 2000

    @Option(help: "How many wrong codes a second, each from another address.")
    var joins = 200

    @Option(help: "How many honest agents join, a second.")
    var honest = 1.0

    @Option(help: "For how many seconds.")
    var seconds = 300.0

    @Option(help: "How many milliseconds the p99 of the honest joins may be.")
    var latestJoin = 2000

    @Option(help: "By how many MiB the relay may grow.")
    var mostGrown = 256

    @Option(help: "How many seconds a slow connection may live.")
    var longestSlow = 30

    /// What the wrong codes were answered with.
    private final class Answers: Sendable {
        private let counts = Mutex<[Int: Int]>([:])
        func add(_ status: Int?) { counts.withLock { $0[status ?? 0, default: 0] += 1 } }
        var all: [Int: Int] { counts.withLock { $0 } }
    }

    func run() async throws {
        raiseDescriptorLimit()
        var findings = Findings()
        let way = try options.relayWay()
        let sessionWay = try await SessionWay(way)
        let pairs = try await sessionWay.pairs(sessions)
        var typing: [EchoTimes] = []
        for pair in pairs { typing.append(try await pair.type(every: .milliseconds(200))) }
        let before = try options.watched.residentBytes()

        let caller = try Caller(way, group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
        let callers = SlowCallers(caller)
        callers.start(slow)
        try await Task.sleep(for: .seconds(min(5, seconds / 10)))
        for times in typing { _ = times.take() }
        findings.say(
            "\(pairs.count) sessions beside \(callers.counts.open) slow connections and \(joins) wrong codes a second; \(Int(seconds)) s"
        )
        let answers = Answers()
        async let flooding: Void = Self.flood(Int(seconds * Double(joins)), atRate: joins, caller, answers)
        let honest = try await joinHonestly(way)
        await flooding
        let counts = typing.map(\.count)
        let grown = try options.watched.residentBytes() - before

        judge(answers.all, callers.counts, &findings)
        let percentiles = Percentiles(honest.times)
        findings.say(
            "\(percentiles.count) honest agents joined, \(honest.failures.count) did not: \(percentiles.text) (p99 below \(latestJoin) ms)"
        )
        let failure = honest.failures.first ?? "none came"
        findings.expect(percentiles.count > 0 && honest.failures.isEmpty, "honest agents failed: \(failure)")
        findings.expect(percentiles.p99 < Int64(latestJoin) * 1_000_000, "honest agents waited too long")
        try await Task.sleep(for: .seconds(2))
        try await judge(pairs, typing, counts, sessionWay, &findings)
        findings.say("the relay grew by \(Findings.mebibytes(grown)) meanwhile (at most \(mostGrown) MiB)")
        findings.expect(grown <= mostGrown << 20, "the relay grew")
        callers.stop()
        try findings.conclude()
    }

    /// Tries `count` wrong codes, at a steady rate, whatever becomes of them. Rooms have four digits: these are nobody's.
    private static func flood(_ count: Int, atRate rate: Int, _ caller: Caller, _ answers: Answers) async {
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for number in 0..<count {
                try? await Task.sleep(until: start + .seconds(1) * number / rate)
                group.addTask {
                    answers.add(
                        await caller.join("0\(10_000 + number % 10_000)", from: Caller.address(number, net: 120))
                    )
                }
            }
        }
    }

    /// Invites and joins, as those do for whom the relay is there.
    ///
    /// - Returns: nanoseconds from the agent's call to its answer, and what went wrong.
    private func joinHonestly(_ way: RelayWay) async throws -> (times: [Int64], failures: [String]) {
        var (times, failures): ([Int64], [String]) = ([], [])
        let start = ContinuousClock.now
        for number in 0..<max(1, Int(seconds * honest)) {
            try await Task.sleep(until: start + .seconds(Double(number) / honest))
            do {
                let invitation = try await way.invite()
                let began = NIODeadline.now()
                _ = try await way.enter(invitation.room)
                times.append((NIODeadline.now() - began).nanoseconds)
                try await way.withdraw(invitation)
            } catch {
                failures.append("\(error)")
            }
        }
        return (times, failures)
    }

    private func judge(_ answers: [Int: Int], _ slow: SlowCallers.Counts, _ findings: inout Findings) {
        let ended = SlowCallers.Kind.allCases.map { "\(slow.ended[$0, default: 0]) \($0)" }.joined(separator: ", ")
        findings.say(
            "slow connections: ended by the relay \(ended); none there longer than \(Findings.milliseconds(slow.longest)); "
                + "\(slow.open) open, \(slow.failed) not taken\(slow.failure.map { " (\($0))" } ?? "")"
        )
        findings.expect(slow.open >= self.slow * 9 / 10, "the slow connections did not stand")
        findings.expect(
            slow.longest < Int64(longestSlow) * 1_000_000_000,
            "a slow connection lived longer than \(longestSlow) s"
        )
        findings.expect(
            seconds < Double(longestSlow)
                || SlowCallers.Kind.allCases.allSatisfy {
                    slow.ended[$0, default: 0] >= self.slow / SlowCallers.Kind.allCases.count
                },
            "not every slow connection was ended"
        )
        let told = answers.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }
        findings.say("wrong codes: answered \(told.joined(separator: ", ")); \(answers[0] ?? 0) without an answer")
        let count = answers.values.reduce(0, +)
        findings.expect((answers[0] ?? 0) <= count / 100, "wrong codes were left without an answer")
        findings.expect(answers.keys.allSatisfy { [0, 404, 429].contains($0) }, "a wrong code got another answer")
    }

    private func judge(
        _ pairs: [Pair],
        _ typing: [EchoTimes],
        _ counts: [Int],
        _ way: SessionWay,
        _ findings: inout Findings
    ) async throws {
        let percentiles = Percentiles(typing.flatMap { $0.take() })
        let silent = zip(typing, counts).count { $0.count <= $1 }
        let (alive, live) = (pairs.count(where: \.isAlive), try await way.liveCount())
        findings.say(
            "\(alive) of \(pairs.count) sessions stand, the relay says \(live); \(percentiles.count) echoes: \(percentiles.text)"
        )
        findings.expect(alive == pairs.count && live == pairs.count, "sessions were dropped")
        findings.expect(silent == 0, "\(silent) who typed got no echo any more")
    }
}
