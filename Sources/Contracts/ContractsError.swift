/// What can go wrong while a contract's bytes or texts are read.
public struct ContractsError: Error, Hashable, Sendable {
    /// The kinds of failure, for code that must tell them apart.
    public enum Kind: Hashable, Sendable {
        /// A text does not have the form its field asks for.
        case unreadableText
        /// A value holds a number that RFC 7493 §2.2 does not let travel exactly.
        case notInteroperable
        /// Bytes are not the canonical form of the value they decode to, so their hash means nothing.
        case notCanonical
    }

    /// The kind of failure.
    public let kind: Kind
    /// What is wrong, as the rest of a sentence: `"95,00" is not an amount`.
    public let sentence: String
    /// What to write instead, where that is known: `write "95.00"`.
    public let mend: String?

    /// An error from its parts.
    public init(kind: Kind, sentence: String, mend: String? = nil) {
        (self.kind, self.sentence, self.mend) = (kind, sentence, mend)
    }

    static func text(_ sentence: String, mend: String?) -> ContractsError {
        ContractsError(kind: .unreadableText, sentence: sentence, mend: mend)
    }
}

extension ContractsError: CustomStringConvertible {
    /// One sentence: what is wrong and what to write instead.
    public var description: String { mend.map { "\(sentence) (\($0))" } ?? sentence }
}
