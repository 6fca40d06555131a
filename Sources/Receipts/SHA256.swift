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
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Algorithm.sha256.pointer, nil) == 1 else {
            fatalError("libcrypto offers no SHA-256")
        }
        self.context = context
    }

    /// A hash that begins as ``SignedBytes`` of this type do.
    public init(domain: SignedBytes.Domain) {
        self.init()
        update(Array(domain.rawValue.utf8) + [0])
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

    /// A hash of the same bytes so far, that goes its own way from here.
    public borrowing func copy() -> SHA256 { SHA256(copying: context) }

    private init(copying other: OpaquePointer) {
        guard let context = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(context, other) == 1 else {
            fatalError("libcrypto cannot hash")
        }
        self.context = context
    }

    /// The digest of everything.
    public consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        guard EVP_DigestFinal_ex(context, &bytes, nil) == 1 else { fatalError("libcrypto cannot hash") }
        return Digest(finished: bytes)
    }
}

/// Looked up once: for `EVP_sha256()` libcrypto would search its providers at each hash.
///
/// `@unchecked Sendable`: a constant pointer to an `EVP_MD` that nobody changes or frees (openssl-threads(7)).
private struct Algorithm: @unchecked Sendable {
    let pointer: OpaquePointer?

    static let sha256 = Algorithm(pointer: EVP_MD_fetch(nil, "SHA256", nil) ?? EVP_sha256())
}
