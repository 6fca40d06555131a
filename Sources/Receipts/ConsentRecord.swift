import Contracts
import FoundationEssentials

/// What operator and client agreed to, signed by both: the one record of a consent. The relay commits it, and the clock starts
/// with that commit; both ends keep a copy.
///
/// ```json
/// {"approval":"each","authority":"…","category":"question","client":{"key":"…","machine":"till"},"contract":"acme",
///  "contractHash":"…","contractVersion":3,"exporterHash":"…","grants":["run"],"invitation":"i-…","kind":"lotse-consent",
///  "operator":{"key":"…","name":"jana"},"price":{…},"purpose":"…","room":"4821","session":"s-…","signatures":[…],"version":1}
/// ```
public struct ConsentRecord: Hashable, Sendable, Codable {
    /// How the client wants to be asked during the session.
    public enum Approval: String, Hashable, Sendable, Codable {
        /// Before each action.
        case each
        /// Once, for the whole session.
        case session
    }

    /// The operator's side.
    public struct Operator: Hashable, Sendable, Codable {
        /// The name that the certificate proves.
        public var name: String
        /// The certificate's P-256 key in hexadecimal.
        public var key: String
    }

    /// The client's side.
    public struct Client: Hashable, Sendable, Codable {
        /// The agent's Ed25519 key in hexadecimal.
        public var key: String
        /// The name of the client's machine, as it says itself.
        public var machine: String
    }

    /// What the client answered to the terms.
    public struct Answer: Hashable, Sendable {
        /// What is allowed, at most what was asked for.
        public var grants: [String]
        /// How the client wants to be asked.
        public var approval: Approval
        /// The name of the client's machine.
        public var machine: String
        /// The agent's key.
        public var key: VerifyingKey

        /// An answer from its parts.
        public init(grants: [String], approval: Approval, machine: String, key: VerifyingKey) {
            self.grants = grants
            self.approval = approval
            self.machine = machine
            self.key = key
        }
    }

    /// Always `lotse-consent`.
    public private(set) var kind = Self.kind
    /// The version of this form.
    public private(set) var version = Self.version
    /// The session's id.
    public let session: String
    /// The invitation's id.
    public let invitation: String
    /// The room's digits.
    public let room: String
    /// SPKI SHA-256 of the relay's authority, in hexadecimal.
    public let authority: String
    /// The contract's id.
    public let contract: String
    /// The contract's version.
    public let contractVersion: Int64
    /// SHA-256 of the contract's canonical bytes.
    public let contractHash: Digest
    /// The category's id.
    public let category: String
    /// What the session is for.
    public let purpose: String
    /// The price at the moment of the offer.
    public let price: Terms.Price
    /// What the client allowed.
    public let grants: [String]
    /// How the client wants to be asked.
    public let approval: Approval
    /// The consumer's express request to begin before the time to withdraw is over; nil where nobody has to ask for that.
    public let requestsEarlyStart: Bool?
    /// Who helps.
    public let `operator`: Operator
    /// Who is helped.
    public let client: Client
    /// SHA-256 of the bytes that the connection exports: two connections never have the same.
    public let exporterHash: Digest
    /// The operator's and the client's, in this order; fewer while it is being signed.
    public private(set) var signatures: [Signature] = []

    /// The record of an answer to terms, without signatures. Both ends make it for themselves from what they know.
    ///
    /// - Parameters:
    ///   - contractID: the id that the contract in `terms` carries.
    ///   - operatorKey: the key of the operator's certificate.
    ///   - exporter: the bytes that the connection exports, see ``OperatorProof``.
    ///   - requestsEarlyStart: what ``Terms/asksForEarlyStart(under:)`` says.
    public init(
        _ terms: Terms,
        contractID: String,
        requestsEarlyStart: Bool = false,
        answer: Answer,
        operatorKey: VerifyingKey,
        exporter: [UInt8]
    ) {
        session = terms.session
        invitation = terms.invitation
        room = terms.room
        authority = terms.authority
        contract = contractID
        contractVersion = terms.contractVersion
        contractHash = .sha256(terms.contract)
        category = terms.category
        purpose = terms.purpose
        price = terms.price
        grants = answer.grants
        approval = answer.approval
        self.requestsEarlyStart = requestsEarlyStart ? true : nil
        `operator` = Operator(name: terms.operator, key: operatorKey.hex)
        client = Client(key: answer.key.hex, machine: answer.machine)
        exporterHash = .sha256(exporter)
    }

