import NIOCore
import Receipts
import Synchronization

/// SHA-256 over bytes that come piece by piece, to be asked at any time.
public final class RunningDigest: Sendable {
    private let hash = Mutex(SHA256())

    /// A digest of nothing so far.
    public init() {}

    /// Adds bytes.
    public func update(_ bytes: ByteBuffer) {
        hash.withLock { hash in bytes.readableBytesView.withUnsafeBytes { hash.update($0) } }
    }

    /// The digest of all that came so far.
    public var current: Digest { hash.withLock { $0.copy().finish() } }
}
