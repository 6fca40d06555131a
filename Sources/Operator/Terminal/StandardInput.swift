import Glibc
import NIOCore
import NIOPosix

/// Bytes of a descriptor as they come, read by a thread of its own: a terminal, a pipe, a file.
///
/// The descriptor is never made non-blocking, because other programs may share it.
public final class StandardInput: Sendable {
    private let descriptor: CInt
    private let wakeUp: (read: CInt, write: CInt)
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// The most that is read at once, in bytes.
    static let pieceSize = 128 * 1024

    /// Reads `descriptor`, which stays the caller's; 0 is the program's standard input.
    public init(_ descriptor: CInt = 0) throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        self.descriptor = descriptor
        self.wakeUp = (ends[0], ends[1])
        thread.start()
    }

    deinit {
        close(wakeUp.read)
        close(wakeUp.write)
        thread.shutdownGracefully { _ in }
    }

    /// The next bytes, at least one; `nil` at the end.
    ///
    /// Cancelling stops the waiting for good and throws `CancellationError`.
    public func next() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await thread.runIfActive { try self.read() }
        } onCancel: {
            stop()
        }
    }

    /// Wakes whoever waits, for good.
    func stop() { _ = Glibc.write(wakeUp.write, [0], 1) }

    private func read() throws -> ByteBuffer? {
        while true {
            var events = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&events, 2, -1) >= 0 else {
                if errno == EINTR { continue }
                throw IOError(errnoCode: errno, reason: "poll")
            }
            if events[1].revents != 0 { throw CancellationError() }
            // A descriptor that is not open reads as empty, as a shell's `<&-` means it.
            if events[0].revents & Int16(POLLNVAL) != 0 { return nil }
            var buffer = ByteBufferAllocator().buffer(capacity: Self.pieceSize)
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceSize) { bytes in
                max(0, Glibc.read(descriptor, bytes.baseAddress, Self.pieceSize))
            }
            if count > 0 { return buffer }
            switch errno {
            case EINTR, EAGAIN: continue
            default: return nil
            }
        }
    }
}
