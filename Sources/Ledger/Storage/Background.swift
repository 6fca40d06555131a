internal import Dispatch

/// Long work that would block a thread of the concurrency runtime.
enum Background {
    private static let queue = DispatchQueue(label: "lotse.ledger.background", attributes: .concurrent)

    /// Runs `body` to its end on a thread of its own.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
