import Billing
import Contracts

extension Invoice {
    /// A session that is given back: what stands on a line and in the proof of service beside the amounts.
    ///
    /// The invoice that had billed it is named, since a correction must refer to what it corrects without doubt
    /// (§ 31 (5) UStDV); the tax is corrected in the month of the credit (§ 17 (1) UStG).
    public struct Credit: Codable, Hashable, Sendable {
        /// What becomes of the work.
        public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
            /// It is not paid for.
            case returned
            /// It was a defect's: its time stays on the invoice, at 0.00.
            case warranty
        }

        /// What becomes of the work.
        public var kind: Kind
        /// Why, in words.
        public var reason: String
        /// When it was decided.
        public var givenAt: Instant
        /// The invoice that had billed it; nil where none is valid, or where this one does.
        public var original: Original?

        /// A credit as it stands on an invoice.
        public init(_ credit: SessionCredit, original: Original?) {
            kind = credit.asWarranty ? .warranty : .returned
            reason = credit.reason
            givenAt = credit.givenAt
            self.original = original
        }
    }

    /// The invoices that had billed what is given back here (BG-3), each once, in the lines' order.
    public var corrected: [Original] {
        lines.compactMap(\.credit?.original).reduce(into: []) { known, original in
            if !known.contains(original) { known.append(original) }
        }
    }

    /// All invoices that this one refers to: first the one that a Storno takes back.
    var references: [Original] { (original.map { [$0] } ?? []) + corrected }
}
