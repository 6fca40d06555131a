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
        guard let month = Billing.LocalMonth(request.month) else {
            throw Refusal.badRequest("\"\(request.month.prefix(20))\" is not a month (--month 2026-11)")
        }
        if !request.isDryRun { await book.update(request.contract, at: clock.wall()) }
        let billed = try await BilledMonth(request.contract, month, accounts: accounts, at: clock.wall())
        let issued = try await ledger.invoices(contract: request.contract)
        if !request.isDryRun {
            guard billed.isOver else {
                throw Refusal.conflict("\(month) is not over (--dry-run shows what it comes to so far)")
            }
            let valid = issued.filter { $0.cancels == nil && $0.cancelledBy == nil && $0.month == request.month }
            if !valid.isEmpty { return InvoiceAnswer(invoices: valid.map(Self.file)) }
        }
        let statements = try billed.pending(after: issued)
        guard !statements.isEmpty else {
            let isBilled = issued.contains {
                $0.cancels == nil && $0.cancelledBy == nil && $0.firstMonth <= "\(month)" && "\(month)" <= $0.month
            }
            throw Refusal.conflict(
                isBilled
                    ? "\(month) stands on an invoice together with a later month (lotse invoice list)"
                    : "there is nothing to invoice in \(month) (no fee and no billed session)"
            )
        }
        if case .wait = try Self.translating({ try billed.decision(statements) }), !request.isDryRun {
            let net = statements.reduce(0) { $0 &+ $1.netCents }
            return InvoiceAnswer(
                invoices: [],
                waits:
                    "\(Cents.text(net)) \(billed.contract.currency) net is less than the contract's smallest invoice; it goes onto the next one"
            )
        }
        return try await invoices(billed, statements, isDryRun: request.isDryRun)
    }

    private func invoices(_ month: BilledMonth, _ statements: [PeriodStatement], isDryRun: Bool) async throws
        -> InvoiceAnswer
    {
        let supplier = try knownSupplier()
        let rows =
            try await rows(of: statements.flatMap(\.sessions), month.contract)
            + creditRows(of: statements, month.contract)
        let parts = try Self.translating { try InvoiceContent(statements: statements, rows: rows).separated() }
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        let today = month.today
        var files: [InvoiceFile] = []
        for (index, content) in parts.enumerated() {
            @Sendable func make(_ number: String) throws -> Invoice {
                try Invoice(
                    content,
                    contract: month.contract,
                    supplier: supplier,
                    number: number,
                    issueDate: today,
                    zone: month.zone
                )
            }
            if isDryRun {
                let number = InvoiceNumberFormat.draft(contract: month.contract.contract, period: "\(month.month)")
                let invoice = try Self.translating { try make(number) }
                files.append(try Self.draft(invoice, month, statements))
                continue
            }
            let record = try await Self.translating {
                try await ledger.issueInvoice(
                    contract: month.contract.contract,
                    months: "\(content.first)"..."\(content.last)",
                    part: Int64(index),
                    sequenceKey: format.sequenceKey(year: today.year)
                ) { sequence in
                    let number = try format.number(sequence, year: today.year)
                    return (number, try Self.document(make(number), zone: month.zone))
                }
            }
            files.append(Self.file(record))
        }
        return InvoiceAnswer(invoices: files)
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
        return Self.summary(try await ledger.payInvoice(payment.number, on: "\(day)"))
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
        let records = try await ledger.invoices().filter { $0.invoice.issueDate.hasPrefix("\(month)-") }
        let invoices = try records.map {
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
        let account = try await accounts.account(of: contract, at: now)
        let moment = try Instant(seconds: now)
        let newest = account.history.version(at: moment) ?? account.history.versions[0]
        let current = Billing.LocalMonth(newest.zone.date(at: moment))
        guard let month = text.map({ Billing.LocalMonth($0) }) ?? current else {
            throw Refusal.badRequest("\"\((text ?? "").prefix(20))\" is not a month (--month 2026-11)")
        }
        let bills = account.statements.filter { $0.period == month }.flatMap(\.sessions)
        return try await rows(of: bills, newest.contract)
    }

    // MARK: Parts

    /// One row of the proof of service for each session.
    private func rows(of bills: [SessionBill], _ contract: Contract) async throws -> [ServiceRow] {
        var rows: [ServiceRow] = []
        for bill in bills {
            guard let record = try await ledger.session(bill.session.session) else { continue }
            rows.append(
                ServiceRow(
                    bill,
                    contract: contract,
                    operator: record.operator,
                    summary: record.wholeSummary,
                    receipt: try await receipt(of: record)
                )
            )
        }
        return rows
    }

    private func receipt(of record: LedgerSession) async throws -> ServiceRow.Receipt? {
        if record.isRecorded { return .recorded }
        if let known = try await ledger.receipt(record.session), !known.isPending {
            return ServiceRow.Receipt(rawValue: known.receipt.state.rawValue)
        }
        return try await ledger.consent(record.session) == nil ? nil : .consented
    }

    /// One row for each session that the months give back.
    private func creditRows(of statements: [PeriodStatement], _ contract: Contract) async throws -> [ServiceRow] {
        let billedHere = Set(statements.flatMap(\.sessions).map(\.session.session))
        var rows: [ServiceRow] = []
        for back in statements.flatMap(\.credits) {
            guard let record = try await ledger.session(back.credit.session) else { continue }
            rows.append(
                ServiceRow(
                    back,
                    contract: contract,
                    operator: record.operator,
                    summary: record.wholeSummary,
                    receipt: try await receipt(of: record),
                    original: billedHere.contains(record.session)
                        ? nil
                        : try await ledger.billing(record.session, of: contract.contract, in: back.bill.period)
                )
            )
        }
        return rows
    }

    private func knownSupplier() throws -> Supplier {
        let file = supplier()
        guard let supplier = file.supplier else {
            let first = file.problems.first.map { ", the first: \($0.rendered(file: "supplier.yaml"))" } ?? ""
            throw Refusal.conflict(
                "no invoice without its head, supplier.yaml in the relay's folder; it has \(file.problems.count) problems\(first)"
            )
        }
        return supplier
    }

    private static func document(_ invoice: Invoice, zone: TimeZoneRules) throws -> InvoiceDocument {
        let xml = try XRechnung.bytes(invoice)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return InvoiceDocument(
            issueDate: "\(invoice.issueDate)",
            currency: invoice.currency,
            netCents: invoice.netCents,
            vatCents: invoice.vatCents,
            grossCents: invoice.grossCents,
            document: String(decoding: try encoder.encode(invoice), as: UTF8.self),
            xml: String(decoding: xml, as: UTF8.self),
            xmlHash: Digest.sha256(xml).hex,
            html: try InvoicePage.html(invoice, zone: zone, qrCode: QRMatrix.encode)
        )
    }

    private static func draft(_ invoice: Invoice, _ month: BilledMonth, _ statements: [PeriodStatement]) throws
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

    private static func file(_ record: InvoiceRecord) -> InvoiceFile {
        InvoiceFile(summary: summary(record), xml: record.invoice.xml, html: record.invoice.html)
    }

    private static func summary(_ record: InvoiceRecord) -> InvoiceSummary {
        InvoiceSummary(
            number: record.number,
            contract: record.contract,
            firstMonth: record.firstMonth,
            month: record.month,
            kind: (record.cancels == nil ? Invoice.Kind.invoice : .cancellation).rawValue,
            issueDate: record.invoice.issueDate,
            netCents: record.invoice.netCents,
            vatCents: record.invoice.vatCents,
            grossCents: record.invoice.grossCents,
            currency: record.invoice.currency,
            cancels: record.cancels,
            cancelledBy: record.cancelledBy,
            paidOn: record.paidOn,
            xmlHash: record.invoice.xmlHash
        )
    }

    private static func today(in zone: TimeZoneRules, at now: Int64) throws -> LocalDate {
        zone.date(at: try Instant(seconds: now))
    }

    /// What billing and invoicing refuse, for the caller.
    private static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as InvoicingError {
            throw Refusal(.unprocessableContent, "invoice", error.diagnostics)
        } catch let error as BillingError {
            throw Refusal(.unprocessableContent, "billing", "\(error)")
        }
    }

    private static func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as InvoicingError {
            throw Refusal(.unprocessableContent, "invoice", error.diagnostics)
        } catch let error as BillingError {
            throw Refusal(.unprocessableContent, "billing", "\(error)")
        }
    }
}
