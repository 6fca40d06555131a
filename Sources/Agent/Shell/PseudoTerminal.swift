import SupportChannel
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A terminal that has no screen: what a program writes to it is read here, and what is written here was typed (pty(7)).
///
/// Owns one descriptor of its master side, for its size; those that carry bytes belong to whoever asked for them.
final class PseudoTerminal: Sendable {
    /// What a program opens to be on it.
    let path: String
    private let master: Mutex<Int32?>
    /// Held until a program is on it: a master whose other side nobody ever opened reads as closed on some systems.
    private let other: Mutex<Int32?>

    /// Makes one.
    ///
    /// - Throws: ``SystemFailure``, as where all of them are in use.
    init(_ size: TerminalSize) throws(SystemFailure) {
        guard let open = SystemFunctions.openTerminal, let grant = SystemFunctions.grantTerminal,
            let unlock = SystemFunctions.unlockTerminal, let name = SystemFunctions.terminalName
        else { throw SystemFailure(code: ENOSYS) }
        let descriptor = open(O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(code: errno) }
        var storage = [CChar](repeating: 0, count: 128)
        guard grant(descriptor) == 0, unlock(descriptor) == 0, name(descriptor, &storage, storage.count) == 0 else {
            let code = errno
            _ = systemClose(descriptor)
            throw SystemFailure(code: code == 0 ? ENOTTY : code)
        }
        path = String(decoding: storage.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let terminal = systemOpen(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else {
            let code = errno
            _ = systemClose(descriptor)
            throw SystemFailure(code: code)
        }
        #if os(Linux)
        // termios(3): erasing takes whole characters away.
        var mode = termios()
        if tcgetattr(terminal, &mode) == 0 {
            mode.c_iflag |= tcflag_t(IUTF8)
            _ = tcsetattr(terminal, TCSANOW, &mode)
        }
        #endif
        master = Mutex(descriptor)
        other = Mutex(terminal)
        resize(size)
    }

    deinit { close() }

    /// Another descriptor of the master side, the caller's.
    func duplicate() throws(SystemFailure) -> Int32 {
        let result: Result<Int32, SystemFailure> = master.withLock { master in
            guard let master else { return .failure(SystemFailure(code: EBADF)) }
            let copy = fcntl(master, F_DUPFD_CLOEXEC, 3)
            return copy >= 0 ? .success(copy) : .failure(SystemFailure(code: errno))
        }
        return try result.get()
    }

    /// Changes its size; its foreground programs get SIGWINCH where it is another one.
    func resize(_ size: TerminalSize) {
        master.withLock { master in
            guard let master else { return }
            var window = winsize()
            window.ws_col = UInt16(clamping: size.columns)
            window.ws_row = UInt16(clamping: size.rows)
            _ = ioctl(master, UInt(TIOCSWINSZ), &window)
        }
    }

    /// A program is on it, or none will be.
    func handOver() { Self.close(other) }

    /// Hangs up what is on it, once the other descriptors of the master side are closed too.
    func close() {
        Self.close(other)
        Self.close(master)
    }

    private static func close(_ descriptor: borrowing Mutex<Int32?>) {
        descriptor.withLock { descriptor in
            if let open = descriptor { _ = systemClose(open) }
            descriptor = nil
        }
    }
}
