import Billing
import Contracts

/// An invoice read back from the XRechnung that this program wrote: what the file says, unchecked.
///
/// `InvoiceCheck` computes it again. Amounts are whole cents as the file shows them, positive on a Storno too.
public struct ParsedInvoice: Hashable, Sendable {
    /// A party (BG-4, BG-7).
    public struct Party: Hashable, Sendable {
        /// The name.
        public var name: String
        /// Where they are.
        public var address: Invoice.Address
        /// The address for electronic invoices.
        public var endpoint: ElectronicAddress
        /// The seller's id where they have no VAT id (BT-29).
        public var id: String?
        /// The VAT id.
        public var vatId: String?
        /// The tax number.
        public var taxNumber: String?
        /// Name, telephone and e-mail of the seller's contact.
        public var contact: [String]
    }

    /// A line (BG-25).
    public struct Line: Hashable, Sendable {
        /// Its number.
        public var id: String
        /// What it is.
        public var name: String
        /// When it was and what was done.
        public var detail: String?
        /// What a surcharge is of, in words.
        public var note: String?
        /// What the line is for.
        public var kind: Billing.Line.Kind
        /// The session.
        public var session: String?
        /// Where the line gives the session back: what becomes of it.
        public var credit: Invoice.Credit.Kind?
        /// The number of the invoice that had billed it.
        public var creditedInvoice: String?
        /// How much.
        public var quantity: Int64
        /// Of what.
        public var unit: InvoiceLine.Unit
        /// The price for the base quantity.
        public var price: UnitPrice
        /// The base quantity; 1 where the file gives none.
        public var baseQuantity: Int64
        /// The hourly price that a surcharge is a percentage of; nil on other lines.
        public var centsPerHour: Int64?
        /// A surcharge's percentage in basis points; nil on other lines.
        public var percentBp: Int64?
        /// Category and percentage.
        public var vat: Contract.VAT
        /// The net.
        public var netCents: Int64
    }

    /// A VAT group (BG-23).
    public struct Group: Hashable, Sendable {
        /// Category and percentage.
        public var vat: Contract.VAT
        /// The taxable sum.
        public var netCents: Int64
        /// The tax.
        public var vatCents: Int64
        /// Code and text of the exemption.
        public var exemption: [String]
    }

    /// Where to pay and when (BG-16).
    public struct Payment: Hashable, Sendable {
        /// The account.
        public var iban: String
        /// Whose it is.
        public var name: String
        /// The bank.
        public var bic: String?
        /// What to write on the transfer.
        public var remittance: String
        /// The terms, in words.
        public var terms: String
    }

    /// What kind of document it is.
    public var kind: Invoice.Kind
    /// The number.
    public var number: String
    /// The issue date.
    public var issueDate: LocalDate
    /// When to pay.
    public var dueDate: LocalDate?
    /// What a Storno says of itself.
    public var note: String?
    /// ISO 4217.
    public var currency: String
    /// What the client wants to find on the invoice.
    public var buyerReference: String
    /// The first day of the months.
    public var from: LocalDate
    /// The last day of the months.
    public var to: LocalDate
    /// What a Storno takes back.
    public var original: Invoice.Original?
    /// The invoices that had billed what is given back here.
    public var corrected: [Invoice.Original]
    /// The contract's id.
    public var contract: String
    /// The proof of service, the bytes of its CSV; nil without sessions.
    public var proof: [UInt8]?
    /// Who sends it.
    public var seller: Party
    /// Who gets it.
    public var buyer: Party
    /// Where to pay and when.
    public var payment: Payment
    /// The tax in all.
    public var vatCents: Int64
    /// By VAT treatment.
    public var groups: [Group]
    /// The sum of the lines (BT-106).
    public var lineCents: Int64
    /// The net (BT-109).
    public var netCents: Int64
    /// The gross (BT-112).
    public var grossCents: Int64
    /// What is to be paid (BT-115).
    public var payableCents: Int64
    /// The lines.
    public var lines: [Line]
}
