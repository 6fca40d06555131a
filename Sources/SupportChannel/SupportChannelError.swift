/// What can go wrong between agent and operator.
public struct SupportChannelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// The other end speaks another version or no Lotse at all.
        case wrongPeer
        /// The ends were not told the same code. The code is burnt at this end; nothing was said inside.
        case wrongCode
        /// This code was used already, or too often.
        case codeSpent
        /// Both ends had the right code, and still they could not speak: something in between changed or stopped what was sent.
        case disturbed
        /// The other end broke the protocol.
        case protocolViolation
        /// Nothing came from the other end for too long.
        case silent
        /// The connection ended.
        case closed
        /// One stream was read by two tasks at once; a defect of the caller.
        case misuse
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// What was seen.
    public let diagnostics: String

    /// A failure.
    public init(kind: Kind, diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// One sentence for people.
    public var description: String {
        switch kind {
        case .wrongPeer:
            "the other end does not speak this version of Lotse: \(diagnostics) (use the same release at both ends)"
        case .wrongCode: "wrong code, or someone guessed; nothing was disclosed (use a new code)"
        case .codeSpent: "this code was used already (use a new code)"
        case .disturbed:
            "the other end is the right one, but what it sends does not arrive as it was sent: \(diagnostics) (use a new code; if it happens again, somebody is interfering)"
        case .protocolViolation: "the other end sent something that makes no sense: \(diagnostics)"
        case .silent: "nothing came from the other end for \(diagnostics) (the connection is lost)"
        case .closed: "the connection to the other end is closed\(diagnostics.isEmpty ? "" : ": \(diagnostics)")"
        case .misuse: "internal: \(diagnostics)"
        }
    }
}

/// The other end's "no" to one action.
public struct Refusal: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// An HTTP status: 400, 403, 404, 409, 500 …
    public var status: Int
    /// One sentence for people.
    public var message: String

    /// A refusal.
    public init(status: Int, message: String) {
        self.status = status
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}
