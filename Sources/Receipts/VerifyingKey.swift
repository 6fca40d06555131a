internal import COpenSSL

/// The public half of an Ed25519 key: 32 bytes.
public struct VerifyingKey: Hashable, Sendable {
    /// The length of a key in bytes.
    public static let byteCount = 32
    /// The length of a signature in bytes.
    public static let signatureByteCount = 64

    /// The 32 bytes of RFC 8032 §5.1.5.
    public let bytes: [UInt8]

    /// A key from its 32 bytes; `nil` for any other length.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// A key from 64 lowercase hexadecimal digits; `nil` for anything else.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 lowercase hexadecimal digits.
    public var hex: String { Hexadecimal.encode(bytes) }

    /// Whether `signature` is this key's signature of `message`; false for a signature of any wrong form.
    public func isValid(_ signature: [UInt8], for message: SignedBytes) -> Bool {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard signature.count == Self.signatureByteCount,
            let key = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message.bytes, message.bytes.count) == 1
    }
}
