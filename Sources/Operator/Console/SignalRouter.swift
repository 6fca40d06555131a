import Synchronization

/// Hands signals to whatever runs in the console: a command, else the prompt.
final class SignalRouter: Sendable {
    private let command = Mutex<AsyncStream<Int32>.Continuation?>(nil)

    /// Whether a command took the signal.
    func route(_ number: Int32) -> Bool {
        command.withLock { command in
            command?.yield(number)
            return command != nil
        }
    }

    /// Lets `body` have the signals that come while it runs.
    func whileTaken<Result: Sendable>(_ body: (AsyncStream<Int32>) async -> Result) async -> Result {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        command.withLock { $0 = continuation }
        let result = await body(stream)
        command.withLock { $0 = nil }
        continuation.finish()
        return result
    }
}
