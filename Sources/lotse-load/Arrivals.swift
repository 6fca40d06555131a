import Synchronization

/// Connections that a server has accepted and that nobody has asked for yet.
final class Arrivals: Sendable {
    private let ends = Mutex<[End]>([])

    /// From any thread.
    func add(_ end: End) { ends.withLock { $0.append(end) } }

    /// The next one; pairs are made one after the other, so it is the other end of the connection that was made last.
    func next() async throws -> End {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let end = ends.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return end }
            try await Task.sleep(for: .microseconds(200))
        }
        throw LoadError("the proxy did not call its server within 30 s")
    }
}
