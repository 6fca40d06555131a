#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open folder, whose files are reached by their names alone: whatever somebody swaps on the way to it, it stays this folder.
public final class Folder: Sendable {
    private let descriptor: Int32

    /// Takes an open descriptor over; one with `O_PATH` is enough.
    public init(takingOwnershipOf descriptor: Int32) { self.descriptor = descriptor }

    /// Opens the folder at `path`, through links where there are any: for paths of this program's own user.
    public init(path: String) throws(FileTransferError) {
        descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTransferError(code: errno) }
    }

    deinit { _ = closeDescriptor(descriptor) }

    /// A regular file of this name, for reading; a link is not followed, and nothing else is opened.
    public func departing(_ name: String) throws(FileTransferError) -> DepartingFile {
        // Looked at before it is opened, since opening alone can start a device; and after, since only then it stays.
        guard let status = try status(of: name) else { throw FileTransferError(.missing) }
        if let problem = status.problem { throw problem }
        let file = try openFile(name, O_RDONLY)
        if let problem = try file.status().problem { throw problem }
        return try DepartingFile(file)
    }

    /// What is there under a name; nil where nothing is.
    func status(of name: String) throws(FileTransferError) -> OpenFile.Status? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw FileTransferError(code: errno)
        }
        return OpenFile.Status(status)
    }

    /// What a file that arrives under this name would take the place of: its size; nil where nothing is there.
    ///
    /// - Throws: where it is no regular file, which is never replaced.
    public func sizeOfFile(_ name: String) throws(FileTransferError) -> Int64? {
        guard let status = try status(of: name) else { return nil }
        if let problem = status.problem { throw problem }
        return status.size
    }

    func openFile(_ name: String, _ flags: Int32, mode: mode_t = 0) throws(FileTransferError) -> OpenFile {
        let flags = flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let file = openat(descriptor, name, flags, mode)
        guard file >= 0 else { throw FileTransferError(code: errno) }
        return OpenFile(takingOwnershipOf: file)
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Gives a file its final name. Without `isReplacing` never over something that is there (renameat2(2), `RENAME_NOREPLACE`;
    /// where a file system does not offer it, a second name and the removal of the first).
    func rename(_ old: String, to new: String, isReplacing: Bool) throws(FileTransferError) {
        if isReplacing {
            guard renameat(descriptor, old, descriptor, new) == 0 else { throw FileTransferError(code: errno) }
            return
        }
        if let renameat2 = Self.renameat2 {
            if renameat2(descriptor, old, descriptor, new, 1) == 0 { return }
            guard errno == EINVAL || errno == ENOSYS else { throw FileTransferError(code: errno) }
        }
        guard linkat(descriptor, old, descriptor, new, 0) == 0 else { throw FileTransferError(code: errno) }
        remove(old)
    }

    /// Makes names last. A folder that may be written and not read cannot be synced; its names last as the system sees fit.
    func synchronize() {
        let readable = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard readable >= 0 else { return }
        fsync(readable)
        _ = closeDescriptor(readable)
    }

    /// Bytes that this user may still write here; nil where the system does not say.
    public var room: Int64? {
        let here = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard here >= 0 else { return nil }
        defer { _ = closeDescriptor(here) }
        var status = statvfs()
        guard fstatvfs(here, &status) == 0 else { return nil }
        let (bytes, isOver) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return isOver ? .max : Int64(clamping: bytes)
    }

    private typealias Renameat2 =
        @Sendable @convention(c) (
            Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
        ) -> Int32

    /// glibc 2.28 has it, hidden behind `_GNU_SOURCE`; a library without it gives nil.
    private static let renameat2 = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: Renameat2.self) }
}
