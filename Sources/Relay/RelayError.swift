/// Why the relay cannot do what it was started or asked for.
public struct RelayError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// The folder is not what the command needs.
        case folder
        /// `relay.yaml`, the environment or an option says something that makes no sense.
        case configuration
        /// A file could not be read or written.
        case file
        /// The address cannot be listened on.
        case address
        /// A key or certificate is missing or does not fit.
        case certificate
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// One sentence: what failed, and in brackets what to do next.
    public let diagnostics: String

    /// A failure.
    public init(kind: Kind, diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// The sentence.
    public var description: String { diagnostics }
}
