import RelayAPI
import SupportChannel

/// Why a session, or the attempt at one, is over.
enum SessionEnding: Sendable {
    /// The operator ended it; the relay has closed it.
    case byOperator(ClosingParameters)
    /// The client ended it.
    case byClient
    /// Nothing was at work for this many seconds.
    case idle(Int64)
    /// It lasted as long as it may, in seconds.
    case longest(Int64)
    /// The connection ended under it.
    case lost
    /// The client left before there was a session.
    case left
    /// The operator's connection ended before there was a session.
    case operatorLeft
    /// The client said no.
    case declined
    /// The client said nothing for this many seconds.
    case unanswered(Int64)
    /// The offer cannot be trusted.
    case badTerms(AgentError)
    /// The relay did not commit the consent.
    case consentFailed(String)

    /// What the operator is told on the `events` stream; only where this side ends a session.
    var event: SessionEvent.Kind? {
        switch self {
        case .byClient: .ended
        case .idle: .idle
        case .longest: .timeout
        default: nil
        }
    }

    /// What the relay is told; only where this side ends a session.
    var request: EndRequest? {
        switch self {
        case .byClient: EndRequest(reason: "ended")
        case .idle(let seconds): EndRequest(reason: "idle", idleSeconds: seconds)
        case .longest: EndRequest(reason: "timeout")
        default: nil
        }
    }

    /// What the program exits with.
    var status: Int32 {
        switch self {
        case .byOperator, .byClient, .idle, .longest: 0
        // 128 + SIGINT, as shells count.
        case .left: 130
        case .lost, .operatorLeft, .declined, .unanswered, .badTerms, .consentFailed: 1
        }
    }
}

/// How a session went.
struct SessionOutcome: Sendable {
    /// Why it is over.
    var ending: SessionEnding
    /// The relay's figures, where this side ended it and the relay could be told.
    var record: SessionRecord?
    /// Why the relay could not be told.
    var recordFailure: String?
    /// Connected time by the agent's clock, in seconds.
    var connectedSeconds: Int64
    /// The language to go on in.
    var phrases: Phrases
    /// The operator's name, safe to show.
    var operatorName: String
    /// Whether the client has read of it already.
    var isAnnounced = false
}
