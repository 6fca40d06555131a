import Contracts

/// # Receipts: what both ends can prove afterwards
///
/// This module turns statements into bytes and bytes into signatures; it reads and writes no file and no socket.
///
/// - ``Digest`` and ``SHA256`` hash.
/// - ``SigningKey`` and ``VerifyingKey`` are the two halves of an Ed25519 key (RFC 8032): the relay's `ledger.key`, the
///   agent's `agent.key`.
/// - ``SignedBytes`` is the one form in which a statement is hashed or signed: its domain, a zero byte, and its RFC 8785
///   JSON without the member `signatures`. The domain keeps a signature under one type of statement from being shown
///   under another.
/// - ``LedgerHead`` is the first such statement: how long the ledger is, and what its last entry hashes to.
///
/// All failures are ``ReceiptsError``.
public struct SignedBytes: Hashable, Sendable {
    /// The type of a statement, as it stands in front of its signed bytes.
    public struct Domain: RawRepresentable, Hashable, Sendable {
        /// The domain string: ASCII without a zero byte.
        public let rawValue: String

        /// A domain of one's own; the string must not contain a zero byte.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// One entry of the ledger.
        public static let ledgerEntry = Domain(rawValue: "lotse/1 ledger entry")
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
