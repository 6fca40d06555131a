import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The terminal of standard input while single keys count: nothing is echoed and nobody waits for Enter. Ctrl-C stays Ctrl-C.
enum KeyMode {
    private static let saved = Mutex<termios?>(nil)

    /// Enters it; does nothing where it is entered already, or where there is no terminal.
    static func enter() {
        saved.withLock { saved in
            var mode = termios()
            guard saved == nil, tcgetattr(STDIN_FILENO, &mode) == 0 else { return }
            saved = mode
            mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
            // Stopping the program would stop the client's own view while the clock runs.
            set(&mode, VSUSP, disabled)
            set(&mode, VMIN, 1)
            set(&mode, VTIME, 0)
            _ = tcsetattr(STDIN_FILENO, TCSANOW, &mode)
        }
    }

    /// Leaves it as it was found. Also before the program ends by a signal: a terminal without echo is of no use to anybody.
    static func leave() {
        saved.withLock { saved in
            guard var mode = saved else { return }
            _ = tcsetattr(STDIN_FILENO, TCSANOW, &mode)
            saved = nil
        }
    }

    /// `_POSIX_VDISABLE`, which Swift does not import: no key (0 on Linux, 255 on BSD).
    #if canImport(Darwin)
    private static let disabled: UInt8 = 0xFF
    #else
    private static let disabled: UInt8 = 0
    #endif

    private static func set(_ mode: inout termios, _ index: Int32, _ value: UInt8) {
        withUnsafeMutableBytes(of: &mode.c_cc) { characters in
            guard characters.indices.contains(Int(index)) else { return }
            characters[Int(index)] = value
        }
    }
}
