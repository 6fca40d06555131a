import Glibc

/// Asks for something that must not stand in arguments or on the screen.
public enum SecretPrompt {
    /// Reads one line of standard input; on a terminal it asks, and hides what is typed where that is asked for.
    ///
    /// - Returns: the line, or `nil` at the end of the input.
    public static func line(_ question: String, isHidden: Bool) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return readLine() }
        show(question)
        guard isHidden else { return readLine() }
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return readLine() }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            show("\n")
        }
        return readLine()
    }

    private static func show(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
