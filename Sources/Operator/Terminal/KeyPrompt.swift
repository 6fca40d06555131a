import Glibc

/// Asks for one key, without Enter.
public enum KeyPrompt {
    /// Whether somebody is there to press one.
    public static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks on the terminal; `nil` where there is none, or where it ends.
    public static func key(_ question: String) -> Character? {
        guard isPossible else { return nil }
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var single = before
        // Ctrl-C is a key like any other: it leaves.
        single.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        // What was typed before the question was there is not its answer.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &single)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            show("\n")
        }
        show(question)
        var byte: UInt8 = 0
        guard read(STDIN_FILENO, &byte, 1) == 1, byte < 0x80 else { return nil }
        return Character(Unicode.Scalar(byte))
    }

    private static func show(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
