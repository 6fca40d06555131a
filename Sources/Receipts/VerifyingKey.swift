internal import COpenSSL

/// The public half of a key that signs statements: Ed25519 (the relay's and the agents') or P-256 (the operators').
public struct VerifyingKey: Hashable, Sendable {
    /// What signs.
    public enum Algorithm: Hashable, Sendable {
        /// Ed25519 (RFC 8032): 32 bytes, signatures of 64.
        case ed25519
        /// ECDSA on P-256 with SHA-256: 65 bytes, the uncompressed point; signatures are DER `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
        case p256
    }

    /// The length of an Ed25519 key in bytes.
    public static let byteCount = 32
    /// The length of an Ed25519 signature in bytes.
    public static let signatureByteCount = 64
    /// The length of a P-256 key in bytes.
    public static let pointByteCount = 65

    /// What signs.
    public let algorithm: Algorithm
    /// The 32 bytes of RFC 8032 §5.1.5, or the 65 of SEC 1 §2.3.3.
    public let bytes: [UInt8]

    /// A key from its bytes; `nil` for any other length, for a point that is not on the curve, and for one of small order.
    public init?(bytes: [UInt8]) {
        switch bytes.count {
        case Self.byteCount: algorithm = .ed25519
        case Self.pointByteCount where bytes.first == 0x04: algorithm = .p256
        default: return nil
        }
        self.bytes = bytes
        switch algorithm {
        case .ed25519: guard !Self.hasSmallOrder(bytes) else { return nil }
        case .p256: guard withKey({ _ in true }) == true else { return nil }
        }
    }

    /// Whether an Ed25519 key is one of the curve's points of order 1, 2, 4 or 8, in any spelling. Under such a key one signature fits
    /// many messages (RFC 8032 §8.9 leaves the choice to protocols), so that its holder could deny what they signed.
    private static func hasSmallOrder(_ bytes: [UInt8]) -> Bool {
        var y = bytes
        // The top bit is the sign of x and says nothing about the order.
        y[byteCount - 1] &= 0x7F
        return smallOrder.contains(y)
    }

    /// The y coordinates of those points, little endian: 1, -1 (p - 1), 0, the two of order 8, and p and p + 1, which are 0 and 1 again.
    private static let smallOrder: Set<[UInt8]> = Set(
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ].compactMap(Hexadecimal.decode)
    )

    /// The P-256 key of a SubjectPublicKeyInfo (RFC 5480 §2) with an uncompressed point; `nil` for any other.
    public init?(p256SubjectPublicKeyInfo der: [UInt8]) {
        guard der.count == Self.p256Prefix.count + Self.pointByteCount, der.starts(with: Self.p256Prefix) else {
            return nil
        }
        self.init(bytes: Array(der.dropFirst(Self.p256Prefix.count)))
    }

    /// A key from its lowercase hexadecimal digits; `nil` for anything else.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// Lowercase hexadecimal digits, two a byte.
    public var hex: String { Hexadecimal.encode(bytes) }

    /// The DER of the key's SubjectPublicKeyInfo (RFC 8410 §4, RFC 5480 §2), whose SHA-256 pins and certificates go by.
    public var subjectPublicKeyInfo: [UInt8] {
        switch algorithm {
        case .ed25519: [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00] + bytes
        case .p256: Self.p256Prefix + bytes
        }
    }

    /// Whether `signature` is this key's signature of `message`; false for a signature of any wrong form.
    public func isValid(_ signature: [UInt8], for message: SignedBytes) -> Bool {
        guard algorithm == .p256 || signature.count == Self.signatureByteCount else { return false }
        return withKey { key in
            guard let context = EVP_MD_CTX_new() else { return false }
            defer { EVP_MD_CTX_free(context) }
            // Ed25519 hashes by itself.
            let digest = algorithm == .p256 ? EVP_sha256() : nil
            return EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1
                && EVP_DigestVerify(context, signature, signature.count, message.bytes, message.bytes.count) == 1
        } ?? false
    }

    /// SubjectPublicKeyInfo of a P-256 key up to its point: SEQUENCE, id-ecPublicKey, prime256v1, BIT STRING (RFC 5480 §2).
    private static let p256Prefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]

    /// Lends the key as OpenSSL has it; `nil` where libcrypto does not take it.
    private func withKey<Result>(_ body: (OpaquePointer) -> Result) -> Result? {
        ERR_clear_error()
        defer { ERR_clear_error() }
        let key =
            switch algorithm {
            case .ed25519: EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count)
            case .p256:
                subjectPublicKeyInfo.withUnsafeBufferPointer { der in
                    var cursor = der.baseAddress
                    return d2i_PUBKEY(nil, &cursor, der.count)
                }
            }
        guard let key else { return nil }
        defer { EVP_PKEY_free(key) }
        return body(key)
    }
}
