import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Transcripts

/// A session that runs: the client consented and the relay's clock counts.
public struct OpenSession: Sendable {
    /// The session's id.
    public let id: String
    /// The contract's id.
    public let contract: String
    /// The ids of the contract's categories.
    public let categories: [String]
    /// The name of the client's machine, safe to show.
    public let machine: String
    /// What the client allowed at the beginning.
    public let grants: [String]
    /// Whether the client is asked before each action.
    public let asksEach: Bool
    /// The contract's own checks.
    public let diagnose: [Contract.Diagnostic]?
    /// For how many days after its end the contract lets a transcript be kept.
    public let transcriptRetentionDays: Int64
    /// When the relay's clock started.
    public let startedAt: Timestamp
    /// What both ends agreed to.
    public let consent: ConsentRecord
    /// Where the agent is asked.
    public let agent: OperatorEnd
    /// What goes on when a tunnel breaks; nil where the end of the connection is the end of the session.
    public let connection: ResumableConnection<OperatorEnd>?
    /// How it stood when this program took it up; nil where this program opened it.
    let standing: SessionRecord?
    /// What was asked of the agent before this program took it up.
    let seen: SeenActions

    /// How long ago its clock started, as far as the relay said so.
    var elapsedBefore: Duration {
        .seconds(standing.map { $0.rawSeconds + $0.pausedSeconds + $0.disconnectedSeconds } ?? 0)
    }

    /// A session.
    public init(
        id: String,
        contract: String,
        categories: [String],
        machine: String,
        grants: [String],
        asksEach: Bool = false,
        diagnose: [Contract.Diagnostic]? = nil,
        transcriptRetentionDays: Int64 = 30,
        startedAt: Timestamp,
        consent: ConsentRecord,
        agent: OperatorEnd,
        connection: ResumableConnection<OperatorEnd>? = nil
    ) {
        self.id = id
        self.contract = contract
        self.categories = categories
        self.machine = machine
        self.grants = grants
        self.asksEach = asksEach
        self.diagnose = diagnose
        self.transcriptRetentionDays = transcriptRetentionDays
        self.startedAt = startedAt
        self.consent = consent
        self.agent = agent
        self.connection = connection
        standing = nil
        seen = SeenActions()
    }

    /// A session that another process of this operator's opened.
    init(
        _ kept: KeptSession,
        _ consent: ConsentRecord,
        agent: OperatorEnd,
        connection: ResumableConnection<OperatorEnd>,
        standing: SessionRecord,
        seen: SeenActions
    ) {
        id = kept.session
        contract = kept.contract
        categories = kept.categories
        machine = kept.machine
        grants = kept.grants
        asksEach = kept.asksEach
        diagnose = kept.diagnose
        transcriptRetentionDays = kept.transcriptRetentionDays
        startedAt = kept.startedAt
        self.consent = consent
        self.agent = agent
        self.connection = connection
        self.standing = standing
        self.seen = seen
    }
}
