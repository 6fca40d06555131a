import ArgumentParser
import Glibc
import NIOCore

/// `lotse-load stalled`.
struct StalledCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stalled",
        abstract: "Let a reader stall beside sessions; fail where they are delayed or the relay queues much for it."
    )

    @OptionGroup var options: WayOptions

    @Option(help: "How many sessions, in which somebody types.")
    var sessions = 20

    @Option(help: "For how many seconds, before and with the reader that stalls.")
    var seconds = 60.0

    @Option(help: "By how many milliseconds the others' echoes may be later, p50 and p99.")
    var mostDelay = 10

    @Option(help: "How many KiB the relay may queue for the reader.")
    var mostQueued = 1024

    func run() async throws {
        var findings = Findings()
        let way = try await SessionWay(options.relayWay())
        let pairs = try await way.pairs(sessions)
        let stalled = try await way.pair()
        // Each has been used before, and as much as a stall takes has gone through: what is measured is the stall.
        for pair in pairs { try await pair.exchange(65_536) }
        try await stalled.exchange(16 << 20)
        var typing: [EchoTimes] = []
        for pair in pairs { typing.append(try await pair.type(every: .milliseconds(20))) }
        func echoes() async throws -> Percentiles {
            for times in typing { _ = times.take() }
            try await Task.sleep(for: .seconds(seconds / 2))
            return Percentiles(typing.flatMap { $0.take() })
        }
        findings.say("\(pairs.count) sessions in which somebody types, and one whose reader stalls; \(Int(seconds)) s")
        let before = try await echoes()
        let bytes = try options.watched.residentBytes()

        try await stalled.operatorEnd.channel.setOption(.autoRead, value: false).get()
        try await stalled.agent.send(atRate: nil)
        // What goes has gone: the kernel's buffers are full too.
        try await Task.sleep(for: .seconds(1))
        let after = try await echoes()
        let grown = try options.watched.residentBytes() - bytes

        findings.say("echoes before: \(before.count), \(before.text)")
        findings.say("echoes beside the stall: \(after.count), \(after.text) (at most \(mostDelay) ms later)")
        let limit = Int64(mostDelay) * 1_000_000
        findings.expect(before.count > 0 && after.count > 0, "no echo came")
        findings.expect(after.p50 - before.p50 < limit && after.p99 - before.p99 < limit, "others were delayed")
        let reader = try SocketQueues(of: stalled.operatorEnd.channel),
            sender = try SocketQueues(of: stalled.agent.channel)
        findings.say(
            "queued for the reader: the relay's memory grew by \(grown / 1024) KiB (at most \(mostQueued)); in the kernel "
                + "\(reader.sendBytes / 1024) KiB to be sent to it, \(sender.receiveBytes / 1024) KiB that wait to be read by the relay"
        )
        findings.expect(grown <= mostQueued * 1024, "the relay queues too much")
        findings.expect(reader.sendBytes <= mostQueued * 1024, "the relay hands the kernel too much")
        let alive = (pairs + [stalled]).count(where: \.isAlive)
        findings.expect(alive == pairs.count + 1, "sessions were dropped")
        try findings.conclude()
    }
}

/// What the kernel holds for the other side's end of a connection on this machine (proc(5), /proc/net/tcp).
private struct SocketQueues {
    /// Bytes that the other side has written, and we have not acknowledged.
    let sendBytes: Int
    /// Bytes that the other side has received, and not read.
    let receiveBytes: Int

    /// - Parameter channel: our end.
    init(of channel: any Channel) throws {
        guard let ours = channel.localAddress?.port, let theirs = channel.remoteAddress?.port else {
            throw LoadError("a connection ended too early")
        }
        func hexadecimal(_ port: Int) -> String {
            let digits = String(port, radix: 16, uppercase: true)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        let wanted = (":" + hexadecimal(theirs), ":" + hexadecimal(ours))
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in Self.text(table).split(separator: "\n") {
                // sl, local address, remote address, state, tx_queue:rx_queue
                let fields = line.split(separator: " ")
                guard fields.count > 4, fields[1].hasSuffix(wanted.0), fields[2].hasSuffix(wanted.1) else { continue }
                let queues = fields[4].split(separator: ":").compactMap { Int($0, radix: 16) }
                guard queues.count == 2 else { continue }
                (sendBytes, receiveBytes) = (queues[0], queues[1])
                return
            }
        }
        throw LoadError("the relay's end of a connection is not to be seen")
    }

    /// A file of which each read gives a part (Foundation takes the first that is short for the last).
    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part.prefix(count)
        }
    }
}
