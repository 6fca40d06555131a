import Contracts
import Receipts
import TLS

/// The end of the ledger as the relay signs it.
public struct SignedHead: Codable, Sendable, Equatable {
    /// How many entries there are.
    public var count: Int64
    /// Hash of the last one, in hexadecimal.
    public var hash: String
    /// Ed25519 signature by `ledger.key`, in hexadecimal.
    public var signature: String

    /// A head.
    public init(count: Int64, hash: String, signature: String) {
        self.count = count
        self.hash = hash
        self.signature = signature
    }
}

extension SignedHead {
    /// Whether a key signed it that `authority` certified for signing.
    ///
    /// - Parameter certificate: that key's certificate, as the relay shows it.
    public func isSigned(by certificate: Certificate, of authority: Certificate) -> Bool {
        guard let key = certificate.ledgerKey(of: authority) else { return false }
        let own: JSONValue = ["by": "relay", "key": .string(key.hex), "signature": .string(signature)]
        let statement: JSONValue = [
            "kind": "lotse-ledger-head", "version": 1, "count": .integer(count), "hash": .string(hash),
            "signatures": [own],
        ]
        return (try? LedgerHead(canonical: statement.canonicalBytes))?.isSigned(by: key) ?? false
    }

    /// What the certificate of `ledger.key` is for, as its URI says it: an operator's must not sign heads.
    public static let keyURI = "lotse:ledger"
}

extension Certificate {
    /// The key of a relay's ledger, where this is its certificate and `authority` issued it; nil otherwise.
    public func ledgerKey(of authority: Certificate) -> VerifyingKey? {
        guard isSigned(by: authority), !isAuthority, uris == [SignedHead.keyURI], publicKey.algorithm == .ed25519 else {
            return nil
        }
        // RFC 8410 §4: the SubjectPublicKeyInfo of an Ed25519 key ends in its 32 bytes.
        return VerifyingKey(bytes: Array(publicKey.der.suffix(VerifyingKey.byteCount)))
    }
}

/// `GET /v1/ledger/head?after=N`.
public struct HeadAnswer: Codable, Sendable {
    /// The head now.
    public var head: SignedHead
    /// Hash of entry N, so that the asker sees that its own last head is still part of the chain.
    public var hashAtCount: String?
    /// Certificate of the key that signed, in PEM, issued by the authority.
    public var certificate: String

    /// An answer.
    public init(head: SignedHead, hashAtCount: String?, certificate: String) {
        self.head = head
        self.hashAtCount = hashAtCount
        self.certificate = certificate
    }
}
