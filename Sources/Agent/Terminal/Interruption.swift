import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The client's wish to end, as a signal says it: Ctrl-C, SIGTERM, or the terminal's going away.
public final class Interruption: Sendable {
    /// Comes once.
    let wish = OneShot<Void>()

    /// A wish that only ``trigger()`` makes.
    public init() {}

    /// The client wants to end.
    public func trigger() { wish.trigger() }

    /// The write end of the pipe that carries signals from their handler to a thread.
    private static let pipe = Atomic<Int32>(-1)

    /// Signals of this program: the first one is a wish to end, the second one ends the program at once with 128 + signal, after
    /// everything that it started.
    ///
    /// - Throws: where the system gives neither pipe nor thread.
    public static func bySignals() throws -> Interruption {
        let interruption = Interruption()
        let ends = try Pipe.make()
        // A full pipe must not hold the program up in its signal handler.
        _ = fcntl(ends.writeEnd, F_SETFL, O_NONBLOCK)
        pipe.store(ends.writeEnd, ordering: .sequentiallyConsistent)
        let isRead = DetachedThread.run {
            var block: [UInt8] = [0]
            while true {
                let count = systemRead(ends.readEnd, &block)
                if count < 0 && errno == EINTR { continue }
                guard count == 1 else { return }
                if interruption.wish.trigger() { continue }
                Offspring.kill()
                KeyMode.leave()
                _exit(128 + Int32(block[0]))
            }
        }
        guard isRead else {
            ends.close()
            throw SystemFailure(code: EAGAIN)
        }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // Whoever started us with nohup wants us to outlive the terminal.
            if number == SIGHUP, isIgnored(number) { continue }
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                // signal-safety(7): write, and nothing else; errno belongs to whoever was interrupted.
                let code = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Interruption.pipe.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = code
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        return interruption
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
