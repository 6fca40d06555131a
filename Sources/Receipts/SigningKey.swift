internal import COpenSSL

/// The secret half of an Ed25519 key (RFC 8032).
///
/// libcrypto overwrites the secret when the last reference goes (`ECX_KEY` is freed with `OPENSSL_secure_clear_free`).
///
/// `@unchecked Sendable`: the one property is a constant pointer to an `EVP_PKEY` that nobody changes after `init`, and
/// libcrypto allows a key that does not change to be used on several threads at once (openssl-threads(7)).
public final class SigningKey: @unchecked Sendable {
    private let key: OpaquePointer
    /// The public half.
    public let verifyingKey: VerifyingKey

    private init(owning key: OpaquePointer) throws(ReceiptsError) {
        var bytes = [UInt8](repeating: 0, count: VerifyingKey.byteCount)
        var count = bytes.count
        guard EVP_PKEY_is_a(key, "ED25519") == 1,
            EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1,
            let verifyingKey = VerifyingKey(bytes: bytes)
        else {
            EVP_PKEY_free(key)
            throw ReceiptsError(.badKey, "the key is not an Ed25519 key; make a new one")
        }
        self.key = key
        self.verifyingKey = verifyingKey
    }

    deinit { EVP_PKEY_free(key) }

    /// A fresh key from the system's randomness.
    public static func generate() throws(ReceiptsError) -> SigningKey {
        ERR_clear_error()
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "ED25519", nil) else { throw .refused("make a key") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_generate(context, &key) == 1, let key else {
            throw .refused("make a key")
        }
        return try SigningKey(owning: key)
    }

    /// Reads an unencrypted PEM file's bytes (PKCS #8, RFC 5958). The caller wipes `pem`.
    public convenience init(pem: [UInt8]) throws(ReceiptsError) {
        ERR_clear_error()
        guard let count = Int32(exactly: pem.count), let bio = pem.withUnsafeBytes({ Self.copy($0, count) }) else {
            throw .refused("read a key")
        }
        defer { BIO_free(bio) }
        // Without a callback of ours libcrypto would ask for a passphrase on the terminal.
        guard let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil) else {
            ERR_clear_error()
            throw ReceiptsError(.badKey, "the file is not an unencrypted private key in PEM form")
        }
        try self.init(owning: key)
    }

    /// Calls `body` with the key as unencrypted PEM (PKCS #8) and wipes those bytes afterwards.
    public func withPEM<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        ERR_clear_error()
        // A secmem BIO wipes its memory when freed.
        guard let bio = BIO_new(BIO_s_secmem()) else { throw ReceiptsError.refused("write a key") }
        defer { BIO_free(bio) }
        guard PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil) == 1 else {
            throw ReceiptsError.refused("write a key")
        }
        var bytes: UnsafeMutableRawPointer?
        let count = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &bytes)
        return try body(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The 64-byte signature of `message`.
    public func sign(_ message: SignedBytes) throws(ReceiptsError) -> [UInt8] {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw .refused("sign") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureByteCount)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message.bytes, message.bytes.count) == 1,
            count == signature.count
        else { throw .refused("sign") }
        return signature
    }

    /// A memory BIO with a copy of its own, in memory that is wiped when freed.
    private static func copy(_ bytes: UnsafeRawBufferPointer, _ count: Int32) -> OpaquePointer? {
        guard let bio = BIO_new(BIO_s_secmem()) else { return nil }
        guard count == 0 || BIO_write(bio, bytes.baseAddress, count) == count else {
            BIO_free(bio)
            return nil
        }
        return bio
    }
}

extension ReceiptsError {
    /// libcrypto's own reason is of use to nobody who reads the sentence; its error queue is emptied.
    static func refused(_ purpose: String) -> ReceiptsError {
        ERR_clear_error()
        return ReceiptsError(.cryptography, "the system's OpenSSL could not \(purpose); check its installation")
    }
}
