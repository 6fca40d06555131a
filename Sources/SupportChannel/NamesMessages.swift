// The JSON of names, with which an operator's program completes a path that is being typed:
//
//   names    NamesParameters  → result NamesResult

/// Asks for names beneath what the client shares. Nothing is read but names.
public struct NamesParameters: Codable, Sendable {
    /// Among what is shared for what.
    public enum Kind: String, Codable, Sendable {
        /// Log files and folders.
        case logs
        /// Folders of files that may be fetched and put.
        case files
    }

    /// Among what is shared for what.
    public var kind: Kind
    /// The beginning of an absolute path.
    public var prefix: String

    /// Parameters.
    public init(kind: Kind, prefix: String) {
        self.kind = kind
        self.prefix = prefix
    }
}

/// How the path may go on.
public struct NamesResult: Codable, Sendable, Equatable {
    /// What may stand behind the last `/` of the prefix, in order; folders with a `/` at their end.
    public var names: [String]
    /// Whether these are all.
    public var isWhole: Bool

    /// More names an answer does not have.
    public static let most = 200

    /// A result.
    public init(names: [String], isWhole: Bool) {
        self.names = names
        self.isWhole = isWhole
    }
}
