import FileTransfers
import SupportChannel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The names beneath what the client shares: how a path that the operator types may go on.
///
/// Only shared folders are looked into, opened as ``LogAccess`` and ``FileAccess`` open everything, and only names come of it. A path
/// outside tells nothing but the shared paths that lie beneath it.
struct SharedNames: Sendable {
    private let listed: [LogPath]
    private let kind: NamesParameters.Kind

    init(_ paths: [String], for kind: NamesParameters.Kind) {
        listed = paths.compactMap { LogPath($0) }
        self.kind = kind
    }

    /// What was found.
    struct Answer: Equatable {
        var names: [String] = []
        var isWhole = true
        /// The shared paths whose names were read.
        var looked: [String] = []
    }

    /// How `prefix` may go on behind its last `/`; nil where it is no beginning of an absolute path without `..`.
    func continuing(_ prefix: String) -> Answer? {
        guard let slash = prefix.lastIndex(of: "/"), let folder = LogPath(String(prefix[...slash])),
            !prefix.split(separator: "/").contains("..")
        else { return nil }
        let begun = String(prefix[prefix.index(after: slash)...])
        var answer = Answer()
        var names: Set<String> = []
        for root in listed {
            if folder.isBeneath(root) {
                guard let found = look(into: folder, beneath: root, begun) else { continue }
                answer.looked.append(root.text)
                names.formUnion(found)
            } else if root.isBeneath(folder) {
                let rest = root.components.dropFirst(folder.components.count)
                guard let first = rest.first, Self.begins(first, with: begun), rest.allSatisfy(FileName.isSafe) else {
                    continue
                }
                names.insert(rest.joined(separator: "/") + (Self.isFolder(root) ? "/" : ""))
            }
        }
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        answer.names = Array(sorted.prefix(NamesResult.most))
        answer.isWhole = answer.names.count == sorted.count
        return answer
    }

    private static func begins(_ name: String, with begun: String) -> Bool { name.utf8.starts(with: begun.utf8) }

    private static func isFolder(_ path: LogPath) -> Bool {
        guard case .success(let real) = path.resolved() else { return false }
        return mode(of: real).map { $0 & S_IFMT == S_IFDIR } ?? false
    }

    /// Of a path without links.
    private static func mode(of path: LogPath) -> mode_t? {
        guard !path.components.isEmpty else { return S_IFDIR }
        return try? FolderDescriptor([]).mode(of: path.components)
    }

    /// nil where that is not shared after all, or is no folder that can be read.
    private func look(into folder: LogPath, beneath root: LogPath, _ begun: String) -> [String]? {
        let inside = folder.components.dropFirst(root.components.count)
        guard kind == .logs || !inside.contains(where: FileName.isHidden),
            case .success(let realRoot) = root.resolved(), case .success(let real) = folder.resolved(),
            real.isBeneath(realRoot), let descriptor = try? FolderDescriptor(real.components),
            let names = try? descriptor.names(of: [])
        else { return nil }
        let showsHidden = kind == .logs && FileName.isHidden(begun)
        let fitting = names.lazy.filter {
            Self.begins($0, with: begun) && FileName.isSafe($0) && (showsHidden || !FileName.isHidden($0))
        }
        var found: [String] = []
        for name in fitting {
            // One more says that there are more.
            guard found.count <= NamesResult.most else { break }
            guard let mode = try? descriptor.mode(of: [name]) else { continue }
            switch mode & S_IFMT {
            case S_IFDIR: found.append(name + "/")
            case S_IFREG: found.append(name)
            case S_IFLNK:
                if let end = target(of: LogPath(components: real.components + [name])) { found.append(name + end) }
            default: break
            }
        }
        return found
    }

    /// What stands behind a link's name; nil where it leads to nothing that would be opened.
    private func target(of link: LogPath) -> String? {
        guard case .success(let real) = link.resolved(), let mode = Self.mode(of: real),
            listed.contains(where: { (try? $0.resolved().get()).map(real.isBeneath) ?? false })
        else { return nil }
        switch mode & S_IFMT {
        case S_IFDIR: return "/"
        // A file behind a link is read as a log, and never fetched or replaced.
        case S_IFREG where kind == .logs: return ""
        default: return nil
        }
    }
}
