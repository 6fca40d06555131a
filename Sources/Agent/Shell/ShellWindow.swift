import SupportChannel
import Synchronization

/// The size of a shell's terminal: what fits into the operator's window and into the client's.
final class ShellWindow: Sendable {
    private struct State {
        var wanted: TerminalSize
        var limit: TerminalSize?
        var current: TerminalSize
    }

    let terminal: PseudoTerminal
    private let state: Mutex<State>

    /// - Parameters:
    ///   - wanted: the operator's window.
    ///   - limit: what the client's screen has room for; nil where it is none.
    init(_ wanted: TerminalSize, within limit: TerminalSize?) throws(SystemFailure) {
        let size = limit.map(wanted.intersection) ?? wanted
        terminal = try PseudoTerminal(size)
        state = Mutex(State(wanted: wanted, limit: limit, current: size))
    }

    /// The size now.
    var current: TerminalSize { state.withLock { $0.current } }

    /// The operator's window is another one.
    func resize(_ size: TerminalSize) { change { $0.wanted = size } }

    /// The client's is.
    func limit(to size: TerminalSize?) { change { $0.limit = size } }

    private func change(_ body: (inout State) -> Void) {
        // Under the lock, so that the last one to come is the one that stays.
        state.withLock { state in
            body(&state)
            let size = state.limit.map(state.wanted.intersection) ?? state.wanted
            guard size != state.current else { return }
            state.current = size
            terminal.resize(size)
        }
    }
}
