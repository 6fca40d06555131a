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
