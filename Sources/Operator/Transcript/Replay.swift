import Glibc
import TerminalText
import Transcripts

/// Plays a recording: on a terminal at its pace, elsewhere all at once as plain text.
///
/// Whatever is in the file passes a filter on its way to a terminal, and however it ends, the terminal is as it was. Nothing is resized: a
/// window that is smaller than the recorded one is told of.
public struct Replay: Sendable {
    /// How many times as fast.
    public var speed: Double
    /// Longer pauses are cut to this.
    public var longestPause: Duration?
    /// Where it is shown.
    public var output: OutputDescriptor
    /// Signals to this program meanwhile.
    public var signals: AsyncStream<Int32>
    /// Takes sentences for the person at the terminal.
    public var tell: @Sendable (String) async -> Void

    /// A replay.
    public init(
        speed: Double = 1,
        longestPause: Duration? = nil,
        output: OutputDescriptor,
        signals: AsyncStream<Int32>,
        tell: @escaping @Sendable (String) async -> Void = { _ in }
    ) {
        self.speed = speed
        self.longestPause = longestPause
        self.output = output
        self.signals = signals
        self.tell = tell
    }

    /// Plays to the end, or until a signal comes.
    ///
    /// - Returns: the exit status.
    /// - Throws: `TranscriptError` for a file that is no recording; what writing fails with.
    public func play(_ recording: [UInt8]) async throws -> Int32 {
        let lines = recording.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first else { throw TranscriptError(.badRecording, "the recording is empty") }
        let header = try Asciicast.Header(line: first)
        if output.isTerminal { await warn(header.width, header.height) }
        var filter = TerminalFilter(output.isTerminal ? .terminal : .text)
        let status: Int32
        do {
            status = try await play(lines.dropFirst(), &filter)
        } catch {
            try? await restore(&filter)
            throw error
        }
        try await restore(&filter)
        return status
    }

    private func play(_ lines: ArraySlice<ArraySlice<UInt8>>, _ filter: inout TerminalFilter) async throws -> Int32 {
        var pace = ReplayPace(speed: speed, longestPause: longestPause)
        for line in lines {
            // A program that was killed may have left half a line at the end.
            guard let event = try? Asciicast.TimedEvent(line: line) else {
                await tell("a line of the recording cannot be read; it goes on behind it")
                continue
            }
            let pause = pace.pause(before: event.time)
            if output.isTerminal, pause > .zero, let signal = await signal(within: pause) { return 128 + signal }
            switch event.event {
            case .output(let text):
                try await output.writeOwn(filter.append(text.utf8))
            case .resize(let columns, let rows): if output.isTerminal { await warn(columns, rows) }
            case .input, .marker, .other: break
            }
        }
        return 0
    }

    /// - Returns: the signal that came first; nil where the time was over.
    private func signal(within pause: Duration) async -> Int32? {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { [signals] in
                for await number in signals { return number }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: pause)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func restore(_ filter: inout TerminalFilter) async throws {
        let rest = filter.finish() + (output.isTerminal ? filter.restoration : [])
        try await output.writeOwn(rest)
    }

    private func warn(_ columns: Int, _ rows: Int) async {
        let window = RawTerminal.size
        guard window.columns < columns || window.rows < rows else { return }
        await tell(
            "the recorded terminal has \(columns)x\(rows), this window \(window.columns)x\(window.rows) (a larger one shows it as it was)"
        )
    }
}

/// How long to wait before each event.
struct ReplayPace {
    private let speed: Double
    private let longestPause: Duration?
    private var last: Duration = .zero

    init(speed: Double, longestPause: Duration?) {
        self.speed = speed
        self.longestPause = longestPause
    }

    /// The pause before an event of this time; the next one is measured from it.
    mutating func pause(before time: Duration) -> Duration {
        let gap = max(time - last, .zero)
        last = max(time, last)
        // The limit is what somebody waits at most, whatever the speed.
        return min(gap / speed, longestPause ?? .seconds(86_400))
    }
}
