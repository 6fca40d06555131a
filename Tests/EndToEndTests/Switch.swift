import Synchronization

/// Turned on once, by a test that wants something to happen from then on.
final class Switch: Sendable {
    private enum State { case off, on, used }
    private let state = Mutex(State.off)

    func turnOn() { state.withLock { $0 = .on } }

    var isOn: Bool { state.withLock { $0 != .off } }

    /// Whether it was used.
    var isUsed: Bool { state.withLock { $0 == .used } }

    /// Uses it: true once, the first time that it is on.
    func use() -> Bool {
        state.withLock { state in
            guard state == .on else { return false }
            state = .used
            return true
        }
    }
}
