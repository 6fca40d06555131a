import COpenSSL

/// A private key. Its bytes live in OpenSSL's memory alone and are wiped when the last copy is dropped
/// (`EVP_PKEY_free` clears the scalar of P-256 and of Ed25519 keys).
public struct PrivateKey: Sendable {
    /// The algorithms that keys are made for.
    public enum Algorithm: Sendable {
        /// ECDSA on P-256 with SHA-256.
        case p256
        /// Ed25519 (RFC 8032).
        case ed25519
    }

    /// The public half.
    public let publicKey: PublicKey

    private let storage: Storage

    /// A fresh random key.
    public static func generate(_ algorithm: Algorithm) throws -> PrivateKey {
        OpenSSLErrorQueue.clear()
        let key =
            switch algorithm {
            case .p256: lotse_generate_p256()
            case .ed25519: lotse_generate_ed25519()
            }
        guard let key else { throw OpenSSLErrorQueue.error(.cryptoFailed, "make a key") }
        return try PrivateKey(adopting: Storage(key))
    }

    /// Reads an unencrypted PEM key (PKCS #8 or SEC 1). Throws `invalidInput` for anything but P-256 and Ed25519.
    public init(pem: String) throws {
        let storage = try MemoryBIO.reading(pem) { bio in
            // The callback refuses encrypted keys: OpenSSL's own would ask on the terminal.
            guard let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil) else {
                throw OpenSSLErrorQueue.error(.invalidInput, "not an unencrypted private key in PEM")
            }
            return Storage(key)
        }
        try self.init(adopting: storage)
    }

    private init(adopting storage: Storage) throws {
        self.storage = storage
        publicKey = try PublicKey(key: storage.pointer)
        guard publicKey.algorithm != .other else {
            throw TLSError(.invalidInput, "a private key that is neither P-256 nor Ed25519")
        }
    }

    /// The key as unencrypted PKCS #8 PEM. The text is a secret: write it with mode 0600 only.
    public func pem() throws -> String {
        try withKey { key in
            try MemoryBIO.writing("encode a private key") {
                PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
            }
        }
    }

    /// Signs `message`: ECDSA with SHA-256 (DER) for P-256, 64 bytes for Ed25519.
    public func sign(_ message: [UInt8]) throws -> [UInt8] {
        try withKey { key in
            OpenSSLErrorQueue.clear()
            guard let context = EVP_MD_CTX_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "sign") }
            defer { EVP_MD_CTX_free(context) }
            var count = 0
            guard EVP_DigestSignInit(context, nil, digest, nil, key) == 1,
                EVP_DigestSign(context, nil, &count, message, message.count) == 1
            else { throw OpenSSLErrorQueue.error(.cryptoFailed, "sign") }
            var signature = [UInt8](repeating: 0, count: count)
            guard EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count <= signature.count
            else { throw OpenSSLErrorQueue.error(.cryptoFailed, "sign") }
            signature.removeLast(signature.count - count)
            return signature
        }
    }

    /// The digest that goes with the key in signatures; Ed25519 has its own.
    var digest: OpaquePointer? {
        publicKey.algorithm == .p256 ? EVP_sha256() : nil
    }

    /// Lends the key to `body`, which must not keep or change it.
    func withKey<Result>(_ body: (OpaquePointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) { try body(storage.pointer) }
    }

    /// Owner of the `EVP_PKEY`.
    private final class Storage: Sendable {
        // Safe: the key is never changed after this object exists, and OpenSSL allows any number of threads to
        // use one immutable EVP_PKEY, each with contexts of its own (openssl-threads(7)); its reference count is atomic.
        nonisolated(unsafe) let pointer: OpaquePointer

        init(_ pointer: OpaquePointer) { self.pointer = pointer }

        deinit { EVP_PKEY_free(pointer) }
    }
}
