/// What can go wrong with keys, signatures and signed statements.
public struct ReceiptsError: Error, Hashable, Sendable {
    /// The kind of failure, for programs.
    public enum Kind: Hashable, Sendable {
        /// The bytes are no Ed25519 key of the expected form.
        case badKey
        /// A signature does not belong to the statement and the key.
        case badSignature
        /// The bytes are not the statement that was expected.
        case badStatement
        /// libcrypto refused an operation.
        case cryptography
    }

    /// The kind of failure.
    public let kind: Kind
    /// One sentence for people: what failed, what to do next.
    public let diagnostics: String

    init(_ kind: Kind, _ diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }
}

extension ReceiptsError: CustomStringConvertible {
    /// The sentence.
    public var description: String { diagnostics }
}
