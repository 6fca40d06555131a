import Synchronization

@testable import Agent

/// A screen that keeps what was written, and on which a test can wait for a text.
final class TestScreen: ScreenOutput {
    private struct State {
        var text = ""
        var isGone = false
        var waiters: [(String, OneShot<Void>)] = []
    }

    let isTerminal: Bool
    let columns: Int
    private let state = Mutex(State())

    init(isTerminal: Bool = false, columns: Int = 80) {
        self.isTerminal = isTerminal
        self.columns = columns
    }

    var text: String { state.withLock { $0.text } }

    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    func write(_ text: String) -> Bool {
        state.withLock { state in
            if state.isGone { return false }
            state.text += text
            for (wanted, arrival) in state.waiters where state.text.contains(wanted) { arrival.trigger() }
            return true
        }
    }

    /// Nobody sees anything from here on.
    func goAway() { state.withLock { $0.isGone = true } }

    /// Returns once `wanted` is on the screen.
    func wait(for wanted: String) async {
        let arrival = OneShot<Void>()
        state.withLock { state in
            state.waiters.append((wanted, arrival))
            if state.text.contains(wanted) { arrival.trigger() }
        }
        _ = await arrival.wait()
    }
}
