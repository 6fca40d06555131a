import Contracts
import FoundationEssentials

/// What the ends say to each other before a session's tunnel closes, signed by both: it stands even if the relay withholds the end.
public struct ClosingStatement: Hashable, Sendable, Codable {
    /// Always `lotse-closing`.
    public private(set) var kind = Self.kind
    /// The version of this form.
    public private(set) var version = Self.version
    /// The session's id.
    public let session: String
    /// Hash of the consent record.
    public let consentHash: Digest
    /// Connected time by the agent's monotonic clock, in whole seconds.
    public let rawSeconds: Int64
    /// Stopped time by the same clock.
    public let pausedSeconds: Int64
    /// SHA-256 of the list of the session's actions (`Transcripts.SessionTranscript`): says nothing to whoever does not have the list.
    public let actionsDigest: Digest
    /// How often something was blacked out of logs before it left the client's machine, by kind; nil where nothing was.
    public let redactions: [String: Int64]?
    /// The client's signature, then the operator's.
    public private(set) var signatures: [Signature] = []

    /// A statement without signatures.
    public init(
        session: String,
        consentHash: Digest,
        rawSeconds: Int64,
        pausedSeconds: Int64,
        actionsDigest: Digest,
        redactions: [String: Int64] = [:]
    ) {
        self.session = session
        self.consentHash = consentHash
        self.rawSeconds = rawSeconds
        self.pausedSeconds = pausedSeconds
        self.actionsDigest = actionsDigest
        self.redactions = redactions.isEmpty ? nil : redactions
    }

    /// Reads the canonical form; says nothing yet about the signatures.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes()`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= Self.longest,
            let statement = try? JSONDecoder().decode(ClosingStatement.self, from: Data(bytes)),
            statement.kind == Self.kind, statement.version == Self.version,
            (try? statement.canonicalBytes()) == bytes, statement.rawSeconds >= 0, statement.pausedSeconds >= 0,
            statement.redactions?.isEmpty != true, statement.redactions?.values.allSatisfy({ $0 > 0 }) != false
        else { throw ReceiptsError(.badStatement, "these bytes are not a closing statement in its canonical form") }
        self = statement
    }

    /// The whole statement with its signatures, as it is sent.
    public func canonicalBytes() throws(ReceiptsError) -> [UInt8] { try .canonical(self, "a closing statement") }

    /// What both sign.
    public func signedBytes() throws(ReceiptsError) -> SignedBytes {
        try .of(self, in: .closing, "a closing statement")
    }

    /// The statement with these signatures instead of its own.
    public func signed(_ signatures: [Signature]) -> ClosingStatement {
        var statement = self
        statement.signatures = signatures
        return statement
    }

    /// Whether the two that a consent names signed it, and it is about that consent.
    public func isSigned(by signers: [Signature.Signer], of consent: ConsentRecord) -> Bool {
        guard session == consent.session, (try? consent.hash()) == consentHash, let message = try? signedBytes(),
            signatures.map(\.by) == signers
        else { return false }
        return signatures.allSatisfy { signature in
            let key = signature.by == .client ? consent.client.key : consent.operator.key
            return VerifyingKey(hex: key).map { signature.isValid(for: message, by: $0) } ?? false
        }
    }

    private static let kind = "lotse-closing"
    private static let version: Int64 = 1
    private static let longest = 8 * 1024
}

extension SignedBytes {
    /// The signed bytes of a statement.
    ///
    /// - Throws: `badStatement` for numbers beyond ±(2^53 − 1).
    static func of(_ statement: some Encodable, in domain: Domain, _ name: String) throws(ReceiptsError) -> SignedBytes
    {
        guard let json = try? JSONValue(encoding: statement), json.isInteroperable else {
            throw ReceiptsError(.badStatement, "\(name) with a number that no canonical form has")
        }
        return SignedBytes(domain: domain, statement: json)
    }
}
