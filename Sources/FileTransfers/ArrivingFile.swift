import NIOCore
import NIOPosix
import Receipts

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file on its way in: written to `NAME.lotse-part` beside its final name, which it gets when its SHA-256 is right.
///
/// What an earlier attempt left there is gone on from once both ends have found its hash to be that of the file's beginning. One transfer
/// at a time holds it (flock(2)).
public struct ArrivingFile: Sendable {
    /// Stands behind the name of a file that is not whole yet.
    public static let suffix = ".lotse-part"

    /// Bytes that are there.
    public private(set) var offset: Int64 = 0
    private let folder: Folder
    private let name: String
    private let file: OpenFile
    private var hash = RunningDigest()

    private var part: String { name + Self.suffix }

    /// Opens what there is of the file, or begins it, for this user alone to write.
    ///
    /// - Throws: `FileTransferError`: `busy` where another transfer holds it; `exists` where something else has the name.
    public init(_ name: String, in folder: Folder) throws(FileTransferError) {
        self.name = name
        self.folder = folder
        do throws(FileTransferError) {
            // The rights of a new file of this user, and never the right to run it.
            file = try folder.openFile(name + Self.suffix, O_RDWR | O_CREAT, mode: 0o666)
        } catch {
            let isInTheWay = [.link, .directory, .special].contains(error.kind)
            throw isInTheWay ? Self.inTheWay(name) : error
        }
        let status = try file.status()
        guard status.problem == nil, status.links <= 1, status.owner == geteuid() else { throw Self.inTheWay(name) }
        guard file.lock(), let named = try folder.status(of: name + Self.suffix), named.isSameFile(as: status) else {
            throw FileTransferError(.busy)
        }
    }

    private static func inTheWay(_ name: String) -> FileTransferError {
        FileTransferError(.failed, detail: "\(name)\(suffix) is in the way and no file of ours (remove it)")
    }

    /// Hashes what is there, to go on from its end.
    ///
    /// - Parameter limit: how long the whole file will be; what is longer is no beginning of it, and begins anew.
    /// - Returns: SHA-256 of what is there; nil where nothing is.
    public mutating func resume(upTo limit: Int64) async throws -> Digest? {
        let size = try file.status().size
        guard size > 0 else { return nil }
        guard size <= limit else {
            try restart()
            return nil
        }
        while offset < size {
            try Task.checkCancellation()
            let count = Int(min(size - offset, 1 << 20))
            let piece = try await NIOThreadPool.singleton.runIfActive { [file, offset, hash] in
                let piece = try file.read(at: offset, count: count)
                hash.update(piece)
                return piece
            }
            guard piece.readableBytes == count else { throw FileTransferError(.changed) }
            offset += Int64(count)
        }
        return hash.current
    }

    /// Begins anew: what is there is no beginning of this file.
    public mutating func restart() throws(FileTransferError) {
        try file.truncate()
        offset = 0
        hash = RunningDigest()
    }

    /// Adds bytes at the end.
    public mutating func append(_ bytes: ByteBuffer) async throws {
        try await NIOThreadPool.singleton.runIfActive { [file, offset, hash] in
            try file.write(bytes, at: offset)
            hash.update(bytes)
        }
        offset += Int64(bytes.readableBytes)
    }

    /// Checks the whole, makes it last, and gives it its name.
    ///
    /// - Parameters:
    ///   - digest: what its SHA-256 has to be.
    ///   - isReplacing: whether it may take the place of a file of that name, whose owner and rights it then gets, short of the right to run.
    /// - Throws: `FileTransferError`: `mismatch` for another digest, and then nothing is left of it; `exists` where the name is taken.
    public func publish(digest: Digest, isReplacing: Bool) async throws {
        guard hash.current == digest else {
            folder.remove(part)
            throw FileTransferError(.mismatch)
        }
        try await NIOThreadPool.singleton.runIfActive { [self] in
            if isReplacing, let old = try folder.status(of: name), old.problem == nil {
                // Only the superuser can give files away; for others it stays theirs.
                _ = fchown(file.descriptor, old.owner, old.group)
                _ = fchmod(file.descriptor, old.mode & 0o666)
            }
            try file.synchronize()
            try folder.rename(part, to: name, isReplacing: isReplacing)
            folder.synchronize()
        }
    }

    /// Leaves nothing behind.
    public func remove() { folder.remove(part) }

    /// Leaves nothing behind that would help nobody: an empty beginning.
    public func removeIfEmpty() {
        guard let own = try? file.status(), own.size == 0, let named = try? folder.status(of: part),
            named.isSameFile(as: own)
        else { return }
        remove()
    }

    /// Bytes of an earlier attempt at a file; 0 where there is none.
    public static func kept(of name: String, in folder: Folder) -> Int64 {
        (try? folder.sizeOfFile(name + suffix)) ?? 0
    }
}

/// A regular file of this program's own user, open for reading.
func openRegularFile(_ path: String) throws(FileTransferError) -> OpenFile {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileTransferError(code: errno) }
    let file = OpenFile(takingOwnershipOf: descriptor)
    if let problem = try file.status().problem { throw problem }
    return file
}
