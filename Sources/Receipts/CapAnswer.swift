import Contracts
import FoundationEssentials

/// A client's answer to the question whether a session goes on beyond the agreed upper limit; signed by the client, since it is about
/// money that they did not agree to before (rule 12).
public struct CapAnswer: Hashable, Sendable, Codable {
    /// What is limited.
    public enum Limit: String, Hashable, Sendable, Codable {
        /// One session.
        case session
        /// A month's work without its fee.
        case month
    }

    /// Always `lotse-cap-answer`.
    public private(set) var kind = Self.kind
    /// The version of this form.
    public private(set) var version = Self.version
    /// The session's id.
    public let session: String
    /// Hash of the consent record.
    public let consentHash: Digest
    /// Which limit.
    public let limit: Limit
    /// How much it is, in cents.
    public let capCents: Int64
    /// Whether the session goes on.
    public let accepts: Bool
    /// The client's signature.
    public private(set) var signatures: [Signature] = []

    /// An answer without a signature.
    public init(session: String, consentHash: Digest, limit: Limit, capCents: Int64, accepts: Bool) {
        self.session = session
        self.consentHash = consentHash
        self.limit = limit
        self.capCents = capCents
        self.accepts = accepts
    }

    /// Reads the canonical form; says nothing yet about the signature.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes()`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= Self.longest, let answer = try? JSONDecoder().decode(CapAnswer.self, from: Data(bytes)),
            answer.kind == Self.kind, answer.version == Self.version, (try? answer.canonicalBytes()) == bytes
        else { throw ReceiptsError(.badStatement, "these bytes are not an answer to a cap in its canonical form") }
        self = answer
    }

    /// The whole answer with its signature, as it is stored and sent.
    public func canonicalBytes() throws(ReceiptsError) -> [UInt8] { try .canonical(self, "an answer to a cap") }

    /// What is signed.
    public func signedBytes() throws(ReceiptsError) -> SignedBytes {
        try .of(self, in: .capAnswer, "an answer to a cap")
    }

    /// The answer with this signature instead of its own.
    public func signed(_ signature: Signature) -> CapAnswer {
        var answer = self
        answer.signatures = [signature]
        return answer
    }

    /// Whether the client of a consent signed it, and it is about that consent.
    public func isSigned(under consent: ConsentRecord) -> Bool {
        guard session == consent.session, (try? consent.hash()) == consentHash, let message = try? signedBytes(),
            signatures.count == 1, let own = signatures.first, own.by == .client,
            let key = VerifyingKey(hex: consent.client.key)
        else { return false }
        return own.isValid(for: message, by: key)
    }

    private static let kind = "lotse-cap-answer"
    private static let version: Int64 = 1
    private static let longest = 8 * 1024
}
