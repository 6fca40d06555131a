import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file; closed with the last reference. It has no position: every access says where.
public final class OpenFile: Sendable {
    let descriptor: Int32

    /// What can be asked about it.
    struct Status: Sendable, Equatable {
        var device: UInt64
        var number: UInt64
        var size: Int64
        var mode: mode_t
        var links: UInt64
        var owner: uid_t
        var group: gid_t
        var changedSeconds: Int
        var changedNanoseconds: Int

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
            size = Int64(status.st_size)
            mode = status.st_mode
            links = UInt64(status.st_nlink)
            (owner, group) = (status.st_uid, status.st_gid)
            #if canImport(Darwin)
            (changedSeconds, changedNanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
            #else
            (changedSeconds, changedNanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
            #endif
        }

        /// Why it is no regular file; nil where it is one.
        var problem: FileTransferError? {
            switch mode & S_IFMT {
            case S_IFREG: nil
            case S_IFDIR: FileTransferError(.directory)
            case S_IFLNK: FileTransferError(.link)
            default: FileTransferError(.special)
            }
        }

        func isSameFile(as other: Status) -> Bool { device == other.device && number == other.number }
    }

    /// Takes an open descriptor over.
    public init(takingOwnershipOf descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = closeDescriptor(descriptor) }

    func status() throws(FileTransferError) -> Status {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileTransferError(code: errno) }
        return Status(status)
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(at offset: Int64, count: Int) throws(FileTransferError) -> ByteBuffer {
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
            if code != 0 { throw FileTransferError(code: code) }
            if length == 0 { break }
        }
        return buffer
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) throws(FileTransferError) {
        var (rest, position) = (bytes, offset)
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(position)) }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileTransferError(code: errno)
            }
            rest.moveReaderIndex(forwardBy: count)
            position += Int64(count)
        }
    }

    func truncate() throws(FileTransferError) {
        guard ftruncate(descriptor, 0) == 0 else { throw FileTransferError(code: errno) }
    }

    func synchronize() throws(FileTransferError) {
        guard fsync(descriptor) == 0 else { throw FileTransferError(code: errno) }
    }

    /// Whether nobody else holds it (flock(2)), which then nobody can until it is closed.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}

/// `close` under a name that methods do not hide.
func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
