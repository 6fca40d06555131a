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

/// `POST /v1/consent`, by the agent: what the client agreed to. The clock starts when the relay commits it.
public struct ConsentRequest: Codable, Sendable {
    /// The invitation's id, as the operator's terms named it.
    public var invitation: String
    /// The contract's id.
    public var contract: String
    /// The contract's version.
    public var version: Int64
    /// The contract's hash, in hexadecimal.
    public var hash: String
    /// The category's id.
    public var category: String
    /// What the client allowed.
    public var grants: [String]
    /// The name of the client's machine, as it says itself.
    public var machine: String

    /// A request.
    public init(
        invitation: String,
        contract: String,
        version: Int64,
        hash: String,
        category: String,
        grants: [String],
        machine: String
    ) {
        self.invitation = invitation
        self.contract = contract
        self.version = version
        self.hash = hash
        self.category = category
        self.grants = grants
        self.machine = machine
    }
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

    /// An answer.
    public init(session: String, startedAt: Timestamp, maximumSeconds: Int64, head: SignedHead) {
        self.session = session
        self.startedAt = startedAt
        self.maximumSeconds = maximumSeconds
        self.head = head
    }
}
