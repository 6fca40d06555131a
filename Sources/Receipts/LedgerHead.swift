import Contracts
import FoundationEssentials

/// The end of the ledger, signed: how many entries there are and what the last one hashes to.
///
/// Two heads of one ledger tell whether it only grew: the entry at the older head's count must still have its hash.
///
/// ```json
/// {"count":2,"hash":"…","kind":"lotse-ledger-head","signatures":[{"by":"relay","key":"…","signature":"…"}],"version":1}
/// ```
public struct LedgerHead: Hashable, Sendable {
    /// The number of entries, at least 1: a ledger begins with the entry that records its creation.
    public let count: Int64
    /// The hash of the last entry.
    public let hash: Digest
    /// The relay's signature.
    public let signature: Signature

    /// A head that `key` signs.
    public init(count: Int64, hash: Digest, signedBy key: SigningKey) throws(ReceiptsError) {
        self.count = count
        self.hash = hash
        signature = try Signature(by: .relay, of: Self.signedBytes(count, hash), with: key)
    }

    /// Reads the canonical form; says nothing yet about the signature.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= 4096,
            let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)),
            form.kind == Self.kind, form.version == Self.version, form.count >= 1,
            let signature = form.signatures.first, form.signatures.count == 1, signature.by == .relay
        else { throw Self.malformed }
        count = form.count
        hash = form.hash
        self.signature = signature
        guard canonicalBytes == bytes else { throw Self.malformed }
    }

    /// The whole statement with its signature, as it is stored and sent.
    public var canonicalBytes: [UInt8] { json.canonicalBytes }

    /// The whole statement with its signature.
    public var json: JSONValue {
        guard case .object(var members) = Self.statement(count, hash) else { return .null }
        members["signatures"] = .array([signature.json])
        return .object(members)
    }

    /// Whether `key` signed this head.
    public func isSigned(by key: VerifyingKey) -> Bool {
        signature.by == .relay && signature.isValid(for: Self.signedBytes(count, hash), by: key)
    }

    private static let kind = "lotse-ledger-head"
    private static let version: Int64 = 1
    private static let malformed = ReceiptsError(.badStatement, "these bytes are not a signed ledger head")

    private struct Form: Decodable {
        let kind: String
        let version: Int64
        let count: Int64
        let hash: Digest
        let signatures: [Signature]
    }

    private static func statement(_ count: Int64, _ hash: Digest) -> JSONValue {
        [
            "kind": .string(kind), "version": .integer(version), "count": .integer(count), "hash": .string(hash.hex),
        ]
    }

    private static func signedBytes(_ count: Int64, _ hash: Digest) -> SignedBytes {
        SignedBytes(domain: .ledgerHead, statement: statement(count, hash))
    }
}
