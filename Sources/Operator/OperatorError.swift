import NIOCore
import Pairing
import RelayAPI
import SupportChannel

/// Why the operator's program cannot do what it was asked for.
public struct OperatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// What was typed makes no sense.
        case usage
        /// The folder with the state cannot be used.
        case home
        /// There is no login, it has ended, or another one is in the way.
        case login
        /// The relay's ledger is not the one that it was.
        case ledger
        /// A contract is missing or wrong.
        case contract
        /// There is no such invitation, or nobody came.
        case invitation
        /// The code is used up or its time is over, and a new one would help.
        case codeOver
        /// The client said no.
        case refused
        /// There is no live session, or more than one.
        case noSession
        /// The session ended, or its holder is gone.
        case sessionOver
        /// A signal ended the waiting.
        case interrupted
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// One sentence: what failed, and in brackets what to do next.
    public let description: String

    /// A failure.
    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// The one sentence for any error that can reach a person.
    public static func sentence(for error: any Error) -> String {
        switch error {
        case let error as RelayAPI.Problem: error.message
        case is CancellationError: "interrupted"
        case is ChannelError, is IOError: "the connection failed: \(error)"
        case is DecodingError: "an answer makes no sense (use the same release everywhere)"
        default: "\(error)"
        }
    }
}
