/// `POST /v1/join`: an agent with a room, and nothing else of the code.
public struct JoinRequest: Codable, Sendable {
    /// The room's 4 or 5 digits.
    public var room: String

    /// A request.
    public init(room: String) { self.room = room }
}

/// The answer to `JoinRequest`. Says nothing about the contract: anyone can guess a room.
public struct JoinAnswer: Codable, Sendable {
    /// The session token: good for one tunnel and one session, kept in memory only.
    public var token: String
    /// SPKI SHA-256 of the relay's authority, in hexadecimal.
    public var authority: String
    /// How long the agent may wait for the operator.
    public var waitSeconds: Int64

    /// An answer.
    public init(token: String, authority: String, waitSeconds: Int64) {
        self.token = token
        self.authority = authority
        self.waitSeconds = waitSeconds
    }
}

/// `POST /v1/consent`, by the agent: what client and operator agreed to. The clock starts when the relay commits it.
public struct ConsentRequest: Codable, Sendable {
    /// Canonical bytes of a `Receipts.ConsentRecord` with both signatures, as text.
    public var record: String

    /// A request.
    public init(record: String) { self.record = record }
}

/// The answer to `ConsentRequest`: the session runs.
public struct SessionStarted: Codable, Sendable {
    /// The session's id.
    public var session: String
    /// When the clock started.
    public var startedAt: Timestamp
    /// Longest time the session may take.
    public var maximumSeconds: Int64
    /// The ledger's signed head after the commit.
    public var head: SignedHead
    /// Certificate of the key that signed it, in PEM, issued by the authority.
    public var certificate: String

    /// An answer.
    public init(
        session: String,
        startedAt: Timestamp,
        maximumSeconds: Int64,
        head: SignedHead,
        certificate: String
    ) {
        self.session = session
        self.startedAt = startedAt
        self.maximumSeconds = maximumSeconds
        self.head = head
        self.certificate = certificate
    }
}
