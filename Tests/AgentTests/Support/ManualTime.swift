import Synchronization

@testable import Agent

/// Time that stands still until a test moves it.
final class ManualTime: AgentTime {
    private struct State {
        var now: Duration = .zero
        var sleepers: [(until: Duration, done: OneShot<Void>)] = []
        var sleeps: [Duration] = []
    }

    private let state = Mutex(State())

    var now: Duration { state.withLock { $0.now } }
    let wallClock = "12:00:00"
    let epochSeconds = SystemTime().epochSeconds

    func sleep(_ duration: Duration) async throws {
        let done = OneShot<Void>()
        state.withLock { state in
            state.sleeps.append(duration)
            if duration <= .zero { done.trigger() } else { state.sleepers.append((state.now + duration, done)) }
        }
        if await done.wait() == nil { throw CancellationError() }
    }

    /// How long was slept for, so far.
    var sleeps: [Duration] { state.withLock { $0.sleeps } }

    /// Moves time on, and wakes whoever waited for it.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due
        }
        due.forEach { $0.done.trigger() }
    }

    /// Returns once somebody began to sleep for exactly `duration`, so many times in all.
    func waitForSleep(of duration: Duration, times: Int = 1) async {
        while sleeps.count(where: { $0 == duration }) < times { await Task.yield() }
    }
}
