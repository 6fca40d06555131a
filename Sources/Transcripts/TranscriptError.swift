/// What is wrong with a transcript.
public struct TranscriptError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// These bytes are no list of actions in its one form.
        case badList
        /// These bytes are no recording.
        case badRecording
        /// The system refuses something; the code is that of errno(3).
        case system(Int32)
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// In a few words.
    public let diagnostics: String

    /// A failure.
    public init(_ kind: Kind, _ diagnostics: String = "") {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// In a few words.
    public var description: String {
        if case .system(let code) = kind { return SystemCalls.reason(code) }
        return diagnostics
    }
}
