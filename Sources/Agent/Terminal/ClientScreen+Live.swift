import SupportChannel

/// A shell that the client watches.
extension ClientScreen {
    /// Gives the screen to a shell.
    ///
    /// - Returns: Whether the client can see it.
    func openShell() -> Bool {
        state.withLock { state in
            var shell = LiveShell(window: window)
            let text = shell.open()
            state.isDrawn = false
            state.shell = shell
            return write(text, &state)
        }
    }

    /// How much of the window is the shell's; nil where there is none. To be asked again and again, since windows change.
    func shellSize() -> TerminalSize? {
        state.withLock { state in
            if let window, let text = state.shell?.resize(window) { _ = write(text, &state) }
            return state.shell?.size
        }
    }

    /// The shell's terminal has this size.
    func fitShell(_ size: TerminalSize) {
        state.withLock { state in
            guard let text = state.shell?.fit(size) else { return }
            _ = write(text, &state)
        }
    }

    /// Shows what the shell wrote.
    ///
    /// - Returns: Whether the client can have seen it.
    func showShell(_ bytes: some Sequence<UInt8>) -> Bool {
        state.withLock { state in
            guard let text = state.shell?.append(bytes) else { return false }
            return write(text, &state)
        }
    }

    /// Takes the screen back; what was told meanwhile stands below.
    func closeShell() {
        let held = state.withLock { state -> [String] in
            guard var shell = state.shell else { return [] }
            _ = write(shell.close(), &state)
            state.shell = nil
            state.isDrawn = false
            return shell.held
        }
        if !held.isEmpty { lines(held) }
    }

    private var window: TerminalSize? {
        isTerminal ? TerminalSize(columns: output.columns, rows: output.rows) : nil
    }
}
