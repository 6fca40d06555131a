/// Something that a diagnosis found out.
public struct Finding: Sendable, Equatable, Encodable {
    /// How much it matters.
    public enum Severity: String, Sendable, Encodable, CaseIterable, Comparable {
        /// Wrong now.
        case bad
        /// Worth a look.
        case look

        /// Worse comes first.
        public static func < (left: Severity, right: Severity) -> Bool { left == .bad && right == .look }
    }

    /// How much it matters.
    public var severity: Severity
    /// What it is, in a few words.
    public var title: String
    /// What that means, or what to do next: one sentence.
    public var meaning: String
    /// Lines of the output that say so, at most ``mostEvidence``.
    public var evidence: [String]

    static let mostEvidence = 12

    init(_ severity: Severity, _ title: String, _ meaning: String, evidence: [String] = []) {
        self.severity = severity
        self.title = title
        self.meaning = meaning
        self.evidence = Array(evidence.prefix(Self.mostEvidence))
    }
}

/// What a check's output says.
public enum Verdict: Sendable, Equatable {
    /// It could be judged; nothing found means that all is well.
    case judged([Finding])
    /// It could not be judged, and why.
    case unknown(String)
    /// There is nothing to judge: it is there to be read, or does not concern this machine.
    case none
}
