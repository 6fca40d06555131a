#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Files of a few kilobytes: read whole, replaced whole.
enum SmallFile {
    /// More than this is not a file of ours.
    static let limit = 1 << 20

    /// The content, or `nil` where there is no such file; `EFBIG` beyond `limit` bytes.
    static func read(_ path: String, limit: Int = limit) throws(SystemFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw SystemFailure(code: code)
        }
        defer { _ = systemClose(descriptor) }
        var content: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = systemRead(descriptor, &block)
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemFailure(code: errno)
            }
            if count == 0 { return content }
            content += block[..<count]
            guard content.count <= limit else { throw SystemFailure(code: EFBIG) }
        }
    }

    /// Lets `change` make the next content out of the present one and puts it in place at once, readable by the owner alone.
    ///
    /// Two programs that do this take turns: the folder is locked meanwhile. Makes the folder where it is missing.
    static func update(_ path: String, _ change: ([UInt8]?) throws -> [UInt8]) throws {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { throw SystemFailure(code: EINVAL) }
        let folder = String(path[..<slash])
        try makeFolders(folder)
        let lock = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard lock >= 0 else { throw SystemFailure(code: errno) }
        defer { _ = systemClose(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw SystemFailure(code: errno) }
        let content = try change(try read(path))
        let draft = path + ".new"
        _ = unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemFailure(code: errno) }
        var failure = write(content, descriptor)
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        if systemClose(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, rename(draft, path) != 0 { failure = errno }
        guard failure == 0 else {
            _ = unlink(draft)
            throw SystemFailure(code: failure)
        }
        _ = fsync(lock)
    }

    private static func makeFolders(_ folder: String) throws(SystemFailure) {
        var path = ""
        for component in folder.split(separator: "/") {
            path += "/" + component
            if mkdir(path, 0o700) != 0, errno != EEXIST {
                let code = errno
                // A folder that exists may answer EROFS or EACCES.
                if access(path, F_OK) != 0 { throw SystemFailure(code: code) }
            }
        }
    }

    /// - Returns: 0, or the error.
    private static func write(_ content: [UInt8], _ descriptor: Int32) -> Int32 {
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return 0
    }
}

/// `write` under a name that methods called `write` do not hide.
func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

/// `read` under a name that methods called `read` do not hide.
func systemRead(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Int { read(descriptor, &bytes, bytes.count) }

/// The file that runs.
enum ProgramFile {
    /// The folder it is in; `nil` where the system does not say.
    static var folder: String? {
        #if os(Linux)
        guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
        #else
        guard let resolved = realpath(CommandLine.arguments.first ?? "", nil) else { return nil }
        #endif
        defer { free(resolved) }
        let path = String(cString: resolved)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
