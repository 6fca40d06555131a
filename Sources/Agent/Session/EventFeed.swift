import SupportChannel
import Synchronization

/// What the operator is told without having asked, kept from the first on: whoever listens late misses nothing.
final class EventFeed: Sendable {
    private struct State {
        var events: [SessionEvent] = []
        var isFinished = false
        var arrival = OneShot<Void>()
    }

    /// A person presses no more keys than this in one session; the last word always has room.
    private static let most = 10_000

    private let state = Mutex(State())

    /// Something happened.
    func append(_ event: SessionEvent) {
        state.withLock { state in
            guard !state.isFinished, state.events.count < Self.most || event.kind.isLast else { return }
            state.events.append(event)
            state.arrival.trigger()
        }
    }

    /// Nothing more will happen.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            state.arrival.trigger()
        }
    }

    /// The event at `index`; waits for it. `nil` at the end, and where the task is cancelled.
    func event(at index: Int) async -> SessionEvent? {
        while !Task.isCancelled {
            let next: Result<SessionEvent?, Wait> = state.withLock { state in
                if state.events.indices.contains(index) { return .success(state.events[index]) }
                if state.isFinished { return .success(nil) }
                if state.arrival.isTriggered { state.arrival = OneShot() }
                return .failure(Wait(arrival: state.arrival))
            }
            switch next {
            case .success(let event): return event
            case .failure(let wait): _ = await wait.arrival.wait()
            }
        }
        return nil
    }

    private struct Wait: Error { let arrival: OneShot<Void> }
}
