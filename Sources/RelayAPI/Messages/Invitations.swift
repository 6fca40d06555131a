/// `POST /v1/invitations`: asks for a room.
public struct NewInvitation: Codable, Sendable {
    /// The contract's id.
    public var contract: String
    /// What the session is for, in the operator's words.
    public var purpose: String
    /// The category's id; the first of kind `support` where it is left out.
    public var category: String?
    /// How long the code is good for; 60…86,400.
    public var validSeconds: Int64

    /// A request.
    public init(contract: String, purpose: String, category: String?, validSeconds: Int64) {
        self.contract = contract
        self.purpose = purpose
        self.category = category
        self.validSeconds = validSeconds
    }
}

/// An operator's offer of one session.
public struct InvitationSummary: Codable, Sendable, Equatable {
    /// Where an invitation stands.
    public enum State: String, Codable, Sendable {
        /// Waits for the client.
        case open
        /// The client's agent is there.
        case joined
        /// Both ends met and a session came of it.
        case used
        /// Too many runs, or one that failed.
        case burnt
        /// Its time is over.
        case expired
        /// Taken back by the operator.
        case withdrawn
    }

    /// The invitation's id.
    public var invitation: String
    /// The room's digits.
    public var room: String
    /// The contract's id.
    public var contract: String
    /// The contract's version that a session will belong to.
    public var version: Int64
    /// Hash of that version, in hexadecimal.
    public var hash: String
    /// The category's id.
    public var category: String
    /// What the session is for.
    public var purpose: String
    /// Who invited.
    public var `operator`: String
    /// Where it stands.
    public var state: State
    /// Until when the code can be typed.
    public var expiresAt: Timestamp
    /// How many digits the secret must have: 7, or 8 after too many failures.
    public var secretDigits: Int

    /// A summary.
    public init(
        invitation: String,
        room: String,
        contract: String,
        version: Int64,
        hash: String,
        category: String,
        purpose: String,
        operator: String,
        state: State,
        expiresAt: Timestamp,
        secretDigits: Int
    ) {
        self.invitation = invitation
        self.room = room
        self.contract = contract
        self.version = version
        self.hash = hash
        self.category = category
        self.purpose = purpose
        self.operator = `operator`
        self.state = state
        self.expiresAt = expiresAt
        self.secretDigits = secretDigits
    }
}

/// `POST /v1/invitations/ID/outcome`: what the operator saw at its end of the tunnel.
public struct PairingOutcome: Codable, Sendable {
    /// Whether the ends met; anything else burns the code.
    public var paired: Bool

    /// A report.
    public init(paired: Bool) { self.paired = paired }
}

/// The answer to `PairingOutcome`: what the operator needs for the terms, where the ends met.
public struct MeetingAnswer: Codable, Sendable, Equatable {
    /// The id of the session that will come of it; nil where the ends did not meet.
    public var session: String?
    /// What is left of the contract's included time, in rounded seconds; nil where the contract includes none.
    public var quotaLeftSeconds: Int64?
    /// What the month's work costs so far, net and without the fee, in cents.
    public var monthNetCents: Int64?

    /// An answer.
    public init(session: String?, quotaLeftSeconds: Int64? = nil, monthNetCents: Int64? = nil) {
        self.session = session
        self.quotaLeftSeconds = quotaLeftSeconds
        self.monthNetCents = monthNetCents
    }
}