    /// Reads the canonical form; says nothing yet about the signatures.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes()`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= Self.longest,
            let record = try? JSONDecoder().decode(ConsentRecord.self, from: Data(bytes)),
            record.kind == Self.kind, record.version == Self.version, (try? record.canonicalBytes()) == bytes
        else { throw Self.malformed }
        self = record
    }

    /// The whole record with its signatures, as it is stored and sent.
    ///
    /// - Throws: `badStatement` for numbers beyond ±(2^53 − 1).
    public func canonicalBytes() throws(ReceiptsError) -> [UInt8] { try .canonical(self, "a consent record") }

    /// What both sign.
    public func signedBytes() throws(ReceiptsError) -> SignedBytes { try .of(self, in: .consent, "a consent record") }

    /// What names the record everywhere else: SHA-256 of the signed bytes.
    public func hash() throws(ReceiptsError) -> Digest { try signedBytes().digest }

    /// The hash of a record in its canonical form with both signatures, without reading all that it says.
    ///
    /// - Throws: `badStatement` for bytes that do not end as a record does. Whether the rest is one is for ``init(canonical:)``.
    public static func hash(ofCanonical bytes: [UInt8]) throws(ReceiptsError) -> Digest {
        // The members' names are in order, and what no string can hold in canonical form begins the second last of them.
        let (member, end) = (Array(#","signatures":["#.utf8), Array(#","version":\#(version)}"#.utf8))
        guard bytes.count <= longest, bytes.suffix(end.count).elementsEqual(end),
            let start = bytes.indices.first(where: { bytes[$0] == member[0] && bytes[$0...].starts(with: member) })
        else { throw malformed }
        return SignedBytes(domain: .consent, canonical: bytes[..<start] + end).digest
    }

    /// The record with these signatures instead of its own.
    public func signed(_ signatures: [Signature]) -> ConsentRecord {
        var record = self
        record.signatures = signatures
        return record
    }

    /// Whether `other` says the same, whoever signed it.
    public func saysTheSame(as other: ConsentRecord) -> Bool {
        // By bytes: Swift's own `==` calls strings equal that Unicode normalizes alike.
        guard let own = try? signedBytes(), let others = try? other.signedBytes() else { return false }
        return own == others
    }

    /// Whether it carries the signatures of the operator and the client that it names, and no others.
    public var isSignedByBoth: Bool {
        signatures.map(\.by) == [.operator, .client] && isSigned(by: .operator) && isSigned(by: .client)
    }

    /// Whether one of the two that it names signed it.
    public func isSigned(by signer: Signature.Signer) -> Bool {
        let key: VerifyingKey? =
            switch signer {
            case .operator: VerifyingKey(hex: `operator`.key)
            case .client: VerifyingKey(hex: client.key).flatMap { $0.algorithm == .ed25519 ? $0 : nil }
            case .relay: nil
            }
        guard let key, let message = try? signedBytes() else { return false }
        return signatures.contains { $0.by == signer && $0.isValid(for: message, by: key) }
    }

    private static let kind = "lotse-consent"
    private static let version: Int64 = 1
    private static var malformed: ReceiptsError {
        ReceiptsError(.badStatement, "these bytes are not a consent record in its canonical form")
    }
    /// The longest record, in bytes: purpose and names are short.
    private static let longest = 32 * 1024
}
