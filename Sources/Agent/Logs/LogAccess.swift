#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Which log files the operator may read, and the only way to open one.
///
/// A path is shared when it is one of the listed files or folders or lies beneath one, compared component by component
/// after `.` and `..` are resolved. It must still be so after symbolic links are resolved; the path without links is
/// then opened one component after the other, none of which may be a link, so that nobody can swap a folder in between
/// (what `openat2` does with `RESOLVE_NO_SYMLINKS`). A path outside is refused without a look at the disk, so that the
/// answer does not tell what exists there.
public struct LogAccess: Sendable, Equatable {
    /// The shared files and folders: absolute, without `.` and `..`.
    public let paths: [String]

    /// What is shared where nobody said otherwise.
    public static let standardPaths = ["/var/log"]

    /// Shares these files and folders; entries that are not absolute share nothing.
    public init(paths: [String] = standardPaths) {
        self.paths = paths.compactMap { LogPath($0)?.text }
    }

    /// Opens a regular file for reading.
    func open(_ path: String) -> Result<LogFile, LogProblem> {
        guard let wanted = LogPath(path) else { return .failure(LogProblem(kind: .notAbsolute, path: path)) }
        let listed = paths.compactMap { LogPath($0) }
        let roots = listed.compactMap { $0.resolved().value }
        guard (listed + roots).contains(where: wanted.isBeneath) else {
            return .failure(LogProblem(kind: .notShared, path: path))
        }
        switch wanted.resolved() {
        case .failure(let failure): return .failure(LogProblem(code: failure.code, path: path))
        case .success(let real):
            guard roots.contains(where: real.isBeneath) else {
                return .failure(LogProblem(kind: .leadsOutside, path: path))
            }
            return Self.open(real, as: path)
        }
    }

    private static func open(_ real: LogPath, as path: String) -> Result<LogFile, LogProblem> {
        guard let name = real.components.last else { return .failure(LogProblem(kind: .directory, path: path)) }
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW
        var folder = systemOpen("/", flags | O_DIRECTORY | pathOnly)
        guard folder >= 0 else { return .failure(LogProblem(code: errno, path: path)) }
        defer { _ = systemClose(folder) }
        for component in real.components.dropLast() {
            let next = openat(folder, component, flags | O_DIRECTORY | pathOnly)
            guard next >= 0 else { return .failure(LogProblem(code: errno, path: path)) }
            _ = systemClose(folder)
            folder = next
        }
        // Looked at before it is opened, since opening alone can start a device; and after, since only then it stays.
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return .failure(LogProblem(code: errno, path: path))
        }
        if let kind = LogProblem.Kind(fileMode: status.st_mode) {
            return .failure(LogProblem(kind: kind, path: path))
        }
        let descriptor = openat(folder, name, flags | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return .failure(LogProblem(code: errno, path: path)) }
        let file = LogFile(takingOwnershipOf: descriptor)
        guard fstat(descriptor, &status) == 0 else { return .failure(LogProblem(code: errno, path: path)) }
        if let kind = LogProblem.Kind(fileMode: status.st_mode) {
            return .failure(LogProblem(kind: kind, path: path))
        }
        return .success(file)
    }

    #if os(Linux)
    /// `O_PATH`, which needs no right to list a folder; hidden behind `_GNU_SOURCE`.
    private static let pathOnly: Int32 = 0o10_000_000
    #else
    private static let pathOnly: Int32 = 0
    #endif
}

/// An absolute path as its components, free of `.`, `..` and empty ones.
struct LogPath: Equatable {
    let components: [String]

    /// nil for paths that are not absolute or that no system call takes.
    init?(_ path: String) {
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0), path.utf8.count < 4096 else { return nil }
        var components: [String] = []
        for component in path.split(separator: "/") where component != "." {
            if component == ".." {
                _ = components.popLast()
            } else {
                components.append(String(component))
            }
        }
        self.components = components
    }

    var text: String { "/" + components.joined(separator: "/") }

    func isBeneath(_ root: LogPath) -> Bool {
        // By bytes: two names that Unicode calls equal may be two files.
        components.count >= root.components.count
            && zip(root.components, components).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The path without symbolic links.
    func resolved() -> Result<LogPath, SystemFailure> {
        guard let resolved = realpath(text, nil) else { return .failure(SystemFailure(code: errno)) }
        defer { free(resolved) }
        // A name that is not UTF-8 cannot be written in a request either.
        guard let text = String(validatingCString: resolved), let path = LogPath(text) else {
            return .failure(SystemFailure(code: ENOENT))
        }
        return .success(path)
    }
}

extension Result {
    fileprivate var value: Success? {
        if case .success(let value) = self { return value }
        return nil
    }
}
