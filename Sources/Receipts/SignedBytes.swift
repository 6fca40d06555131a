import Contracts

/// The one form in which a statement is hashed or signed: its domain, a zero byte, and its RFC 8785 JSON without the member `signatures`.
///
/// The domain keeps a signature under one type of statement from being shown under another.
public struct SignedBytes: Hashable, Sendable {
    /// The type of a statement, as it stands in front of its signed bytes.
    public struct Domain: RawRepresentable, Hashable, Sendable {
        /// The domain string: ASCII without a zero byte.
        public let rawValue: String

        /// A domain of one's own; the string must not contain a zero byte.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// One entry of the ledger.
        public static let ledgerEntry = Domain(rawValue: "lotse/1 ledger entry")
        /// What operator and client agreed to.
        public static let consent = Domain(rawValue: "lotse/1 consent")
        /// What the ends say before a tunnel closes.
        public static let closing = Domain(rawValue: "lotse/1 closing statement")
        /// The proof of service of one session.
        public static let receipt = Domain(rawValue: "lotse/1 receipt")
        /// What an operator adds to a session that has its receipt.
        public static let addendum = Domain(rawValue: "lotse/1 addendum")
        /// What a client says to going on beyond the agreed upper limit.
        public static let capAnswer = Domain(rawValue: "lotse/1 cap answer")
        /// Who offers terms, in one connection and no other.
        public static let operatorProof = Domain(rawValue: "lotse/1 operator proof")
        /// Who takes a session up again, in one connection and no other.
        public static let operatorResumption = Domain(rawValue: "lotse/1 operator resume")
        /// The ledger's count and last hash.
        public static let ledgerHead = Domain(rawValue: "lotse/1 ledger head")
    }

    /// Domain, zero byte, canonical JSON.
    public let bytes: [UInt8]

    /// The signed bytes of `statement`; a top-level member `signatures` is left out.
    public init(domain: Domain, statement: JSONValue) {
        var statement = statement
        if case .object(var members) = statement {
            members["signatures"] = nil
            statement = .object(members)
        }
        self.init(domain: domain, canonical: statement.canonicalBytes)
    }

    /// The signed bytes of a statement that is canonical already and has no member `signatures`.
    public init(domain: Domain, canonical: some Sequence<UInt8>) {
        bytes = Array(domain.rawValue.utf8) + [0] + canonical
    }

    /// SHA-256 of the bytes.
    public var digest: Digest { Digest.sha256(bytes) }
}
