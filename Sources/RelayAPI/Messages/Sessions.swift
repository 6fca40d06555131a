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
    /// The same as canonical bytes of a `Receipts.Addendum`, signed; only where the session has ended before.
    public var addendum: String?
    /// Why it ended, such as `ended`, `idle`, `interrupted`.
    public var reason: String
    /// How long nothing had happened before an idle timeout; from the operator where the agent told only them.
    public var idleSeconds: Int64?

    /// A request.
    public init(
        summary: String? = nil,
        addendum: String? = nil,
        reason: String = "ended",
        idleSeconds: Int64? = nil
    ) {
        self.summary = summary
        self.addendum = addendum
        self.reason = reason
        self.idleSeconds = idleSeconds
    }
}

/// A client has to be asked whether a session goes on beyond the agreed upper limit.
public struct CapQuestion: Codable, Sendable, Equatable {
    /// `session` or `month`.
    public var limit: String
    /// How much it is, in cents.
    public var cents: Int64

    /// A question.
    public init(limit: String, cents: Int64) {
        self.limit = limit
        self.cents = cents
    }
}

/// `POST /v1/sessions/ID/cap`: the client's answer.
public struct CapAnswerRequest: Codable, Sendable {
    /// Canonical bytes of a `Receipts.CapAnswer` as text.
    public var answer: String

    /// A request.
    public init(answer: String) { self.answer = answer }
}

/// One session as the ledger has it.
public struct SessionRecord: Codable, Sendable, Equatable {
    /// Where a session stands.
    public enum State: String, Codable, Sendable {
        /// The clock runs.
        case running
        /// Open, and one of the two stopped the clock.
        case paused
        /// Open, and an end is away; the clock stands still.
        case disconnected
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
    /// How long the clock was stopped.
    public var pausedSeconds: Int64
    /// How long an end was gone.
    public var disconnectedSeconds: Int64
    /// The rounded time; of a session that runs the connected time so far.
    public var billedSeconds: Int64
    /// What its time and surcharges come to, net, in cents; of one that runs, where it is asked for alone, if it ended now.
    public var netCents: Int64?
    /// How much of the billed time the quota covers.
    public var quotaSeconds: Int64?
    /// ISO 4217.
    public var currency: String?
    /// What was done.
    public var summary: String?
    /// What the operator wrote down meanwhile.
    public var notes: [String]
    /// What both ends are told of cap and included time while it runs, in its order; nil where there is nothing.
    public var warnings: [String]?
    /// What the client has to be asked now; nil where nothing is.
    public var capQuestion: CapQuestion?
    /// Included time that would be left if it ended now; nil where that is not known.
    public var quotaLeftSeconds: Int64?
    /// Whether it was written down afterwards, without an agent; nil for a session with a clock.
    public var recorded: Bool?
    /// How it was given back later; nil where it was not.
    public var credited: Credited?

    /// What became of a session that was given back.
    public enum Credited: String, Codable, Sendable {
        /// Nothing of it is paid.
        case returned
        /// Its time stands as warranty.
        case asWarranty
    }

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
        netCents: Int64? = nil,
        quotaSeconds: Int64? = nil,
        currency: String? = nil,
        summary: String?,
        notes: [String],
        warnings: [String]? = nil,
        capQuestion: CapQuestion? = nil,
        quotaLeftSeconds: Int64? = nil,
        recorded: Bool? = nil,
        credited: Credited? = nil
    ) {
        self.credited = credited
        self.warnings = warnings
        self.capQuestion = capQuestion
        self.quotaLeftSeconds = quotaLeftSeconds
        self.recorded = recorded
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
        self.netCents = netCents
        self.quotaSeconds = quotaSeconds
        self.currency = currency
        self.summary = summary
        self.notes = notes
    }
}
