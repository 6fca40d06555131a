import NIOCore
import NIOPosix
import Receipts

/// A file on its way out: as long as it was when it was opened, read from its beginning and hashed on the way.
public struct DepartingFile: Sendable {
    /// Bytes when it was opened; no more are read.
    public let size: Int64
    /// How far it was read.
    public private(set) var offset: Int64 = 0
    private let file: OpenFile
    private let status: OpenFile.Status
    private var hash = RunningDigest()

    /// What is read at once, in bytes.
    public static let pieceSize = 128 * 1024

    init(_ file: OpenFile) throws(FileTransferError) {
        self.file = file
        status = try file.status()
        size = status.size
    }

    /// Opens a file of this program's own user, through links where there are any.
    public init(path: String) throws(FileTransferError) {
        try self.init(openRegularFile(path))
    }

    /// Reads on to `end` without giving the bytes away.
    ///
    /// - Returns: SHA-256 of everything from the beginning to there.
    public mutating func skip(to end: Int64) async throws -> Digest {
        while offset < end {
            try Task.checkCancellation()
            guard try await next(atMost: Int(min(end - offset, 1 << 20))) != nil else {
                throw FileTransferError(.changed)
            }
        }
        return hash.current
    }

    /// Reads from the beginning again.
    public mutating func restart() {
        offset = 0
        hash = RunningDigest()
    }

    /// The next piece; nil at the end.
    ///
    /// - Throws: `FileTransferError` (`changed`) where the file has become shorter.
    public mutating func next() async throws -> ByteBuffer? { try await next(atMost: Self.pieceSize) }

    private mutating func next(atMost limit: Int) async throws -> ByteBuffer? {
        let count = Int(min(Int64(limit), size - offset))
        guard count > 0 else { return nil }
        let piece = try await NIOThreadPool.singleton.runIfActive { [file, offset, hash] in
            let piece = try file.read(at: offset, count: count)
            hash.update(piece)
            return piece
        }
        guard piece.readableBytes == count else { throw FileTransferError(.changed) }
        offset += Int64(count)
        return piece
    }

    /// What became of the file while it was read.
    public struct Ending: Sendable, Equatable {
        /// SHA-256 of what was read.
        public var digest: Digest
        /// Whether more was appended meanwhile, which was not read.
        public var hasGrown: Bool
    }

    /// To be asked when everything was read.
    ///
    /// - Throws: `FileTransferError` (`changed`) where somebody wrote to what was read.
    public func finish() throws(FileTransferError) -> Ending {
        let now = try file.status()
        let isTouched =
            now.changedSeconds != status.changedSeconds || now.changedNanoseconds != status.changedNanoseconds
        guard offset == size, now.size > size || (now.size == size && !isTouched) else {
            throw FileTransferError(.changed)
        }
        return Ending(digest: hash.current, hasGrown: now.size > size)
    }
}
