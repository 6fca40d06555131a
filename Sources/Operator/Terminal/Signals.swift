import Dispatch
import Glibc
import Synchronization

/// Signals to this program, as streams. While it lives they do nothing else.
///
/// What comes right after the initializer is heard: a handler of our own is there by then (a source of libdispatch begins to take a signal
/// some time later, and until then it would be lost).
public final class Signals: Sendable {
    private let hub = SignalHub()
    private let handled: [Int32]

    /// Begins to take `signals`. Whoever started us with nohup wants us to outlive the terminal: a hangup that is ignored stays so.
    public init(_ signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
        handled = signals.filter { $0 != SIGHUP || !SignalPipe.isIgnored($0) }
        for number in handled { SignalPipe.shared.take(number, hub) }
    }

    /// Signal numbers from now on, in the order in which they came, beginning with what nobody heard. Each call gives a stream of
    /// its own: one stream cannot serve two loops after each other, since a cancelled loop ends it.
    public var numbers: AsyncStream<Int32> { hub.listen() }

    /// Ends the streams and gives the signals their usual meaning back.
    public func stop() {
        for number in handled { SignalPipe.shared.leave(number, hub) }
        hub.stop()
    }
}

/// Carries signals from their handler, which may do next to nothing (signal-safety(7)), to the hubs that want them.
private final class SignalPipe: Sendable {
    static let shared = SignalPipe()
    /// Where the handler writes; -1 where there is no pipe.
    private static let writeEnd = Atomic<CInt>(-1)

    private let hubs = Mutex<[Int32: [SignalHub]]>([:])
    // Safe: nobody touches it after the initializer. It lives as long as the program.
    private nonisolated(unsafe) let source: (any DispatchSourceRead)?

    private init() {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            // Without a pipe signals keep their usual meaning.
            source = nil
            return
        }
        // A full pipe must not hold the program up in its signal handler, nor an empty one whoever reads it.
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let readEnd = ends[0]
        let source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: .global())
        self.source = source
        source.setEventHandler { [self] in
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(readEnd, &bytes, bytes.count)
            for number in bytes.prefix(max(0, count)) { deliver(Int32(number)) }
        }
        source.activate()
        Self.writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
    }

    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// From now on the signal does nothing but reach `hub`, and others that took it.
    func take(_ number: Int32, _ hub: SignalHub) {
        guard source != nil else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            // errno belongs to whoever was interrupted.
            let code = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(SignalPipe.writeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
            errno = code
        }
        action.sa_flags = SA_RESTART
        // Who wants a signal and what it means change together.
        hubs.withLock { hubs in
            hubs[number, default: []].append(hub)
            sigaction(number, &action, nil)
        }
    }

    /// `hub` wants it no more; where nobody does, it means what it usually means.
    func leave(_ number: Int32, _ hub: SignalHub) {
        hubs.withLock { hubs in
            guard var others = hubs[number] else { return }
            others.removeAll { $0 === hub }
            hubs[number] = others
            if others.isEmpty { signal(number, SIG_DFL) }
        }
    }

    private func deliver(_ number: Int32) {
        for hub in hubs.withLock({ $0[number] ?? [] }) { hub.deliver(number) }
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
