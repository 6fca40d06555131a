#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The few system calls that durable files need.
enum FileSystem {
    /// Whether something stands at `path`.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Creates an empty file that only its owner may read; SQLite gives its side files the same permissions.
    static func createPrivate(_ path: String) throws {
        try create(path, bytes: [], flags: O_EXCL)
    }

    /// Writes a file that only its owner may read, and waits until it is on the disk.
    static func writeSynced(_ bytes: [UInt8], to path: String) throws {
        try create(path, bytes: bytes, flags: O_TRUNC)
    }

    private static func create(_ path: String, bytes: [UInt8], flags: Int32) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { throw LedgerError.system("create \(path)", errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: buffer[written...]).baseAddress,
                    buffer.count - written
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LedgerError.system("write \(path)", errno) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw LedgerError.system("sync \(path)", errno) }
    }

    /// Reads a small file, or `nil` where there is none.
    static func read(_ path: String, atMost limit: Int) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw LedgerError.system("open \(path)", errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glue.read(descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LedgerError.system("read \(path)", errno) }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// Waits until a file's or a folder's content is on the disk.
    static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LedgerError.system("open \(path)", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw LedgerError.system("sync \(path)", errno) }
    }

    /// Puts one file in the place of another in one step.
    static func replace(_ target: String, with source: String) throws {
        guard rename(source, target) == 0 else { throw LedgerError.system("replace \(target)", errno) }
    }

    /// Gives a file a second name, and fails where that name is taken.
    static func link(_ source: String, as target: String) throws {
        guard Glue.link(source, target) == 0 else {
            throw errno == EEXIST
                ? LedgerError(.exists, "\(target) exists already; choose another name")
                : LedgerError.system("create \(target)", errno)
        }
    }

    /// Removes a file if it is there.
    static func remove(_ path: String) { _ = unlink(path) }

    /// The bytes that an unprivileged process may still write under `folder`.
    static func freeBytes(_ folder: String) throws -> Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            throw LedgerError.system("ask for the free space of \(folder)", errno)
        }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }

    /// The wall clock in Unix seconds.
    static func now() -> Int64 { Int64(time(nil)) }

    static func isFull(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// System calls whose names `FileSystem` uses itself.
private enum Glue {
    static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
        Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
        Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }

    static func link(_ source: String, _ target: String) -> Int32 {
        // Without flags linkat does what link does.
        linkat(AT_FDCWD, source, AT_FDCWD, target, 0)
    }
}
