import Foundation
import Glibc

@testable import Agent

/// A new folder that goes away with its contents.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/lotse-test-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { template in
            template.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
        }
    }

    deinit {
        Self.remove(path)
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o644, append: Bool = false) -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0o644)
        defer { close(descriptor) }
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        chmod(file, mode)
        return file
    }

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
            chmod(path, 0o700)
            for name in names(in: path) { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// A file's permissions.
    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        guard stat(path + "/" + name, &status) == 0 else { throw SystemFailure(code: errno) }
        return status.st_mode & 0o777
    }

    /// What a file of the folder says.
    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path + "/" + name)), as: UTF8.self)
    }
}
