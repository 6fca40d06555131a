import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Synchronization

/// Where a recorder has its time from.
public struct TranscriptClock: Sendable {
    /// Time since some fixed moment; only grows.
    let now: @Sendable () -> Duration
    /// What a clock on the wall shows, Unix seconds.
    let epochSeconds: @Sendable () -> Int64

    /// A clock.
    public init(now: @escaping @Sendable () -> Duration, epochSeconds: @escaping @Sendable () -> Int64) {
        self.now = now
        self.epochSeconds = epochSeconds
    }
}

/// Takes down what happens in one session, at either end.
///
/// It always counts and digests what both ends will agree on. Once ``keep(in:failed:)`` was called it also writes a recording and a plain
/// list of actions, while the session goes on. Nothing of that stops or slows the session: whoever records never waits.
public final class TranscriptRecorder: Sendable {
    private struct State {
        var about: TranscriptAbout
        var text: RecordingText
        var actions: [RecordedAction] = []
        var numbers: Int64 = 0
        var writer: TranscriptWriter?
        var folder: TranscriptFolder?
        var isFinished = false
    }

    private let clock: TranscriptClock
    private let start: Duration
    let words: TranscriptWords
    private let state: Mutex<State>
    /// The texts of parameters and results that one list may have, in bytes; beyond it they are there by their digests.
    static let longestTexts = 8 << 20

    /// A recorder of a session whose clock starts now.
    public convenience init(_ about: TranscriptAbout, words: TranscriptWords, clock: TranscriptClock) {
        self.init(about, words: words, clock: clock, limits: .init())
    }

    init(
        _ about: TranscriptAbout,
        words: TranscriptWords,
        clock: TranscriptClock,
        limits: sending RecordingText.Limits
    ) {
        self.clock = clock
        self.words = words
        start = clock.now()
        state = Mutex(State(about: about, text: RecordingText(words: words, limits: limits)))
    }

    // MARK: - Keeping

    /// Begins to write the session's files, unless the contract lets nothing be kept.
    ///
    /// - Parameter failed: is told, once, why nothing more is written; the session goes on.
    /// - Returns: Whether files are written.
    @discardableResult
    public func keep(in store: TranscriptStore, failed: @escaping @Sendable (TranscriptError) -> Void) -> Bool {
        let about = state.withLock { $0.about }
        guard about.retentionDays > 0 else { return false }
        let folder = store.folder(of: about.session)
        do {
            try store.make(folder)
            try folder.write(about)
            var isNew = true
            let writer = try TranscriptWriter(folder, isNew: &isNew, failed: failed)
            if isNew {
                let title = words.heading(about)
                writer.record(Asciicast.Header(timestamp: about.startedAt, title: title).line)
                writer.list(title)
            }
            state.withLock { state in
                state.writer = writer
                state.folder = folder
            }
            return true
        } catch {
            failed(error)
            return false
        }
    }

    /// Where files are written; nil where none are.
    public var folder: TranscriptFolder? { state.withLock { $0.folder } }

    /// For how many days the contract lets them be kept.
    public var retentionDays: Int64 { state.withLock { $0.about.retentionDays } }

    // MARK: - What happens

    /// An action was let through.
    ///
    /// - Parameters:
    ///   - number: on the client's screen; the next one where nil.
    ///   - approval: who said yes to it, where this end knows.
    public func begin(
        _ name: String,
        parameters: ByteBuffer,
        number: Int? = nil,
        approval: ActionRecord.Approval? = nil
    ) -> RecordedAction {
        let bytes = Array(parameters.readableBytesView)
        let title = ActionTitle(name: name, parameters: bytes)
        return state.withLock { state in
            state.numbers = number.map(Int64.init) ?? (state.numbers + 1)
            let record = ActionRecord(
                number: state.numbers,
                name: name,
                parameters: bytes,
                approval: approval,
                beganSeconds: elapsed.components.seconds
            )
            let action = RecordedAction(record, of: self)
            state.actions.append(action)
            for line in record.beginning(words) { list(line, &state) }
            write(state.text.begin(Int(record.number), title), &state)
            return action
        }
    }

    /// Something else happened, such as a pause.
    ///
    /// - Parameter text: one line, safe to show.
    public func note(_ text: String) {
        state.withLock { state in
            list(text, &state)
            write(state.text.note(text), &state)
        }
    }

    func show(_ number: Int64, _ frame: ActionFrame) {
        state.withLock { state in
            guard state.writer != nil else { return }
            write(state.text.take(Int(number), frame), &state)
        }
    }

    func end(_ record: ActionRecord) {
        state.withLock { state in
            list(record.ending(words), &state)
            write(state.text.end(Int(record.number), record.outcome(words)), &state)
        }
    }

    /// Time since the session's start.
    var elapsed: Duration { clock.now() - start }

    private func list(_ text: String, _ state: inout State) {
        state.writer?.list("\(Timestamp(seconds: clock.epochSeconds()).rfc3339)  \(text)")
    }

    private func write(_ events: [Asciicast.Event], _ state: inout State) {
        guard let writer = state.writer, !state.isFinished else { return }
        let time = elapsed
        for event in events { writer.record(Asciicast.TimedEvent(time: time, event: event).line) }
    }

    // MARK: - The end

    /// The actions so far, in the order in which they began.
    public var actions: [ActionRecord] {
        let actions = state.withLock { $0.actions }
        var room = Self.longestTexts
        return actions.map { action in
            var record = action.record
            room -= (record.parameters?.utf8.count ?? 0) + (record.result?.utf8.count ?? 0)
            if room < 0 { (record.parameters, record.result) = (nil, nil) }
            return record
        }
    }

    /// Waits until no action is under way, so that what both ends saw of each is the same; a little while at most.
    public func settle(within limit: Duration) async {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while state.withLock({ $0.actions }).contains(where: { !$0.isOver }), clock.now < end {
            guard (try? await clock.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    /// Writes the last word; the session is over.
    ///
    /// - Returns: SHA-256 of the recording; nil where none is kept, or the disk is too slow.
    @discardableResult
    public func finish(within limit: Duration = .seconds(2)) async -> Digest? {
        for action in state.withLock({ $0.actions }) { action.end() }
        let (writer, folder, about) = state.withLock { state in
            if !state.isFinished {
                list(words.sessionOver, &state)
                write(state.text.note(words.sessionOver), &state)
                state.isFinished = true
                state.about.endedAt = clock.epochSeconds()
            }
            return (state.writer, state.folder, state.about)
        }
        guard let writer, let folder else { return nil }
        // What cannot be written now counts from what was written last.
        try? folder.write(about)
        return await writer.finish(within: limit)
    }

    /// Keeps the list on which both ends agreed.
    ///
    /// - Throws: `TranscriptError`.
    public func keep(_ list: SessionTranscript) throws(TranscriptError) {
        guard let folder = state.withLock({ $0.folder }) else { return }
        try folder.keep(list)
    }
}
