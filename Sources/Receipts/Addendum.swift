import Contracts
import FoundationEssentials

/// What an operator writes under a session that ended before they could say what was done; signed by them.
public struct Addendum: Hashable, Sendable, Codable {
    /// Always `lotse-addendum`.
    public private(set) var kind = Self.kind
    /// The version of this form.
    public private(set) var version = Self.version
    /// The session's id.
    public let session: String
    /// The operator's name.
    public let `operator`: String
    /// What was done.
    public let text: String
    /// The operator's signature.
    public private(set) var signatures: [Signature] = []

    /// An addendum without a signature.
    public init(session: String, operator: String, text: String) {
        self.session = session
        self.operator = `operator`
        self.text = text
    }

    /// Reads the canonical form; says nothing yet about the signature.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes()`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= Self.longest, let addendum = try? JSONDecoder().decode(Addendum.self, from: Data(bytes)),
            addendum.kind == Self.kind, addendum.version == Self.version, (try? addendum.canonicalBytes()) == bytes
        else { throw ReceiptsError(.badStatement, "these bytes are not an addendum in its canonical form") }
        self = addendum
    }

    /// The whole addendum with its signature, as it is stored and sent.
    public func canonicalBytes() throws(ReceiptsError) -> [UInt8] { try .canonical(self, "an addendum") }

    /// What is signed.
    public func signedBytes() throws(ReceiptsError) -> SignedBytes { try .of(self, in: .addendum, "an addendum") }

    /// The addendum with this signature instead of its own.
    public func signed(_ signature: Signature) -> Addendum {
        var addendum = self
        addendum.signatures = [signature]
        return addendum
    }

    /// Whether the operator signed it with this key, and nobody else.
    public func isSigned(with key: VerifyingKey) -> Bool {
        guard let message = try? signedBytes(), signatures.count == 1, let own = signatures.first else { return false }
        return own.by == .operator && own.isValid(for: message, by: key)
    }

    private static let kind = "lotse-addendum"
    private static let version: Int64 = 1
    private static let longest = 32 * 1024
}
