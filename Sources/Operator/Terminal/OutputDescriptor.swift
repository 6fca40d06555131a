import Glibc
import NIOCore
import NIOPosix
import Synchronization
import TerminalText

/// Writes to standard output or standard error, beside the event loops, as fast as the reader reads.
///
/// On a terminal, bytes of the client's machine become visible text, because a terminal obeys what it is sent.
public final class OutputDescriptor: Sendable {
    private let descriptor: CInt
    /// Whether it is a terminal; then what comes from the client's machine is filtered.
    let isTerminal: Bool
    private let filter = Mutex(VisibleBytes())

    /// Whoever read the output does not read it any more.
    public struct ReaderIsGone: Error {
        /// Makes the error.
        public init() {}
    }

    /// Writes to `descriptor`, which stays the caller's.
    ///
    /// - Parameter isTerminal: whether it is a terminal; by default the system is asked.
    public init(_ descriptor: CInt, isTerminal: Bool? = nil) {
        self.descriptor = descriptor
        self.isTerminal = isTerminal ?? (isatty(descriptor) == 1)
    }

    /// Standard output.
    public static var standard: OutputDescriptor { OutputDescriptor(STDOUT_FILENO) }

    /// Standard error.
    public static var standardError: OutputDescriptor { OutputDescriptor(STDERR_FILENO) }

    /// Writes bytes of the client's machine.
    ///
    /// - Throws: `ReaderIsGone` where nobody reads, `IOError` for a full disk and the like.
    public func write(_ bytes: ByteBuffer) async throws {
        guard isTerminal else {
            return try await NIOThreadPool.singleton.runIfActive { try self.writeAll(bytes.readableBytesView) }
        }
        let visible = filter.withLock { $0.append(Array(bytes.readableBytesView)) }
        try await writeOwn(visible)
    }

    /// Writes what the filter still keeps: the beginning of a character that never came whole.
    public func finish() async throws {
        guard isTerminal else { return }
        try await writeOwn(filter.withLock { $0.finish() })
    }

    /// Writes text of this program.
    public func writeOwn(_ text: String) async throws { try await writeOwn(Array(text.utf8)) }

    func writeOwn(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await NIOThreadPool.singleton.runIfActive { try self.writeAll(bytes) }
    }

    private func writeAll(_ bytes: some ContiguousBytesView) throws {
        try bytes.withContiguousBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if count >= 0 {
                    offset += count
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&event, 1, -1)
                case EPIPE: throw ReaderIsGone()
                default: throw IOError(errnoCode: errno, reason: "write")
                }
            }
        }
    }
}

private protocol ContiguousBytesView {
    func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension ByteBufferView: ContiguousBytesView {
    fileprivate func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(body)
    }
}

extension [UInt8]: ContiguousBytesView {
    fileprivate func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(body)
    }
}
