import COpenSSL

/// A public key, held as its SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
public struct PublicKey: Sendable, Hashable {
    /// Which algorithm the key is for.
    public enum Algorithm: String, Sendable {
        /// ECDSA on P-256 with SHA-256; signatures are DER `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
        case p256
        /// Ed25519 (RFC 8032); signatures are 64 bytes.
        case ed25519
        /// Any other; such keys appear in foreign certificates and verify no signature here.
        case other
    }

    /// The DER of the SubjectPublicKeyInfo.
    public let der: [UInt8]

    /// SHA-256 of `der`, 32 bytes: what a pin is compared with.
    public let spkiSHA256: [UInt8]

    /// Which algorithm the key is for.
    public let algorithm: Algorithm

    /// Parses a SubjectPublicKeyInfo. Throws `invalidInput` for anything else, trailing bytes included.
    public init(der: [UInt8]) throws {
        OpenSSLErrorQueue.clear()
        var cursor: UnsafePointer<UInt8>?
        let parsed = der.withUnsafeBufferPointer { bytes -> (OpaquePointer?, Bool) in
            cursor = bytes.baseAddress
            let key = d2i_PUBKEY(nil, &cursor, bytes.count)
            return (key, cursor == bytes.baseAddress.map { $0 + bytes.count })
        }
        guard let key = parsed.0 else { throw OpenSSLErrorQueue.error(.invalidInput, "not a public key") }
        defer { EVP_PKEY_free(key) }
        guard parsed.1 else { throw TLSError(.invalidInput, "bytes after the public key") }
        try self.init(key: key)
    }

    /// The public half of `key`, re-encoded, so that one key has one form.
    init(key: OpaquePointer) throws {
        der = try derBytes("encode a public key") { i2d_PUBKEY(key, $0) }
        spkiSHA256 = sha256(der)
        algorithm = Algorithm(key: key)
    }

    /// Whether `signature` is this key's over `message`. Never throws: what cannot be verified is not valid.
    public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
        guard algorithm != .other else { return false }
        return
            (try? withKey { key in
                guard let context = EVP_MD_CTX_new() else { return false }
                defer { EVP_MD_CTX_free(context) }
                let digest = algorithm == .p256 ? EVP_sha256() : nil
                guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else { return false }
                return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
            }) ?? false
    }

    func withKey<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        OpenSSLErrorQueue.clear()
        let key = der.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return d2i_PUBKEY(nil, &cursor, bytes.count)
        }
        guard let key else { throw OpenSSLErrorQueue.error(.cryptoFailed, "decode a public key") }
        defer { EVP_PKEY_free(key) }
        return try body(key)
    }

    /// Equal when the encoded keys are.
    public static func == (left: PublicKey, right: PublicKey) -> Bool { left.der == right.der }

    /// Hashes the encoded key.
    public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension PublicKey.Algorithm {
    init(key: OpaquePointer) {
        if EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 {
            self = .ed25519
        } else if EVP_PKEY_get_id(key) == EVP_PKEY_EC, Self.group(of: key) == "prime256v1" {
            self = .p256
        } else {
            self = .other
        }
    }

    private static func group(of key: OpaquePointer) -> String? {
        var length = 0
        var name = [UInt8](repeating: 0, count: 64)
        let found = name.withUnsafeMutableBytes { bytes in
            EVP_PKEY_get_group_name(key, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, &length)
        }
        guard found == 1, length <= name.count else { return nil }
        return String(decoding: name.prefix(length), as: UTF8.self)
    }
}
