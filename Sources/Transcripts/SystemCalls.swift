#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The few calls of the system that transcripts need, under names that nothing hides.
enum SystemCalls {
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// Makes a folder for its owner alone; that it is there already is no error.
    static func makeFolder(_ path: String) throws(TranscriptError) {
        guard mkdir(path, 0o700) != 0 else { return }
        let code = errno
        // One that exists may answer EROFS or EACCES.
        guard access(path, F_OK) == 0 else { throw TranscriptError(.system(code)) }
        guard chmod(path, 0o700) == 0 else { throw TranscriptError(.system(errno)) }
    }

    /// Opens a file for its owner alone, to write at its end.
    static func openToAppend(_ path: String) throws(TranscriptError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw TranscriptError(.system(errno)) }
        guard fchmod(descriptor, 0o600) == 0 else {
            let code = errno
            close(descriptor)
            throw TranscriptError(.system(code))
        }
        return descriptor
    }

    /// Writes all of it at the end of a file, or nothing.
    ///
    /// - Returns: 0, or the error.
    static func append(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        let before = lseek(descriptor, 0, SEEK_END)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = count < 0 ? errno : ENOSPC
                // Half a line would make all of the file unreadable.
                if before >= 0 { _ = ftruncate(descriptor, before) }
                return code
            }
            rest = rest.dropFirst(count)
        }
        return 0
    }

    /// Replaces a file as a whole, for its owner alone.
    static func replace(_ path: String, with bytes: [UInt8]) throws(TranscriptError) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw TranscriptError(.system(errno)) }
        var code = append(bytes, to: descriptor)
        if code == 0, fsync(descriptor) != 0 { code = errno }
        if close(descriptor) != 0, code == 0 { code = errno }
        if code == 0, rename(draft, path) != 0 { code = errno }
        guard code == 0 else {
            unlink(draft)
            throw TranscriptError(.system(code))
        }
    }

    /// The bytes of a file; nil where there is none.
    static func read(_ path: String, limit: Int) throws(TranscriptError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw TranscriptError(.system(errno))
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = systemRead(descriptor, &block)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TranscriptError(.system(errno)) }
            if count == 0 { return content }
            content += block[..<count]
            guard content.count <= limit else { throw TranscriptError(.system(EFBIG)) }
        }
    }

    /// The names in a folder, in order; none where there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// When a file was last written to, Unix seconds; nil where there is none.
    static func modified(_ path: String) -> Int64? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
        return Int64(status.st_mtimespec.tv_sec)
        #else
        return Int64(status.st_mtim.tv_sec)
        #endif
    }

    static func remove(_ path: String) { unlink(path) }

    static func removeFolder(_ path: String) { rmdir(path) }

    static func closeFile(_ descriptor: Int32) { close(descriptor) }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemRead(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Int { read(descriptor, &bytes, bytes.count) }
