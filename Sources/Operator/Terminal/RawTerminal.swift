import Glibc
import SupportChannel
import Synchronization

/// The operator's terminal while every key goes to another machine: nothing is echoed, edited or taken for a signal.
///
/// It is given back by ``leave()``, and also where this program crashes (a Swift trap, an abort, a bad access) or is quit: a terminal that
/// echoes nothing is of no use to anybody.
enum RawTerminal {
    /// What the handler of a crash needs. It is only written while nothing of it is installed.
    private nonisolated(unsafe) static let saved = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    private static let isEntered = Atomic<Bool>(false)
    /// Leaves the other screen, shows the cursor, ends mouse and paste reports, colours and character sets.
    private static let reset: StaticString =
        "\u{1b}[?1000l\u{1b}[?1002l\u{1b}[?1003l\u{1b}[?1006l\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1l\u{1b}>\u{1b}(B\u{0f}\u{1b}[m\u{1b}[r\u{1b}[?1049l\r\n"
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT, SIGSYS]

    /// Whether there is one to type on and to look at.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// What it is called.
    static var name: String { getenv("TERM").map { String(cString: $0) } ?? "" }

    /// Its size now.
    static var size: TerminalSize {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return TerminalSize(columns: 80, rows: 24)
        }
        return TerminalSize(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }

    /// - Returns: Whether it was possible.
    static func enter() -> Bool {
        guard !isEntered.load(ordering: .acquiring), tcgetattr(STDIN_FILENO, saved) == 0 else { return false }
        // The handler must find these made.
        _ = (reset, crashes)
        isEntered.store(true, ordering: .releasing)
        for number in crashes {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                // signal-safety(7) names tcsetattr, write, signal and raise.
                if RawTerminal.isEntered.load(ordering: .acquiring) {
                    _ = tcsetattr(STDIN_FILENO, TCSANOW, RawTerminal.saved)
                    _ = write(STDOUT_FILENO, RawTerminal.reset.utf8Start, RawTerminal.reset.utf8CodeUnitCount)
                }
                signal(number, SIG_DFL)
                raise(number)
            }
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
            sigaction(number, &action, nil)
        }
        var raw = saved.pointee
        cfmakeraw(&raw)
        // At once, and without waiting for output that nobody takes.
        return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0
    }

    /// Gives it back as it was found.
    static func leave() {
        guard isEntered.exchange(false, ordering: .acquiringAndReleasing) else { return }
        _ = tcsetattr(STDIN_FILENO, TCSANOW, saved)
        for number in crashes { signal(number, SIG_DFL) }
    }
}
