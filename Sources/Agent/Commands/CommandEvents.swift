import NIOCore
import Synchronization

/// What the operator sends to a running command.
public enum CommandInput: Sendable {
    /// Bytes for standard input.
    case data(ByteBuffer)
    /// Standard input is at its end. The end of the sequence means the same.
    case end
    /// A signal for the command's process group. It waits behind data that the command has not read yet; what must
    /// not wait goes through ``CommandSignals``.
    case signal(Int32)
}

/// What a running command writes.
public enum CommandOutput: Sendable, Equatable {
    /// Bytes of standard output, at most 64 KiB.
    case standardOutput(ByteBuffer)
    /// Bytes of standard error, at most 64 KiB.
    case standardError(ByteBuffer)
}

/// How a command ended.
public enum CommandResult: Sendable, Equatable {
    /// The program ended by itself, with this status.
    case exited(Int32)
    /// This signal ended the program.
    case signalled(Int32)
    /// The time was up, and the program was ended.
    case timedOut
    /// There is no such program; the sentence says where it was looked for.
    case notFound(String)
    /// It is there and cannot be run; the sentence says why.
    case notExecutable(String)
    /// The system could not start or end it; the sentence says why.
    case failed(String)

    /// The exit status that `lotse run` shows for this result, 0…255: the program's own, 128 + signal, 124 for a
    /// timeout, 127 for not found, 126 for not executable, 255 where the system failed.
    public var status: Int32 {
        switch self {
        case .exited(let status): status & 0xff
        case .signalled(let signal): min(max(signal, 0), 127) + 128
        case .timedOut: 124
        case .notFound: 127
        case .notExecutable: 126
        case .failed: 255
        }
    }

    /// The sentence for a person, where there is more to say than the status.
    public var reason: String? {
        switch self {
        case .notFound(let reason), .notExecutable(let reason), .failed(let reason): reason
        case .exited, .signalled, .timedOut: nil
        }
    }
}

/// The way to signal a running command past the data that waits for its standard input, as a terminal's Ctrl-C does.
///
/// Hand one to ``CommandRunner/run(_:input:signals:output:)`` and keep it. Signals sent before the command has started
/// are delivered once it has, those sent after its end are dropped.
public final class CommandSignals: Sendable {
    private enum State {
        case waiting([Int32])
        case connected(@Sendable (Int32) -> Void)
        case closed
    }

    private let state = Mutex<State>(.waiting([]))

    /// More signals than this before the command has started say nothing new.
    private static let maximumWaiting = 16

    /// Makes a handle that belongs to no command yet.
    public init() {}

    /// Sends `signal` to the command's whole process group.
    public func send(_ signal: Int32) {
        let deliver: (@Sendable (Int32) -> Void)? = state.withLock { state in
            switch state {
            case .waiting(let signals):
                if signals.count < Self.maximumWaiting { state = .waiting(signals + [signal]) }
                return nil
            case .connected(let deliver): return deliver
            case .closed: return nil
            }
        }
        deliver?(signal)
    }

    func connect(_ deliver: @escaping @Sendable (Int32) -> Void) {
        let waiting: [Int32] = state.withLock { state in
            guard case .waiting(let signals) = state else { return [] }
            state = .connected(deliver)
            return signals
        }
        waiting.forEach(deliver)
    }

    func close() {
        state.withLock { $0 = .closed }
    }
}
