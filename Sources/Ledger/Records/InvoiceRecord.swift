internal import GRDB

/// What an invoice says, as the ledger keeps it: texts and sums, byte for byte.
public struct InvoiceDocument: Codable, Hashable, Sendable {
    /// The day, `2026-12-01`.
    public var issueDate: String
    /// ISO 4217.
    public var currency: String
    /// Net, in cents; of a Storno as positive as the original's.
    public var netCents: Int64
    /// Tax, in cents.
    public var vatCents: Int64
    /// Net and tax, in cents.
    public var grossCents: Int64
    /// The invoice as a value, JSON.
    public var document: String
    /// The electronic invoice: the exact bytes that were issued; empty where the page alone is the invoice.
    public var xml: String
    /// SHA-256 of those bytes, hexadecimal.
    public var xmlHash: String
    /// The page to print.
    public var html: String

    /// A document from its parts.
    public init(
        issueDate: String,
        currency: String,
        netCents: Int64,
        vatCents: Int64,
        grossCents: Int64,
        document: String,
        xml: String,
        xmlHash: String,
        html: String
    ) {
        self.issueDate = issueDate
        self.currency = currency
        self.netCents = netCents
        self.vatCents = vatCents
        self.grossCents = grossCents
        self.document = document
        self.xml = xml
        self.xmlHash = xmlHash
        self.html = html
    }
}

/// An issued invoice or Storno without its texts, which are a thousand times as long.
public struct InvoiceListing: Hashable, Sendable {
    /// Its number, unique for ever.
    public let number: String
    /// The contract.
    public let contract: String
    /// The first month that it bills, `2026-10`.
    public let firstMonth: String
    /// The last.
    public let month: String
    /// 0, or 1 for the second of two that one month needs.
    public let part: Int64
    /// The day of issue, `2026-12-01`.
    public let issueDate: String
    /// ISO 4217.
    public let currency: String
    /// Net, in cents; of a Storno as positive as the original's.
    public let netCents: Int64
    /// Tax, in cents.
    public let vatCents: Int64
    /// Net and tax, in cents.
    public let grossCents: Int64
    /// SHA-256 of the electronic invoice, hexadecimal.
    public let xmlHash: String
    /// The invoice that a Storno takes back.
    public let cancels: String?
    /// The Storno that took it back.
    public let cancelledBy: String?
    /// When the money came, `2026-12-01`.
    public let paidOn: String?
    /// When it was issued, Unix seconds.
    public let issuedAt: Int64

    /// Whether it is an invoice that no Storno took back.
    public var isValid: Bool { cancels == nil && cancelledBy == nil }

    static let columns = """
        number, contract, firstMonth, month, part, issueDate, currency, netCents, vatCents, grossCents, xmlHash, cancels,
        cancelledBy, paidOn, issuedAt
        """

    init(row: StoredRow) throws {
        number = try row.value("number")
        contract = try row.value("contract")
        firstMonth = try row.value("firstMonth")
        month = try row.value("month")
        part = try row.value("part")
        issueDate = try row.value("issueDate")
        currency = try row.value("currency")
        netCents = try row.value("netCents")
        vatCents = try row.value("vatCents")
        grossCents = try row.value("grossCents")
        xmlHash = try row.value("xmlHash")
        cancels = try row.optional("cancels")
        cancelledBy = try row.optional("cancelledBy")
        paidOn = try row.optional("paidOn")
        issuedAt = try row.value("issuedAt")
    }

    static func fetch(_ number: String, in db: Database) throws -> InvoiceListing? {
        try db.row("SELECT \(columns) FROM invoices WHERE number = ?", [number], InvoiceListing.init(row:))
    }

    /// The invoice of a month that is not taken back.
    static func valid(_ contract: String, _ month: String, _ part: Int64, in db: Database) throws -> InvoiceListing? {
        try db.row(
            """
            SELECT \(columns) FROM invoices WHERE contract = ? AND firstMonth <= ? AND month >= ? AND part = ?
                AND cancels IS NULL AND cancelledBy IS NULL
            """,
            [contract, month, month, part],
            InvoiceListing.init(row:)
        )
    }
}

/// An issued invoice or Storno.
@dynamicMemberLookup
public struct InvoiceRecord: Hashable, Sendable {
    /// What it is.
    public let listing: InvoiceListing
    /// What it says.
    public let invoice: InvoiceDocument

    /// What the listing says.
    public subscript<Value>(dynamicMember member: KeyPath<InvoiceListing, Value>) -> Value { listing[keyPath: member] }

    init(row: StoredRow) throws {
        let listing = try InvoiceListing(row: row)
        self.listing = listing
        invoice = InvoiceDocument(
            issueDate: listing.issueDate,
            currency: listing.currency,
            netCents: listing.netCents,
            vatCents: listing.vatCents,
            grossCents: listing.grossCents,
            document: try row.value("document"),
            xml: try row.value("xml"),
            xmlHash: listing.xmlHash,
            html: try row.value("html")
        )
    }

    static func fetch(_ number: String, in db: Database) throws -> InvoiceRecord? {
        try db.row("SELECT * FROM invoices WHERE number = ?", [number], InvoiceRecord.init(row:))
    }
}
