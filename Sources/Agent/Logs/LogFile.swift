import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open regular file; closed with the last reference.
final class LogFile: Sendable {
    private let descriptor: Int32

    /// Bytes that are read at once; also the longest line that comes in one piece.
    static let blockSize = 64 * 1024

    /// Which file it is, whatever its name.
    struct Identity: Hashable {
        var device: UInt64
        var number: UInt64
    }

    /// What changes when somebody writes.
    struct Stamp: Equatable {
        var identity: Identity
        var size: Int64
        var seconds: Int
        var nanoseconds: Int

        init(_ status: stat) {
            identity = Identity(
                device: UInt64(truncatingIfNeeded: status.st_dev),
                number: UInt64(truncatingIfNeeded: status.st_ino)
            )
            size = Int64(status.st_size)
            #if canImport(Darwin)
            (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
            #else
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
            #endif
        }

        /// The stamp of what `path` leads to now.
        init(path: String) throws(SystemFailure) {
            var status = stat()
            guard stat(path, &status) == 0 else { throw SystemFailure(code: errno) }
            self.init(status)
        }
    }

    init(takingOwnershipOf descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        _ = systemClose(descriptor)
    }

    func stamp() throws(SystemFailure) -> Stamp {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure(code: errno) }
        return Stamp(status)
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(at offset: Int64, count: Int) throws(SystemFailure) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let position = offset + Int64(buffer.readableBytes)
            let missing = count - buffer.readableBytes
            var code: Int32 = 0
            let length = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 0) { space in
                let length = pread(descriptor, space.baseAddress, min(space.count, missing), off_t(position))
                if length < 0 { code = errno }
                return max(length, 0)
            }
            if code == EINTR { continue }
            if code != 0 { throw SystemFailure(code: code) }
            if length == 0 { break }
        }
        return buffer
    }

    /// The first offset that holds data: where a file was emptied under a program that does not append, its next
    /// write leaves a hole as large as all that was there.
    func firstData() -> Int64 {
        #if os(Linux)
        // SEEK_DATA, hidden behind _GNU_SOURCE; the descriptor's own position is used for nothing else.
        return max(Int64(lseek(descriptor, 0, 3)), 0)
        #else
        return 0
        #endif
    }

    /// Where the last `lines` lines before `end` begin. Reads backwards, a block at a time.
    func start(ofLast lines: Int, before end: Int64) async throws -> Int64 {
        guard lines > 0 else { return end }
        var missing = lines
        var position = end
        while position > 0 {
            try Task.checkCancellation()
            let start = max(0, position - Int64(Self.blockSize))
            let block = try read(at: start, count: Int(position - start))
            // The newline that ends the last line does not begin another.
            let searched = position == end ? block.readableBytesView.dropLast() : block.readableBytesView
            if let found = Self.position(ofNewline: &missing, in: searched) {
                return start + Int64(found - block.readerIndex) + 1
            }
            position = start
            // A file of many gigabytes shares this thread with the rest of the agent.
            await Task.yield()
        }
        return 0
    }

    /// Counts newlines down from the end; the index of the one that makes `missing` zero.
    private static func position(ofNewline missing: inout Int, in bytes: ByteBufferView) -> Int? {
        let first = bytes.startIndex
        return bytes.withUnsafeBytes { bytes in
            var index = bytes.count - 1
            while index >= 0 {
                if bytes[index] == 0x0a {
                    missing -= 1
                    if missing == 0 { return first + index }
                }
                index -= 1
            }
            return nil
        }
    }
}

/// `open` under a name that methods called `open` do not hide.
func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
    open(path, flags)
}
