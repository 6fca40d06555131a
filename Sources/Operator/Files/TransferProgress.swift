import FileTransfers
import Synchronization

/// How far a transfer is, how fast it goes and how long it will take: a value without I/O.
struct TransferProgress: Sendable {
    /// What is shown in front.
    let name: String
    /// Bytes of the whole file; nil until it is known.
    private(set) var size: Int64?
    /// Bytes that are carried over, those of an earlier attempt included.
    private(set) var done: Int64 = 0
    private var first: Int64 = 0
    private var startedAt: Duration = .zero
    /// A moment of the last seconds and what was done then: the rate is that since, so that it follows a line that changes.
    private var samples: [(at: Duration, done: Int64)] = []

    /// Over how long the rate is measured.
    private static let window: Duration = .seconds(5)
    private static let barWidth = 20

    init(name: String) { self.name = name }

    /// The transfer begins: `done` bytes are there already.
    mutating func begin(size: Int64, done: Int64, at now: Duration) {
        (self.size, self.done, first, startedAt) = (size, done, done, now)
        samples = [(now, done)]
    }

    mutating func advance(by bytes: Int, at now: Duration) {
        done += Int64(bytes)
        guard let last = samples.last, now - last.at >= .milliseconds(100) else { return }
        samples.append((now, done))
        while samples.count > 2, now - samples[1].at >= Self.window { samples.removeFirst() }
    }

    /// Bytes in a second of late; nil where nothing can be said yet.
    func rate(at now: Duration) -> Int64? {
        guard let sample = samples.first else { return nil }
        return Self.perSecond(done - sample.done, now - sample.at)
    }

    private static func perSecond(_ bytes: Int64, _ time: Duration) -> Int64? {
        let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
        guard milliseconds > 0 else { return nil }
        let (scaled, isOver) = bytes.multipliedReportingOverflow(by: 1000)
        return isOver ? bytes / max(milliseconds / 1000, 1) : scaled / milliseconds
    }

    /// `shop.db  [#####               ]  25 %  12.5 MB of 50.0 MB  4.1 MB/s  0:09 left`.
    func line(at now: Duration) -> String? {
        guard let size else { return nil }
        let percent = size == 0 ? 100 : Int(Double(done) / Double(size) * 100)
        let filled = min(percent * Self.barWidth / 100, Self.barWidth)
        let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: Self.barWidth - filled)
        var parts = ["\(name)  [\(bar)]  \(percent) %  \(FileSize.text(done)) of \(FileSize.text(size))"]
        if let rate = rate(at: now), rate > 0 {
            parts += ["\(FileSize.text(rate))/s", "\(Self.clock((size - done) / rate)) left"]
        }
        return parts.joined(separator: "  ")
    }

    /// `50.0 MB in 0:12, 4.1 MB/s (12.0 MB came before)`.
    func summary(at now: Duration) -> String {
        let time = now - startedAt
        let rate = Self.perSecond(done - first, time).map { ", \(FileSize.text($0))/s" } ?? ""
        let earlier = first > 0 ? " (\(FileSize.text(first)) came before)" : ""
        return "\(FileSize.text(done)) in \(Self.clock(time.components.seconds))\(rate)\(earlier)"
    }

    private static func clock(_ seconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = seconds / 60
        return minutes < 60
            ? "\(minutes):\(two(seconds % 60))" : "\(minutes / 60):\(two(minutes % 60)):\(two(seconds % 60))"
    }
}

/// Draws a transfer's progress on a terminal, and nothing anywhere else.
final class ProgressBar: Sendable {
    private let progress: Mutex<TransferProgress>
    private let output: OutputDescriptor
    private let start = ContinuousClock.now

    private static let interval: Duration = .milliseconds(200)

    init(name: String, on output: OutputDescriptor) {
        progress = Mutex(TransferProgress(name: name))
        self.output = output
    }

    private var now: Duration { ContinuousClock.now - start }

    func begin(size: Int64, done: Int64) { progress.withLock { $0.begin(size: size, done: done, at: now) } }

    func advance(by bytes: Int) { progress.withLock { $0.advance(by: bytes, at: now) } }

    /// Bytes that are carried over.
    var done: Int64 { progress.withLock { $0.done } }

    /// What it came to.
    var summary: String { progress.withLock { $0.summary(at: now) } }

    /// Draws until the task is cancelled, then leaves an empty line.
    func draw() async {
        guard output.isTerminal else { return }
        var isDrawn = false
        while !Task.isCancelled {
            if let line = progress.withLock({ $0.line(at: now) }) {
                // CR and EL (ECMA-48 §8.3.41): the line is drawn over.
                try? await output.writeOwn("\r\(line)\u{1b}[K")
                isDrawn = true
            }
            try? await Task.sleep(for: Self.interval)
        }
        if isDrawn { try? await output.writeOwn("\r\u{1b}[K") }
    }
}
