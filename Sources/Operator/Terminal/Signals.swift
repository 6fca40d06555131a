import Dispatch
import Glibc
import Synchronization

/// Signals to this program, as streams. While it lives they do nothing else.
public final class Signals: Sendable {
    private let readers = Readers()
    // Safe: after the initializer nothing but `cancel` is called, which any thread may do at any time (dispatch_source_cancel(3)).
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let handled: [Int32]

    /// Begins to take `signals`.
    public init(_ signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
        handled = signals
        sources = signals.map { [readers] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { readers.received(number) }
            source.activate()
            return source
        }
    }

    /// Signal numbers, in the order in which they come, for one reader.
    ///
    /// Each reader has a stream of its own, because a task that is cancelled while it waits ends the stream that it waits for. What
    /// comes while nobody reads is kept for the next reader.
    public var numbers: AsyncStream<Int32> {
        let (numbers, continuation) = AsyncStream<Int32>.makeStream()
        let reader = readers.add(continuation)
        // Keeps the sources alive for as long as somebody reads.
        continuation.onTermination = { [self] _ in readers.remove(reader) }
        return numbers
    }

    /// Ends the streams and gives the signals their usual meaning back.
    public func stop() {
        for source in sources { source.cancel() }
        for number in handled { signal(number, SIG_DFL) }
        readers.finish()
    }
}

/// Who reads signals now.
private final class Readers: Sendable {
    private struct State {
        var all: [Int: AsyncStream<Int32>.Continuation] = [:]
        var count = 0
        var unread: [Int32] = []
        var isFinished = false
    }

    private let state = Mutex(State())

    func add(_ reader: AsyncStream<Int32>.Continuation) -> Int {
        state.withLock { state in
            for number in state.unread { reader.yield(number) }
            state.unread = []
            if state.isFinished { reader.finish() }
            state.count += 1
            state.all[state.count] = reader
            return state.count
        }
    }

    func remove(_ reader: Int) { _ = state.withLock { $0.all.removeValue(forKey: reader) } }

    func received(_ number: Int32) {
        state.withLock { state in
            if state.all.isEmpty { state.unread.append(number) }
            for reader in state.all.values { reader.yield(number) }
        }
    }

    func finish() {
        let all = state.withLock { state in
            state.isFinished = true
            return Array(state.all.values)
        }
        // Not under the lock: the end of a stream removes its reader.
        for reader in all { reader.finish() }
    }
}

/// What the signals to `lotse run` mean: they are for the remote command, and whoever insists gets away.
struct InterruptPolicy {
    /// What to do about one signal.
    enum Action: Equatable {
        /// Send this signal to the remote command.
        case forward(UInt8)
        /// Leave with this exit status.
        case leave(Int32)
    }

    private var count = 0

    /// Ctrl-C: SIGINT, then SIGTERM, then leave. SIGTERM and SIGHUP: forward, then leave.
    mutating func received(_ number: Int32) -> Action {
        count += 1
        switch (number, count) {
        case (_, 3...): return .leave(128 + number)
        case (SIGINT, 1): return .forward(UInt8(SIGINT))
        case (SIGINT, _): return .forward(UInt8(SIGTERM))
        case (_, 1): return .forward(UInt8(truncatingIfNeeded: number))
        default: return .leave(128 + number)
        }
    }
}
