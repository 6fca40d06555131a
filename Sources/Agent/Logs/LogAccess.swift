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
/// after `.` and `..` are resolved. It must still be so after symbolic links are resolved; what is left has no link in it and is
/// opened beneath the shared folder by the kernel's own rules (``FolderDescriptor``), so that nobody can swap a folder in between.
/// A path outside is refused without a look at the disk, so that the answer does not tell what exists there.
public struct LogAccess: Sendable, Equatable {
    /// The shared files and folders: absolute, without `.` and `..`.
    public let paths: [String]

    /// What is shared where nobody said otherwise.
    public static let standardPaths = ["/var/log"]

    /// Shares these files and folders; entries that are not absolute share nothing.
    public init(paths: [String] = standardPaths) {
        self.paths = paths.compactMap { LogPath($0)?.text }
    }

    /// Whether a path lies within what is shared, without a look at the disk beyond the shared folders.
    func shares(_ path: String) -> Bool {
        guard let wanted = LogPath(path) else { return false }
        return Self.contains(wanted, listed, roots)
    }

    private var listed: [LogPath] { paths.compactMap { LogPath($0) } }
    private var roots: [LogPath] { listed.compactMap { $0.resolved().value } }

    private static func contains(_ wanted: LogPath, _ listed: [LogPath], _ roots: [LogPath]) -> Bool {
        (listed + roots).contains(where: wanted.isBeneath)
    }

    /// Opens a regular file for reading.
    func open(_ path: String) -> Result<LogFile, LogProblem> {
        guard let wanted = LogPath(path) else { return .failure(LogProblem(kind: .notAbsolute, path: path)) }
        let roots = roots
        guard Self.contains(wanted, listed, roots) else { return .failure(LogProblem(kind: .notShared, path: path)) }
        switch wanted.resolved() {
        case .failure(let failure): return .failure(LogProblem(code: failure.code, path: path))
        case .success(let real):
            guard let root = roots.first(where: real.isBeneath) else {
                return .failure(LogProblem(kind: .leadsOutside, path: path))
            }
            return Self.open(real, beneath: root, as: path)
        }
    }

    private static func open(_ real: LogPath, beneath root: LogPath, as path: String) -> Result<LogFile, LogProblem> {
        // A file that is shared by itself lies beneath its folder, and is all that is opened there.
        let isItself = real.components.count == root.components.count
        let folder = isItself ? Array(root.components.dropLast()) : root.components
        let inside = Array(real.components.dropFirst(folder.count))
        guard !inside.isEmpty else { return .failure(LogProblem(kind: .directory, path: path)) }
        do throws(SystemFailure) {
            let folder = try FolderDescriptor(folder)
            // Looked at before it is opened, since opening alone can start a device; and after, since only then it stays.
            if let kind = try LogProblem.Kind(fileMode: folder.mode(of: inside)) {
                return .failure(LogProblem(kind: kind, path: path))
            }
            let descriptor = try folder.open(inside, O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let file = LogFile(takingOwnershipOf: descriptor)
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SystemFailure(code: errno) }
            if let kind = LogProblem.Kind(fileMode: status.st_mode) {
                return .failure(LogProblem(kind: kind, path: path))
            }
            return .success(file)
        } catch {
            // A way out, or a link where a moment ago there was none.
            let leadsOutside = error.code == EXDEV || error.code == ELOOP
            return .failure(
                leadsOutside ? LogProblem(kind: .leadsOutside, path: path) : LogProblem(code: error.code, path: path)
            )
        }
    }
}

extension Result {
    fileprivate var value: Success? {
        if case .success(let value) = self { return value }
        return nil
    }
}
