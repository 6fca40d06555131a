internal import COpenSSL

/// SHA-256 of bytes that arrive piece by piece.
///
/// ```swift
/// var hash = SHA256()
/// hash.update(first)
/// hash.update(second)
/// let digest = hash.finish()
/// ```
///
/// libcrypto refuses these calls only where memory has run out or its installation is broken; neither depends on the
/// bytes that are hashed, and nothing sensible can follow, so that both stop the program.
public struct SHA256: ~Copyable {
    /// The length of a digest in bytes.
    public static let byteCount = 32

    private let context: OpaquePointer

    /// A hash of nothing so far.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            fatalError("libcrypto offers no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Hashes `bytes` after all that came before.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Hashes `bytes` after all that came before.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            fatalError("libcrypto cannot hash")
        }
    }

    /// The digest of everything.
    public consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        guard EVP_DigestFinal_ex(context, &bytes, nil) == 1 else { fatalError("libcrypto cannot hash") }
        return Digest(finished: bytes)
    }
}
