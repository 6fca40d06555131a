/// A SHA-256 digest: 32 bytes, written as 64 lowercase hexadecimal digits.
public struct Digest: Hashable, Sendable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// A digest from its 32 bytes; `nil` for any other length.
    public init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    /// A digest from 64 lowercase hexadecimal digits; `nil` for anything else.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    init(finished bytes: [UInt8]) { self.bytes = bytes }

    /// 64 lowercase hexadecimal digits.
    public var hex: String { Hexadecimal.encode(bytes) }

    /// 32 zero bytes: what the first entry of a chain names as the hash before it.
    public static let zero = Digest(finished: [UInt8](repeating: 0, count: SHA256.byteCount))

    /// The SHA-256 of `bytes`.
    public static func sha256(_ bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The SHA-256 of the UTF-8 bytes of `text`.
    public static func sha256(_ text: String) -> Digest { sha256(Array(text.utf8)) }
}

extension Digest: CustomStringConvertible {
    /// The hexadecimal digits.
    public var description: String { hex }
}

extension Digest: Codable {
    /// Reads 64 lowercase hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = Digest(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a SHA-256 is 64 lowercase hexadecimal digits"
            )
        }
        self = digest
    }

    /// Writes 64 lowercase hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
