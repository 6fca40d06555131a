import Contracts
import Receipts
import RelayAPI
import SupportChannel
import TerminalText

// What the commands and the holder say to each other beyond the actions of the support channel:
//
//   status     Empty            → result HolderStatus
//   pause      Empty            → result SessionRecord       likewise resume
//   note       NoteParameters   → result SessionRecord
//   category   CategoryRequest  → result SessionRecord
//   end        EndRequest       → result EndedSession; then the holder leaves
//
// `names` asks the agent and is no action of the closing statement.
// `run`, `shell`, `logs`, `diagnose`, `get`, `put`, `forward` and `connection` go through to the agent as they are.

/// How a session stands, as its holder sees it.
public struct HolderStatus: Codable, Sendable, Equatable {
    /// The session's id.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The name of the client's machine.
    public var agent: String
    /// What the client allows now.
    public var grants: [String]
    /// Whether the client is asked before each action.
    public var asksEach: Bool
    /// Whether the client stopped the clock.
    public var isPausedByClient: Bool
    /// When the clock started.
    public var startedAt: Timestamp
    /// Whether the clock stands still.
    public var isPaused: Bool
    /// What counts so far, by the operator's own clock.
    public var rawSeconds: Int64
    /// How long the clock stood still.
    public var pausedSeconds: Int64
    /// Whether the client's machine is out of reach; nothing is billed then.
    public var isDisconnected: Bool?
    /// What it would come to if it ended now, net, in cents, as the relay said a few seconds ago; nil where that is not known.
    public var netCents: Int64?
    /// ISO 4217.
    public var currency: String?
    /// Included time that would be left then; nil where the contract includes none.
    public var quotaLeftSeconds: Int64?
    /// The contract's own checks.
    public var diagnose: [Contract.Diagnostic]?
    /// The ids of the contract's categories.
    public var categories: [String]?
    /// Milliseconds to the client's machine and back, through the tunnel; nil where that is not known yet.
    public var roundTripMilliseconds: Int64?

    /// A status.
    public init(
        session: String,
        contract: String,
        agent: String,
        grants: [String],
        asksEach: Bool,
        startedAt: Timestamp,
        isPaused: Bool,
        isPausedByClient: Bool,
        rawSeconds: Int64,
        pausedSeconds: Int64,
        isDisconnected: Bool? = nil,
        netCents: Int64? = nil,
        currency: String? = nil,
        quotaLeftSeconds: Int64? = nil,
        diagnose: [Contract.Diagnostic]? = nil,
        categories: [String]? = nil,
        roundTripMilliseconds: Int64? = nil
    ) {
        self.categories = categories
        self.roundTripMilliseconds = roundTripMilliseconds
        self.diagnose = diagnose
        self.isDisconnected = isDisconnected
        self.netCents = netCents
        self.currency = currency
        self.quotaLeftSeconds = quotaLeftSeconds
        self.session = session
        self.contract = contract
        self.agent = agent
        self.grants = grants
        self.asksEach = asksEach
        self.startedAt = startedAt
        self.isPaused = isPaused
        self.isPausedByClient = isPausedByClient
        self.rawSeconds = rawSeconds
        self.pausedSeconds = pausedSeconds
    }
}

/// What an operator's end came to.
public struct EndedSession: Codable, Sendable, Equatable {
    /// The session as the relay has it.
    public var record: SessionRecord
    /// What became of its receipt; nil where there is none yet.
    public var receipt: Receipt?
    /// Why there is none.
    public var problem: String?

    /// An end.
    public init(record: SessionRecord, receipt: Receipt? = nil, problem: String? = nil) {
        self.record = record
        self.receipt = receipt
        self.problem = problem
    }
}

/// Why a session is over.
public enum SessionEnd: Sendable, Equatable {
    /// The operator ended it; this is what the relay wrote down.
    case byOperator(SessionRecord)
    /// The relay ended it, and wrote this down.
    case byRelay(SessionRecord)
    /// The client ended it, or a limit of the contract did; the idle time is what had passed without anything before an idle timeout.
    case byAgent(SessionEvent.Kind, billedSeconds: Int64?, idleSeconds: Int64? = nil)
    /// The connection broke; the relay closes the session by itself.
    case connectionLost

    /// One sentence for whoever waits for something of this session.
    public var sentence: String {
        switch self {
        case .byOperator(let record): "the session was ended (\(DurationText.clock(record.billedSeconds)) billed)"
        case .byRelay(let record):
            "the relay ended the session: \(TerminalText.name(record.reason ?? "it did not say why"))"
                + Self.billed(record.billedSeconds)
        case .byAgent(.ended, let billed, _): "the client ended the session\(Self.billed(billed))"
        case .byAgent(.idle, let billed, _):
            "the session ended because nothing happened for too long\(Self.billed(billed))"
        case .byAgent(.timeout, let billed, _): "the session reached the contract's longest time\(Self.billed(billed))"
        case .connectionLost:
            "the connection to the client is lost, and the session has ended (lotse sessions shows the time)"
        case .byAgent(_, let billed, _): "the client's side ended the session\(Self.billed(billed))"
        }
    }

    private static func billed(_ seconds: Int64?) -> String {
        seconds.map { " (\(DurationText.clock($0)) billed)" } ?? ""
    }
}
