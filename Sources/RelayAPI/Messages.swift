// What the relay and the other two programs say to each other: JSON bodies of the API under `/v1`.

/// Who may do what on the relay.
public enum OperatorRole: String, Codable, Sendable, CaseIterable {
    /// Everything.
    case owner
    /// Own invitations and sessions; reads contracts.
    case `operator`
    /// Reads and exports only.
    case auditor
}

/// The one body of every answer that is not a success.
public struct Problem: Codable, Sendable, Equatable, Error {
    /// A stable word for programs, such as `codeNotValid`.
    public var code: String
    /// One sentence for people: what failed, and what to do next.
    public var message: String
    /// Seconds to wait before asking again, where that helps.
    public var retryAfterSeconds: Int64?

    /// A problem.
    public init(code: String, message: String, retryAfterSeconds: Int64? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// `POST /v1/enrol`: an operator's first certificate.
public struct EnrolRequest: Codable, Sendable {
    /// The secret half of the enrolment token, as 64 hexadecimal digits.
    public var token: String
    /// PKCS #10 in PEM.
    public var certificateRequest: String

    /// A request.
    public init(token: String, certificateRequest: String) {
        self.token = token
        self.certificateRequest = certificateRequest
    }
}

/// `POST /v1/renew`: the next certificate of an operator, with a request signed by the same or a new key.
public struct RenewRequest: Codable, Sendable {
    /// PKCS #10 in PEM.
    public var certificateRequest: String

    /// A request.
    public init(certificateRequest: String) { self.certificateRequest = certificateRequest }
}

/// The answer to `EnrolRequest` and `RenewRequest`.
public struct IssuedCertificate: Codable, Sendable {
    /// The operator's name as the relay knows it.
    public var `operator`: String
    /// What the operator may do.
    public var role: OperatorRole
    /// The certificate in PEM.
    public var certificate: String
    /// The authority's certificate in PEM.
    public var authority: String
    /// When the certificate ends.
    public var expiresAt: Timestamp

    /// An answer.
    public init(operator: String, role: OperatorRole, certificate: String, authority: String, expiresAt: Timestamp) {
        self.operator = `operator`
        self.role = role
        self.certificate = certificate
        self.authority = authority
        self.expiresAt = expiresAt
    }
}

/// `GET /v1/whoami`.
public struct Whoami: Codable, Sendable {
    /// The operator's name.
    public var `operator`: String
    /// What the operator may do.
    public var role: OperatorRole

    /// An answer.
    public init(operator: String, role: OperatorRole) {
        self.operator = `operator`
        self.role = role
    }
}

/// `POST /v1/contracts`: stores the next version.
public struct NewContract: Codable, Sendable {
    /// The file as the freelancer wrote it; the relay reads it itself.
    public var source: String

    /// A request.
    public init(source: String) { self.source = source }
}

/// One version of a contract, without its terms.
public struct ContractSummary: Codable, Sendable, Equatable {
    /// The contract's id.
    public var contract: String
    /// 1, 2, 3 …
    public var version: Int64
    /// SHA-256 of the canonical bytes, in hexadecimal.
    public var hash: String
    /// The contract's title.
    public var title: String
    /// The client's name.
    public var client: String
    /// First day, `YYYY-MM-DD`, in the contract's time zone.
    public var validFrom: String
    /// When the relay stored it.
    public var addedAt: Timestamp

    /// A summary.
    public init(
        contract: String,
        version: Int64,
        hash: String,
        title: String,
        client: String,
        validFrom: String,
        addedAt: Timestamp
    ) {
        self.contract = contract
        self.version = version
        self.hash = hash
        self.title = title
        self.client = client
        self.validFrom = validFrom
        self.addedAt = addedAt
    }
}

/// One version of a contract with its terms.
public struct ContractDocument: Codable, Sendable {
    /// Which one.
    public var summary: ContractSummary
    /// The canonical bytes (RFC 8785) as text: what is hashed.
    public var canonical: String
    /// The file as it was added.
    public var source: String

    /// A document.
    public init(summary: ContractSummary, canonical: String, source: String) {
        self.summary = summary
        self.canonical = canonical
        self.source = source
    }
}

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

/// `POST /v1/sessions/ID/note`.
public struct NoteRequest: Codable, Sendable {
    /// The operator's words.
    public var text: String

    /// A request.
    public init(text: String) { self.text = text }
}

/// `POST /v1/sessions/ID/category`.
public struct CategoryRequest: Codable, Sendable {
    /// The category's id.
    public var category: String

    /// A request.
    public init(category: String) { self.category = category }
}

/// `POST /v1/sessions/ID/end` by the operator, `POST /v1/end` by the agent.
public struct EndRequest: Codable, Sendable {
    /// What was done, in the operator's words; only from the operator.
    public var summary: String?
    /// Why it ended, such as `ended`, `idle`, `interrupted`.
    public var reason: String
    /// How long nothing had happened before an idle timeout.
    public var idleSeconds: Int64?

    /// A request.
    public init(summary: String? = nil, reason: String = "ended", idleSeconds: Int64? = nil) {
        self.summary = summary
        self.reason = reason
        self.idleSeconds = idleSeconds
    }
}

/// One session as the ledger has it.
public struct SessionRecord: Codable, Sendable, Equatable {
    /// Where a session stands.
    public enum State: String, Codable, Sendable {
        /// The clock runs.
        case running
        /// Open, and the operator stopped the clock.
        case paused
        /// Ended by one of the two, a timeout or a cap.
        case ended
        /// Closed at its last checkpoint after the relay had stopped without notice.
        case interrupted
    }

    /// The session's id.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The contract's version.
    public var contractVersion: Int64
    /// Hash of that version, in hexadecimal.
    public var contractHash: String
    /// The operator's name.
    public var `operator`: String
    /// The category's id.
    public var category: String
    /// What it was for.
    public var purpose: String
    /// The client's machine.
    public var machine: String
    /// Where it stands.
    public var state: State
    /// Why it ended.
    public var reason: String?
    /// Who ended it: `operator`, `client` or `relay`.
    public var endedBy: String?
    /// When the clock started.
    public var startedAt: Timestamp
    /// When it ended.
    public var endedAt: Timestamp?
    /// Ended − started − paused − disconnected; so far, where it runs.
    public var rawSeconds: Int64
    /// How long the operator had stopped the clock.
    public var pausedSeconds: Int64
    /// How long an end was gone.
    public var disconnectedSeconds: Int64
    /// What is billed; connected time.
    public var billedSeconds: Int64
    /// What was done.
    public var summary: String?
    /// What the operator wrote down meanwhile.
    public var notes: [String]

    /// A record.
    public init(
        session: String,
        contract: String,
        contractVersion: Int64,
        contractHash: String,
        operator: String,
        category: String,
        purpose: String,
        machine: String,
        state: State,
        reason: String?,
        endedBy: String?,
        startedAt: Timestamp,
        endedAt: Timestamp?,
        rawSeconds: Int64,
        pausedSeconds: Int64,
        disconnectedSeconds: Int64,
        billedSeconds: Int64,
        summary: String?,
        notes: [String]
    ) {
        self.session = session
        self.contract = contract
        self.contractVersion = contractVersion
        self.contractHash = contractHash
        self.operator = `operator`
        self.category = category
        self.purpose = purpose
        self.machine = machine
        self.state = state
        self.reason = reason
        self.endedBy = endedBy
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.rawSeconds = rawSeconds
        self.pausedSeconds = pausedSeconds
        self.disconnectedSeconds = disconnectedSeconds
        self.billedSeconds = billedSeconds
        self.summary = summary
        self.notes = notes
    }
}

/// `GET /v1/timesheet?contract=ID&month=YYYY-MM`.
public struct Timesheet: Codable, Sendable {
    /// One session of the period.
    public struct Row: Codable, Sendable, Equatable {
        /// The session's id.
        public var session: String
        /// The operator's name.
        public var `operator`: String
        /// The category's id.
        public var category: String
        /// When the clock started.
        public var startedAt: Timestamp
        /// When it ended.
        public var endedAt: Timestamp
        /// Ended − started − paused − disconnected.
        public var rawSeconds: Int64
        /// How long the operator had stopped the clock.
        public var pausedSeconds: Int64
        /// How long an end was gone.
        public var disconnectedSeconds: Int64
        /// What is billed; connected time.
        public var billedSeconds: Int64
        /// What was done; empty where nobody wrote it down.
        public var summary: String
        /// Why it ended, where the relay had to close it.
        public var reason: String?

        /// A row.
        public init(
            session: String,
            operator: String,
            category: String,
            startedAt: Timestamp,
            endedAt: Timestamp,
            rawSeconds: Int64,
            pausedSeconds: Int64,
            disconnectedSeconds: Int64,
            billedSeconds: Int64,
            summary: String,
            reason: String?
        ) {
            self.session = session
            self.operator = `operator`
            self.category = category
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.rawSeconds = rawSeconds
            self.pausedSeconds = pausedSeconds
            self.disconnectedSeconds = disconnectedSeconds
            self.billedSeconds = billedSeconds
            self.summary = summary
            self.reason = reason
        }
    }

    /// Sums over the rows.
    public struct Totals: Codable, Sendable, Equatable {
        /// Sum of the connected time.
        public var rawSeconds: Int64
        /// Sum of the billed time.
        public var billedSeconds: Int64

        /// Sums.
        public init(rawSeconds: Int64, billedSeconds: Int64) {
            self.rawSeconds = rawSeconds
            self.billedSeconds = billedSeconds
        }
    }

    /// The contract's id.
    public var contract: String
    /// IANA name of the zone whose months count.
    public var timeZone: String
    /// A session belongs here where it ended after this moment …
    public var from: Timestamp
    /// … and not after this one.
    public var to: Timestamp
    /// In the order of their ends.
    public var sessions: [Row]
    /// Their sums.
    public var totals: Totals

    /// A timesheet.
    public init(contract: String, timeZone: String, from: Timestamp, to: Timestamp, sessions: [Row], totals: Totals) {
        self.contract = contract
        self.timeZone = timeZone
        self.from = from
        self.to = to
        self.sessions = sessions
        self.totals = totals
    }
}
