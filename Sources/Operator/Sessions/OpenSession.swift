import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel

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
        agent: OperatorEnd
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
    }
}
