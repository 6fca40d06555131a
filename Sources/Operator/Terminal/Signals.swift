import Dispatch
import Glibc

/// Signals to this program, as a stream. While it lives they do nothing else.
public final class Signals: Sendable {
    /// Signal numbers, in the order in which they came.
    public let numbers: AsyncStream<Int32>
    private let continuation: AsyncStream<Int32>.Continuation
    // Safe: after the initializer nothing but `cancel` is called, which any thread may do at any time (dispatch_source_cancel(3)).
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let handled: [Int32]

    /// Begins to take `signals`.
    public init(_ signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
        let (numbers, continuation) = AsyncStream<Int32>.makeStream()
        self.numbers = numbers
        self.continuation = continuation
        self.handled = signals
        self.sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            return source
        }
    }

    /// Ends the stream and gives the signals their usual meaning back.
    public func stop() {
        for source in sources { source.cancel() }
        for number in handled { signal(number, SIG_DFL) }
        continuation.finish()
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
