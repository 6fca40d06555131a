/// `POST /v1/invoices`: issues a month's invoice, once; or shows what it would be.
public struct InvoiceRequest: Codable, Sendable {
    /// The contract's id.
    public var contract: String
    /// `2026-11`, in the contract's time zone.
    public var month: String
    /// Whether it is only shown: no number is used up.
    public var isDryRun: Bool

    /// A request.
    public init(contract: String, month: String, isDryRun: Bool) {
        self.contract = contract
        self.month = month
        self.isDryRun = isDryRun
    }
}

/// An invoice or a Storno; its documents only where one is asked for by itself.
public struct InvoiceSummary: Codable, Sendable, Equatable {
    /// Its number; that of a dry run begins with `DRAFT-`.
    public var number: String
    /// The contract's id.
    public var contract: String
    /// The first month that it bills.
    public var firstMonth: String
    /// The last.
    public var month: String
    /// `invoice` or `cancellation`.
    public var kind: String
    /// The day of its issue, in the contract's time zone.
    public var issueDate: String
    /// Net, in cents; of a Storno as positive as the original's.
    public var netCents: Int64
    /// Tax, in cents.
    public var vatCents: Int64
    /// Net and tax, in cents.
    public var grossCents: Int64
    /// ISO 4217.
    public var currency: String
    /// The invoice that a Storno takes back.
    public var cancels: String?
    /// The Storno that took it back.
    public var cancelledBy: String?
    /// When the money came, `2026-12-01`.
    public var paidOn: String?
    /// SHA-256 of the electronic invoice, hexadecimal; of no bytes where there is none.
    public var xmlHash: String

    /// A summary.
    public init(
        number: String,
        contract: String,
        firstMonth: String,
        month: String,
        kind: String,
        issueDate: String,
        netCents: Int64,
        vatCents: Int64,
        grossCents: Int64,
        currency: String,
        cancels: String? = nil,
        cancelledBy: String? = nil,
        paidOn: String? = nil,
        xmlHash: String
    ) {
        self.number = number
        self.contract = contract
        self.firstMonth = firstMonth
        self.month = month
        self.kind = kind
        self.issueDate = issueDate
        self.netCents = netCents
        self.vatCents = vatCents
        self.grossCents = grossCents
        self.currency = currency
        self.cancels = cancels
        self.cancelledBy = cancelledBy
        self.paidOn = paidOn
        self.xmlHash = xmlHash
    }
}

/// An invoice with its documents.
public struct InvoiceFile: Codable, Sendable, Equatable {
    /// What it is.
    public var summary: InvoiceSummary
    /// XRechnung, the exact bytes as text; empty where a consumer without an address for it gets the page alone.
    public var xml: String
    /// The page to print.
    public var html: String

    /// An invoice.
    public init(summary: InvoiceSummary, xml: String, html: String) {
        self.summary = summary
        self.xml = xml
        self.html = html
    }
}

/// The answer to `InvoiceRequest`.
public struct InvoiceAnswer: Codable, Sendable, Equatable {
    /// The invoices of the month: one, or two where the VAT category O stands beside another. Empty where it waits.
    public var invoices: [InvoiceFile]
    /// Why there is none: the month waits for the next one.
    public var waits: String?

    /// An answer.
    public init(invoices: [InvoiceFile], waits: String? = nil) {
        self.invoices = invoices
        self.waits = waits
    }
}

/// `POST /v1/invoices/month`: the same for several contracts.
public struct MonthInvoicesRequest: Codable, Sendable {
    /// The contracts' ids, at least one.
    public var contracts: [String]
    /// `2026-11`, in each contract's time zone.
    public var month: String
    /// Whether they are only shown: no number is used up.
    public var isDryRun: Bool

    /// A request.
    public init(contracts: [String], month: String, isDryRun: Bool) {
        self.contracts = contracts
        self.month = month
        self.isDryRun = isDryRun
    }
}

/// What became of one contract of `MonthInvoicesRequest`; without invoices, reason to wait or problem there was nothing to invoice.
public struct MonthInvoicesAnswer: Codable, Sendable, Equatable {
    /// The contract's id.
    public var contract: String
    /// As in `InvoiceAnswer`, without the documents.
    public var invoices: [InvoiceSummary]
    /// As in `InvoiceAnswer`.
    public var waits: String?
    /// Why there is no invoice, where the relay refused it.
    public var problem: Problem?

    /// An answer.
    public init(contract: String, invoices: [InvoiceSummary] = [], waits: String? = nil, problem: Problem? = nil) {
        self.contract = contract
        self.invoices = invoices
        self.waits = waits
        self.problem = problem
    }

    /// Whether the month has nothing in it for this contract.
    public var isEmpty: Bool { invoices.isEmpty && waits == nil && problem == nil }
}

/// `POST /v1/invoices/cancel`.
public struct CancelInvoice: Codable, Sendable {
    /// The invoice's number.
    public var number: String
    /// Why, in words.
    public var reason: String?

    /// A request.
    public init(number: String, reason: String?) {
        self.number = number
        self.reason = reason
    }
}

/// `POST /v1/invoices/paid`.
public struct InvoicePayment: Codable, Sendable {
    /// The invoice's number.
    public var number: String
    /// The day, `2026-12-01`; today in the contract's time zone where nil.
    public var paidOn: String?

    /// A request.
    public init(number: String, paidOn: String?) {
        self.number = number
        self.paidOn = paidOn
    }
}

/// `POST /v1/invoices/numbers`: the next invoice gets the number after this one.
public struct NumbersContinuation: Codable, Sendable {
    /// The last number that was given elsewhere, by the pattern of `supplier.yaml`.
    public var after: String

    /// A request.
    public init(after: String) { self.after = after }
}

/// The answer to ``NumbersContinuation``.
public struct NextInvoiceNumber: Codable, Hashable, Sendable {
    /// What the next invoice is called.
    public var next: String

    /// An answer.
    public init(next: String) { self.next = next }
}

/// `GET /v1/export/datev?month=YYYY-MM`: the booking batch, as bytes in base64.
public struct BookingBatch: Codable, Sendable {
    /// The file's bytes.
    public var base64: String

    /// A batch.
    public init(base64: String) { self.base64 = base64 }
}
