import FileTransfers
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where files may be fetched from and put, and the only way to such a place.
///
/// With a list a path has to lie beneath one of its entries, compared component by component, and still so after links on the way are
/// resolved; a path outside is refused without a look at the disk. Without one every place is open, since the client sees and answers
/// each file. Nothing whose name, or whose folder's name, has a dot in front is reached, unless the list itself names it: keys and
/// settings of the client lie there.
struct FileAccess: Sendable {
    /// The shared files and folders; none: anywhere.
    let paths: [String]

    /// A folder that stays the same folder, and a name in it.
    struct Place: Sendable {
        let folder: Folder
        let name: String
        /// Where that is, without links: what the client is shown.
        let path: String
    }

    func place(of path: String) async throws -> Place {
        try await NIOThreadPool.singleton.runIfActive { try self.find(path) }
    }

    private func find(_ path: String) throws(FileTransferError) -> Place {
        guard let wanted = LogPath(path), !path.split(separator: "/").contains("..") else {
            throw FileTransferError(.badPath)
        }
        guard let name = wanted.components.last, !path.hasSuffix("/") else { throw FileTransferError(.directory) }
        guard wanted.components.allSatisfy(FileName.isSafe) else { throw FileTransferError(.badName) }
        let listed = paths.compactMap { LogPath($0) }
        let roots = listed.compactMap { try? $0.resolved().get() }
        try check(wanted, listed + roots, otherwise: .notShared)
        let parent: LogPath
        do {
            parent = try LogPath(components: Array(wanted.components.dropLast())).resolved().get()
        } catch {
            throw FileTransferError(code: error.code)
        }
        let real = LogPath(components: parent.components + [name])
        guard real.components.allSatisfy(FileName.isSafe) else { throw FileTransferError(.badName) }
        try check(real, roots, otherwise: .leadsOutside)
        do throws(SystemFailure) {
            let folder = try FolderDescriptor(parent.components)
            return Place(
                folder: Folder(takingOwnershipOf: try folder.duplicate()),
                name: name,
                path: real.text
            )
        } catch {
            throw FileTransferError(code: error.code)
        }
    }

    private func check(_ path: LogPath, _ roots: [LogPath], otherwise kind: FileTransferError.Kind)
        throws(FileTransferError)
    {
        guard !paths.isEmpty else {
            guard !path.components.contains(where: FileName.isHidden) else { throw FileTransferError(.hidden) }
            return
        }
        let above = roots.filter { path.isBeneath($0) }
        guard !above.isEmpty else { throw FileTransferError(kind) }
        guard
            above.contains(where: { !path.components.dropFirst($0.components.count).contains(where: FileName.isHidden) }
            )
        else { throw FileTransferError(.hidden) }
    }
}
