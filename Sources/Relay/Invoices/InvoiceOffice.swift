import Billing
import ContractFiles
import Contracts
import Foundation
import Invoicing
import Ledger
import QRCodes
import Receipts
import RelayAPI

/// From a contract's month to issued invoices, Storni and bookings.
///
/// What an invoice says comes from the ledger alone and is computed anew each time; what was issued stands in the ledger byte for
/// byte and is only handed out.
struct InvoiceOffice: Sendable {
    let ledger: Ledger
    let accounts: ContractAccounts
    let book: QuotaBook
    let clock: RelayClock
    /// What `supplier.yaml` says: the freelancer, or what is wrong with it.
    let supplier: @Sendable () -> SupplierFile

    // MARK: Issuing

    /// The invoices of a month: issued once, or only shown.
    func invoice(_ request: InvoiceRequest) async throws -> InvoiceAnswer {
        switch try await issue(try await prepare(request, likelySequence: nil), for: request) {
        case .issued(let listings):
            var files: [InvoiceFile] = []
            for listing in listings { files.append(try await show(listing.number)) }
            return InvoiceAnswer(invoices: files)
        case .shown(let files): return InvoiceAnswer(invoices: files)
        case .waits(let reason): return InvoiceAnswer(invoices: [], waits: reason)
        }
    }

    // MARK: Storno, payment, reading

    /// Takes an invoice back; a second call gives the same Storno.
    func cancel(_ request: CancelInvoice) async throws -> InvoiceFile {
        let supplier = try knownSupplier()
        guard let original = try await ledger.invoice(request.number) else {
            throw Refusal.notFound("there is no invoice \(request.number.prefix(60)) (lotse invoice list shows them)")
        }
        let history = try await accounts.history(of: original.contract)
        let zone = history.versions.last?.zone ?? .utc
        let today = try Self.today(in: zone, at: clock.wall())
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        let record = try await Self.translating {
            try await ledger.cancelInvoice(request.number, sequenceKey: format.sequenceKey(year: today.year)) {
                sequence,
                original in
                let number = try format.number(sequence, year: today.year)
                let invoice = try JSONDecoder().decode(Invoice.self, from: Data(original.invoice.document.utf8))
                let storno = try invoice.cancelled(number: number, issueDate: today, reason: request.reason)
                return (number, try Self.document(storno, zone: zone))
            }
        }
        return Self.file(record)
    }

    /// Writes down when the money came.
    func paid(_ payment: InvoicePayment) async throws -> InvoiceSummary {
        guard let invoice = try await ledger.invoice(payment.number) else {
            throw Refusal.notFound("there is no invoice \(payment.number.prefix(60)) (lotse invoice list shows them)")
        }
        let zone = try await accounts.history(of: invoice.contract).versions.last?.zone ?? .utc
        let today = try Self.today(in: zone, at: clock.wall())
        guard let day = payment.paidOn.map({ try? LocalDate.parse($0) }) ?? today, day <= today else {
            throw Refusal.badRequest(
                "\"\((payment.paidOn ?? "").prefix(20))\" is not a day up to today (--on 2026-12-01)"
            )
        }
        return Self.summary(try await ledger.payInvoice(payment.number, on: "\(day)").listing)
    }

    /// Writes down which number was given last by another program, or since the backup from which the ledger goes on.
    func continueNumbers(_ request: NumbersContinuation, by operator: String) async throws -> NextInvoiceNumber {
        let supplier = try knownSupplier()
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        guard let (sequence, year) = format.place(of: request.after) else {
            throw Refusal.badRequest(
                "\"\(request.after.prefix(60))\" is no number of the pattern \(supplier.invoiceNumbers) (invoiceNumbers in supplier.yaml)"
            )
        }
        // Time zones lie between UTC-12 and UTC+14, and in each an invoice is of the year that it is there.
        let years = try [-12, 14].map { try Self.today(in: .utc, at: clock.wall() + $0 * 3600).year }
        let issued = year ?? years[0]
        guard years.contains(issued) else {
            throw Refusal.badRequest("\(request.after) is not of \(years[0]), and the next invoice is")
        }
        let key = format.sequenceKey(year: issued)
        try await ledger.continueNumbers(after: sequence, sequenceKey: key, by: `operator`)
        let next = try await ledger.nextInvoice(sequenceKey: key)
        return NextInvoiceNumber(next: try Self.translating { try format.number(next, year: issued) })
    }

    /// All invoices and Storni.
    func list() async throws -> [InvoiceSummary] { try await ledger.invoices().map(Self.summary) }

    /// One with its documents.
    func show(_ number: String) async throws -> InvoiceFile {
        guard let record = try await ledger.invoice(number) else {
            throw Refusal.notFound("there is no invoice \(number.prefix(60)) (lotse invoice list shows them)")
        }
        return Self.file(record)
    }

    /// The booking batch of the invoices that were issued in a month.
    func datev(month text: String) async throws -> BookingBatch {
        guard let month = Billing.LocalMonth(text) else {
            throw Refusal.badRequest("\"\(text.prefix(20))\" is not a month (--month 2026-11)")
        }
        let invoices = try await ledger.invoices(issuedIn: "\(month)").map {
            try JSONDecoder().decode(Invoice.self, from: Data($0.invoice.document.utf8))
        }
        let supplier = try knownSupplier()
        let now = try Instant(seconds: clock.wall())
        let bytes = try Self.translating {
            try DATEVBatch.bytes(invoices, month: month, supplier: supplier, createdAt: now)
        }
        return BookingBatch(base64: Data(bytes).base64EncodedString())
    }

