import Contracts

/// One signature under a statement: who, with which key.
public struct Signature: Hashable, Sendable, Codable {
    /// The end that signed.
    public enum Signer: String, Hashable, Sendable, Codable {
        /// The relay, with `ledger.key`.
        case relay
        /// The operator, with the key of their certificate.
        case `operator`
        /// The client, with the agent's key.
        case client
    }

    /// The end that signed.
    public let by: Signer
    /// The public key, lowercase hexadecimal.
    public let key: String
    /// The signature, lowercase hexadecimal.
    public let signature: String

    /// A signature that was read or made elsewhere.
    public init(by: Signer, key: String, signature: String) {
        self.by = by
        self.key = key
        self.signature = signature
    }

    /// Signs `message` with an Ed25519 key.
    public init(by: Signer, of message: SignedBytes, with key: SigningKey) throws(ReceiptsError) {
        self.init(by: by, key: key.verifyingKey.hex, signature: Hexadecimal.encode(try key.sign(message)))
    }

    /// Signs `message` with a key that is held elsewhere, such as an operator's P-256 key.
    ///
    /// - Parameter sign: gives the signature of the bytes.
    public init(
        by: Signer,
        of message: SignedBytes,
        key: VerifyingKey,
        sign: (_ bytes: [UInt8]) throws -> [UInt8]
    ) rethrows {
        self.init(by: by, key: key.hex, signature: Hexadecimal.encode(try sign(message.bytes)))
    }

    /// Whether this is the signature of `message` by `key`.
    public func isValid(for message: SignedBytes, by key: VerifyingKey) -> Bool {
        guard self.key == key.hex, let bytes = Hexadecimal.decode(signature) else { return false }
        return key.isValid(bytes, for: message)
    }

    var json: JSONValue {
        .object(["by": .string(by.rawValue), "key": .string(key), "signature": .string(signature)])
    }
}
