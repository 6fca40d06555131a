import Billing

/// What can go wrong between a month's statement and its invoice, and while an invoice is read back.
public struct InvoicingError: Error, Hashable, Sendable {
    /// The kind of failure, for programs.
    public enum Kind: Hashable, Sendable {
        /// A pattern of invoice numbers cannot give unique numbers.
        case badNumber
        /// Supplier or contract lack what the law or the format wants on the invoice.
        case incomplete
        /// There is no line to invoice.
        case nothingToBill
        /// VAT category O stands beside another one (BR-O-11 to BR-O-14).
        case mixedScope
        /// The proof of service and the lines do not tell of the same sessions.
        case badProof
        /// A Storno of what cannot be cancelled.
        case badCancellation
        /// A number or a day is beyond what can be computed exactly.
        case outOfRange
        /// Bytes are not an invoice that this program wrote.
        case unreadable
        /// What an export needs is missing.
        case notExportable
    }

    /// The kind of failure.
    public let kind: Kind
    /// One sentence for people: what failed, what to do next.
    public let diagnostics: String

    init(_ kind: Kind, _ diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    init(_ error: BillingError) { self.init(.outOfRange, error.diagnostics) }
}

extension InvoicingError: CustomStringConvertible {
    /// The sentence.
    public var description: String { diagnostics }
}
