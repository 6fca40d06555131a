/// Why the agent cannot go on.
public struct AgentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// The options make no sense; the program exits with 64.
        case usage
        /// A file of the configuration is missing or wrong.
        case configuration
        /// What was typed is not a code; nothing was sent.
        case mistyped
        /// The relay does not know this code, or no longer.
        case codeNotValid
        /// The other end was not told the same code.
        case wrongCode
        /// Nobody typed a code.
        case noCode
        /// The relay wants us to wait, this many seconds.
        case tooManyAttempts(waitSeconds: Int64)
        /// The relay cannot be reached, or does not answer as one.
        case relayFailed
        /// The relay shows another authority than the one that is trusted.
        case authorityChanged
        /// The relay said no.
        case relayRefused
        /// The relay has no such session any more.
        case sessionOver
        /// The operator did not come.
        case operatorMissing
        /// What the operator offered cannot be shown to a client.
        case badTerms
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// The sentence: what failed, and what to do next in parentheses.
    public let diagnostics: String

    /// A failure.
    public init(_ kind: Kind, _ diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// The sentence.
    public var description: String { diagnostics }

    /// What the program exits with.
    public var status: Int32 { kind == .usage ? 64 : 1 }
}
