#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An absolute path as its components, free of `.`, `..` and empty ones.
struct LogPath: Equatable {
    let components: [String]

    /// A path of components that are none of these.
    init(components: [String]) { self.components = components }

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
