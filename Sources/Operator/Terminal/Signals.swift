import Dispatch
import Glibc
import Synchronization

/// Signals to this program, as streams. While it lives they do nothing else.
public final class Signals: Sendable {
    private let hub: SignalHub
    // Safe: after the initializer nothing but `cancel` is called, which any thread may do at any time (dispatch_source_cancel(3)).
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let handled: [Int32]

    /// Begins to take `signals`.
    public init(_ signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
        let hub = SignalHub()
        self.hub = hub
        self.handled = signals
        self.sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { hub.deliver(number) }
            source.activate()
            return source
        }
    }

    /// Signal numbers from now on, in the order in which they came, beginning with what nobody heard. Each call gives a stream of
    /// its own: one stream cannot serve two loops after each other, since a cancelled loop ends it.
    public var numbers: AsyncStream<Int32> { hub.listen() }

    /// Ends the streams and gives the signals their usual meaning back.
    public func stop() {
        for source in sources { source.cancel() }
        for number in handled { signal(number, SIG_DFL) }
        hub.stop()
    }
}

/// Hands signal numbers to whoever listens.
final class SignalHub: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Int32>.Continuation] = [:]
        var nextListener = 0
        /// What came while nobody listened.
        var unheard: [Int32] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    func deliver(_ number: Int32) {
        state.withLock { state in
            if state.listeners.isEmpty { state.unheard.append(number) }
            for listener in state.listeners.values { listener.yield(number) }
        }
    }

    func listen() -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        let listener = state.withLock { state -> Int? in
            for number in state.unheard { continuation.yield(number) }
            state.unheard = []
            guard !state.isStopped else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        guard let listener else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.forget(listener) }
        return stream
    }

    func stop() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isStopped = true
            return state.listeners.values.map(\.self)
        }
        for listener in listeners { listener.finish() }
    }

    private func forget(_ listener: Int) { state.withLock { _ = $0.listeners.removeValue(forKey: listener) } }
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
