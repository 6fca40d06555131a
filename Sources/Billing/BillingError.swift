/// What can go wrong while seconds become cents.
public struct BillingError: Error, Hashable, Sendable {
    /// The kind of failure, for programs.
    public enum Kind: Hashable, Sendable {
        /// A number or a moment is beyond what can be computed exactly.
        case outOfRange
        /// Bytes or text are not the time-zone rules or the moment that was expected.
        case unreadable
        /// The contract's terms contradict themselves; `Contract.problems` names where.
        case badContract
        /// A session's times, category or id make no sense.
        case badSession
        /// No version of the contract is in force.
        case notInForce
        /// Sessions come in another order than (end, id), so that a receipt already signed would change (rule 3).
        case outOfOrder
    }

    /// The kind of failure.
    public let kind: Kind
    /// One sentence for people: what failed, what to do next.
    public let diagnostics: String

    init(_ kind: Kind, _ diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }
}

extension BillingError: CustomStringConvertible {
    /// The sentence.
    public var description: String { diagnostics }
}
