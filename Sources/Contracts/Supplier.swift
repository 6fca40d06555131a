/// The freelancer: who stands on every invoice as its sender (`supplier.yaml`).
///
/// A text that a file does not give is empty; `problems(…)` names each with the reason why it is needed.
public struct Supplier: Codable, Hashable, Sendable {
    /// The name or firm on the invoice.
    public var name: String
    /// The person to ask about an invoice.
    public var contact: String
    /// Street and number.
    public var street: String
    /// The postal code.
    public var postalCode: String
    /// The town.
    public var city: String
    /// ISO 3166-1 alpha-2, `DE`.
    public var country: String
    /// Where a call reaches the contact.
    public var phone: String
    /// Where mail does.
    public var email: String
    /// The address for electronic invoices (BT-34).
    public var eInvoiceAddress: ElectronicAddress?
    /// The VAT id; this or `taxNumber` is needed.
    public var vatId: String?
    /// The tax number (Steuernummer), beside or instead of `vatId`.
    public var taxNumber: String?
    /// The IANA time zone of the freelancer's own dates.
    public var timeZone: String
    /// The numbers that a DATEV booking batch needs; nil: no export.
    public var datev: DATEV?
    /// The account that clients pay to, without spaces.
    public var iban: String
    /// The bank, where a client asks for it.
    public var bic: String?
    /// A small business, § 19 UStG: its invoices show no VAT. Default false.
    public var smallBusiness: Bool
    /// The pattern of invoice numbers. Default `{year}-{number:4}`.
    public var invoiceNumbers: String

    /// The pattern of invoice numbers where a file gives none.
    public static let defaultInvoiceNumbers = "{year}-{number:4}"

    /// A supplier from its parts.
    public init(
        name: String,
        contact: String,
        street: String,
        postalCode: String,
        city: String,
        country: String,
        phone: String,
        email: String,
        eInvoiceAddress: ElectronicAddress?,
        vatId: String? = nil,
        taxNumber: String? = nil,
        timeZone: String,
        datev: DATEV? = nil,
        iban: String,
        bic: String? = nil,
        smallBusiness: Bool = false,
        invoiceNumbers: String = Supplier.defaultInvoiceNumbers
    ) {
        self.name = name
        self.contact = contact
        self.street = street
        self.postalCode = postalCode
        self.city = city
        self.country = country
        self.phone = phone
        self.email = email
        self.eInvoiceAddress = eInvoiceAddress
        self.vatId = vatId
        self.taxNumber = taxNumber
        self.timeZone = timeZone
        self.datev = datev
        self.iban = iban
        self.bic = bic
        self.smallBusiness = smallBusiness
        self.invoiceNumbers = invoiceNumbers
    }

    /// What a DATEV booking batch needs.
    public struct DATEV: Codable, Hashable, Sendable {
        /// The tax adviser's number, 1001 to 9999999.
        public var consultant: Int64
        /// The number of the freelancer at the adviser, 1 to 99999.
        public var client: Int64
        /// The account that revenue is booked to.
        public var revenueAccount: Int64

        /// The numbers.
        public init(consultant: Int64, client: Int64, revenueAccount: Int64) {
            self.consultant = consultant
            self.client = client
            self.revenueAccount = revenueAccount
        }
    }
}
