import Billing
import Contracts

/// An invoice or the Storno of one: everything that stands on it, as it was at its issue.
///
/// Amounts are whole cents and, on a Storno too, as positive as those of the original: it is the kind that turns them
/// around (a credit note of EN 16931).
///
/// Where more is given back than billed the sums are negative, and it stays an invoice of type 380: EN 16931 forbids
/// negative prices (BR-27), not negative totals, the lines keep their signs beside what is billed, and the client
/// owes nothing. A credit note (381) would have to turn every line around, what is billed too, and would claim to
/// correct one invoice where it is the account of a month. What the client paid too much is refunded or set off.
/// `Codable`, and the same input always gives the same value.
public struct Invoice: Codable, Hashable, Sendable {
    /// What kind of document it is (BT-3, UNTDID 1001).
    public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        /// A commercial invoice, 380.
        case invoice
        /// The Storno of an invoice, 381. Its name is Stornorechnung: a Gutschrift is another thing (§ 14 (2) UStG).
        case cancellation
    }

    /// The invoice that a Storno takes back (BG-3).
    public struct Original: Codable, Hashable, Sendable {
        /// Its number (BT-25).
        public var number: String
        /// Its issue date (BT-26).
        public var issueDate: LocalDate

        /// An invoice by number and date.
        public init(number: String, issueDate: LocalDate) {
            self.number = number
            self.issueDate = issueDate
        }
    }

    /// The sum of one VAT treatment (BG-23); its tax is rounded once (rule 9).
    public struct Group: Codable, Hashable, Sendable {
        /// Category and percentage (BT-118, BT-119).
        public var vat: Contract.VAT
        /// The sum of the lines' nets (BT-116).
        public var netCents: Int64
        /// The tax (BT-117).
        public var vatCents: Int64
    }

    /// What kind of document it is.
    public var kind: Kind
    /// The number (BT-1), or that of a dry run.
    public var number: String
    /// The issue date (BT-2), a day of the contract's time zone.
    public var issueDate: LocalDate
    /// When to pay (BT-9); nil on a Storno and where the sum is negative.
    public var dueDate: LocalDate?
    /// The first day of the months (BT-73, § 14 (4) Nr. 6 UStG).
    public var from: LocalDate
    /// The last day of the months (BT-74).
    public var to: LocalDate
    /// What the client reads.
    public var language: Contract.Language
    /// ISO 4217 (BT-5).
    public var currency: String
    /// The contract's id (BT-12).
    public var contract: String
    /// What the contract is about.
    public var title: String
    /// Who sends it.
    public var seller: Seller
    /// Who gets it.
    public var buyer: Buyer
    /// What a Storno takes back.
    public var original: Original?
    /// Why, in words.
    public var reason: String?
    /// At least one.
    public var lines: [InvoiceLine]
    /// In the order in which they first occur.
    public var groups: [Group]
    /// The sum of the lines (BT-106).
    public var netCents: Int64
    /// The sum of the groups' taxes (BT-110).
    public var vatCents: Int64
    /// Net and tax (BT-112, BT-115).
    public var grossCents: Int64
    /// The proof of service.
    public var proof: [ServiceRow]

    /// Whether it is a dry run.
    public var isDraft: Bool { number.hasPrefix(InvoiceNumberFormat.draftPrefix) }

    /// The gross as it stands in the books: negative for a Storno.
    public var bookedGrossCents: Int64 { kind == .cancellation ? 0 &- grossCents : grossCents }
}