    /// How an invoice's lines were computed; of a Storno those that it takes back.
    func explain(_ number: String, line text: String?) async throws -> Explanation {
        guard let record = try await ledger.invoice(number) else {
            throw Refusal.notFound("there is no invoice \(number.prefix(60)) (lotse invoice list shows them)")
        }
        if let original = record.cancels { return try await explain(original, line: text) }
        let line = text.map { Int($0) ?? 0 }
        let account = try await accounts.account(of: record.contract, at: clock.wall())
        let invoice = try JSONDecoder().decode(Invoice.self, from: Data(record.invoice.document.utf8))
        return try Self.translating {
            try Explanation(
                invoice,
                bills: account.statements.flatMap(\.sessions),
                credits: account.statements.flatMap(\.credits),
                versions: account.history.versions,
                line: line
            )
        }
    }

    /// The sessions of a month that have ended, as the proof of service tells them; this month's where it is not over.
    func services(contract: String, month text: String?) async throws -> [ServiceRow] {
        let now = clock.wall()
        let snapshot = try await accounts.snapshot(of: contract)
        let account = try snapshot.account(at: now)
        let moment = try Instant(seconds: now)
        let newest = account.history.version(at: moment) ?? account.history.versions[0]
        let current = Billing.LocalMonth(newest.zone.date(at: moment))
        guard let month = text.map({ Billing.LocalMonth($0) }) ?? current else {
            throw Refusal.badRequest("\"\((text ?? "").prefix(20))\" is not a month (--month 2026-11)")
        }
        let proof = try await ServiceProof(of: snapshot, newest.contract, ledger)
        return proof.rows(of: account.statements.filter { $0.period == month }.flatMap(\.sessions))
    }

    // MARK: Parts

    /// The proof of service of months: one row for each session, and behind them one for each that they give back.
    func rows(of statements: [PeriodStatement], in snapshot: ContractSnapshot, _ contract: Contract) async throws
        -> [ServiceRow]
    {
        let proof = try await ServiceProof(of: snapshot, contract, ledger)
        let bills = statements.flatMap(\.sessions)
        let billedHere = Set(bills.map(\.session.session))
        var rows = proof.rows(of: bills)
        for back in statements.flatMap(\.credits) {
            let session = back.credit.session
            let original =
                billedHere.contains(session)
                ? nil : try await ledger.billing(session, of: contract.contract, in: back.bill.period)
            if let row = proof.row(of: back, original: original) { rows.append(row) }
        }
        return rows
    }

    func knownSupplier() throws -> Supplier {
        let file = supplier()
        guard let supplier = file.supplier else {
            let problems = file.problems.map { "\n" + $0.rendered(file: "supplier.yaml") }.joined()
            throw Refusal.conflict(
                "no invoice without its head, supplier.yaml in the relay's folder (mend what is wrong in it, and call again):\(problems)"
            )
        }
        return supplier
    }

    static func document(_ invoice: Invoice, zone: TimeZoneRules) throws -> InvoiceDocument {
        let xml = invoice.isPageAlone ? [] : try XRechnung.bytes(invoice)
        return InvoiceDocument(
            issueDate: "\(invoice.issueDate)",
            currency: invoice.currency,
            netCents: invoice.netCents,
            vatCents: invoice.vatCents,
            grossCents: invoice.grossCents,
            document: try JSONValue(encoding: invoice).canonicalText,
            xml: String(decoding: xml, as: UTF8.self),
            xmlHash: Digest.sha256(xml).hex,
            html: try InvoicePage.html(invoice, zone: zone, qrCode: QRMatrix.encode)
        )
    }

    static func draft(_ invoice: Invoice, _ month: BilledMonth, _ statements: [PeriodStatement]) throws
        -> InvoiceFile
    {
        let document: InvoiceDocument = try translating { try Self.document(invoice, zone: month.zone) }
        return InvoiceFile(
            summary: InvoiceSummary(
                number: invoice.number,
                contract: invoice.contract,
                firstMonth: "\(statements.first?.period ?? month.month)",
                month: "\(month.month)",
                kind: invoice.kind.rawValue,
                issueDate: document.issueDate,
                netCents: invoice.netCents,
                vatCents: invoice.vatCents,
                grossCents: invoice.grossCents,
                currency: invoice.currency,
                xmlHash: document.xmlHash
            ),
            xml: document.xml,
            html: document.html
        )
    }

    static func file(_ record: InvoiceRecord) -> InvoiceFile {
        InvoiceFile(summary: summary(record.listing), xml: record.invoice.xml, html: record.invoice.html)
    }

    static func summary(_ invoice: InvoiceListing) -> InvoiceSummary {
        InvoiceSummary(
            number: invoice.number,
            contract: invoice.contract,
            firstMonth: invoice.firstMonth,
            month: invoice.month,
            kind: (invoice.cancels == nil ? Invoice.Kind.invoice : .cancellation).rawValue,
            issueDate: invoice.issueDate,
            netCents: invoice.netCents,
            vatCents: invoice.vatCents,
            grossCents: invoice.grossCents,
            currency: invoice.currency,
            cancels: invoice.cancels,
            cancelledBy: invoice.cancelledBy,
            paidOn: invoice.paidOn,
            xmlHash: invoice.xmlHash
        )
    }

    private static func today(in zone: TimeZoneRules, at now: Int64) throws -> LocalDate {
        zone.date(at: try Instant(seconds: now))
    }

    /// What billing and invoicing refuse, for the caller.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as InvoicingError {
            throw Refusal(.unprocessableContent, "invoice", error.diagnostics)
        } catch let error as BillingError {
            throw Refusal(.unprocessableContent, "billing", "\(error)")
        }
    }

    static func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as InvoicingError {
            throw Refusal(.unprocessableContent, "invoice", error.diagnostics)
        } catch let error as BillingError {
            throw Refusal(.unprocessableContent, "billing", "\(error)")
        }
    }
}
