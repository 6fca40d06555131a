import Synchronization

/// A value that comes once, from whoever is first, and that any number of tasks may wait for.
final class OneShot<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [Int: AsyncStream<Never>.Continuation] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// - Returns: Whether this was the first.
    @discardableResult
    func resolve(_ value: Value) -> Bool {
        let waiters: [AsyncStream<Never>.Continuation]? = state.withLock { state in
            guard state.value == nil else { return nil }
            state.value = value
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        waiters?.forEach { $0.finish() }
        return waiters != nil
    }

    /// The value, where it has come.
    var current: Value? { state.withLock { $0.value } }

    /// Waits for it; `nil` where the task is cancelled before.
    func wait() async -> Value? {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        let number: Int? = state.withLock { state in
            guard state.value == nil else { return nil }
            state.count += 1
            state.waiters[state.count] = continuation
            return state.count
        }
        guard let number else { return current }
        for await _ in stream {}
        // Whoever was cancelled does not wait any more.
        state.withLock { _ = $0.waiters.removeValue(forKey: number) }
        return current
    }
}

extension OneShot where Value == Void {
    @discardableResult
    func trigger() -> Bool { resolve(()) }

    var isTriggered: Bool { current != nil }
}

/// What came of a piece of work that was not waited for at any price.
enum Awaited<Value: Sendable>: Sendable {
    case value(Value)
    case failure(any Error)
    case interrupted
    case timedOut

    /// Runs `body`, and leaves it to itself (cancelled) when `interruption` comes or `limit` is over.
    ///
    /// For work that may ignore cancellation, such as a future of SwiftNIO: structured tasks would have to wait for it.
    static func of(
        interruption: OneShot<Void>? = nil,
        limit: Duration? = nil,
        time: any AgentTime,
        _ body: @escaping @Sendable () async throws -> Value
    ) async -> Awaited<Value> {
        let outcome = OneShot<Awaited<Value>>()
        var tasks = [
            Task {
                do {
                    outcome.resolve(.value(try await body()))
                } catch {
                    outcome.resolve(.failure(error))
                }
            }
        ]
        if let interruption {
            tasks.append(Task { if await interruption.wait() != nil { outcome.resolve(.interrupted) } })
        }
        if let limit {
            tasks.append(Task { if (try? await time.sleep(limit)) != nil { outcome.resolve(.timedOut) } })
        }
        defer { tasks.forEach { $0.cancel() } }
        return await withTaskCancellationHandler {
            await outcome.wait() ?? .interrupted
        } onCancel: {
            outcome.resolve(.interrupted)
        }
    }

    /// The value.
    ///
    /// - Throws: what the work threw, or `CancellationError` for an interruption; `timeout` for the time limit.
    func get(timeout: @autoclosure () -> any Error = CancellationError()) throws -> Value {
        switch self {
        case .value(let value): return value
        case .failure(let error): throw error
        case .interrupted: throw CancellationError()
        case .timedOut: throw timeout()
        }
    }
}
