import Billing
import Contracts
import Invoicing
import Ledger
import RelayAPI

/// A month's invoices of one contract, on their way.
enum PreparedInvoices: Sendable {
    /// There is nothing to write down: they are there already, are only shown, or wait.
    case answer(InvoiceAnswer)
    /// They are to be issued.
    case drafts([InvoiceDraft])

    /// How many numbers they will use up.
    var count: Int64 {
        if case .drafts(let drafts) = self { Int64(drafts.count) } else { 0 }
    }
}

/// An invoice that has everything but its number.
struct InvoiceDraft: Sendable {
    typealias Numbered = (number: String, invoice: InvoiceDocument)

    let contract: String
    let months: ClosedRange<String>
    let part: Int64
    let sequenceKey: String
    /// The invoice for the place in the sequence that it will most likely get, made before the ledger is locked.
    let likely: (sequence: Int64, numbered: Numbered)?
    /// The invoice for any place in the sequence.
    let make: @Sendable (_ sequence: Int64) throws -> Numbered
}

extension InvoiceOffice {
    /// Finds out what a month's invoices are, up to their numbers, and writes nothing.
    ///
    /// - Parameter likelySequence: the place in the sequence that the first of them will most likely get; nil where nobody waits for it.
    func prepare(_ request: InvoiceRequest, likelySequence: Int64?) async throws -> PreparedInvoices {
        guard let month = Billing.LocalMonth(request.month) else {
            throw Refusal.badRequest("\"\(request.month.prefix(20))\" is not a month (--month 2026-11)")
        }
        // Asked before the account: a session that ends in between is in it.
        let live = try await ledger.sessions(SessionFilter(contract: request.contract, state: .live))
        let billed = try await BilledMonth(request.contract, month, accounts: accounts, at: clock.wall())
        let issued = try await ledger.invoices(contract: request.contract)
        if !request.isDryRun {
            guard billed.isOver else {
                throw Refusal.conflict("\(month) is not over (--dry-run shows what it comes to so far)")
            }
            let valid = issued.filter { $0.isValid && $0.month == request.month }
            if let first = valid.first {
                let statements = billed.statements(on: first)
                // A part was taken back, or was never reached.
                guard Set(valid.map(\.part)).count >= BilledMonth.partCount(of: statements) else {
                    return try await invoices(billed, statements, isDryRun: false, likelySequence)
                }
                var files: [InvoiceFile] = []
                for invoice in valid { files.append(try await show(invoice.number)) }
                return .answer(InvoiceAnswer(invoices: files))
            }
        }
        // The wall clock may have been put right since a session began, whose time goes on from its start.
        let end = month.next.start(in: billed.zone)
        if !request.isDryRun, let session = live.first(where: { $0.lastInstant <= end }) {
            throw Refusal.conflict(
                "the session \(session.session) still runs and may belong to \(month) (end it, or try again in a minute)"
            )
        }
        let statements = try billed.pending(after: issued)
        guard statements.contains(where: { !$0.lines.isEmpty }) else {
            let isBilled = issued.contains { $0.isValid && $0.firstMonth <= "\(month)" && "\(month)" <= $0.month }
            throw Refusal(
                .conflict,
                Refusal.nothingToInvoice,
                isBilled
                    ? "\(month) stands on an invoice together with a later month (lotse invoice list)"
                    : "there is nothing to invoice in \(month) (no fee and no billed session)"
            )
        }
        if case .wait = try Self.translating({ try billed.decision(statements, after: issued) }), !request.isDryRun {
            let net = statements.reduce(0) { $0 &+ $1.netCents }
            let waits =
                "\(Cents.text(net)) \(billed.contract.currency) net is less than the contract's smallest invoice; it goes onto the next one"
            return .answer(InvoiceAnswer(invoices: [], waits: waits))
        }
        return try await invoices(billed, statements, isDryRun: request.isDryRun, likelySequence)
    }

    /// Writes down what was prepared.
    func issue(_ prepared: PreparedInvoices) async throws -> InvoiceAnswer {
        switch prepared {
        case .answer(let answer): return answer
        case .drafts(let drafts):
            var files: [InvoiceFile] = []
            for draft in drafts {
                await book.update(draft.contract, at: clock.wall())
                let record = try await Self.translating {
                    try await ledger.issueInvoice(
                        contract: draft.contract,
                        months: draft.months,
                        part: draft.part,
                        sequenceKey: draft.sequenceKey
                    ) { sequence in
                        if let likely = draft.likely, likely.sequence == sequence { return likely.numbered }
                        return try draft.make(sequence)
                    }
                }
                files.append(Self.file(record))
            }
            return InvoiceAnswer(invoices: files)
        }
    }

    /// The place in the sequence that the next invoice gets, if nobody issues another before.
    func likelySequence() async throws -> Int64 {
        let supplier = try knownSupplier()
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        let year = TimeZoneRules.utc.date(at: try Instant(seconds: clock.wall())).year
        return try await ledger.nextInvoice(sequenceKey: format.sequenceKey(year: year))
    }

    private func invoices(
        _ month: BilledMonth,
        _ statements: [PeriodStatement],
        isDryRun: Bool,
        _ likelySequence: Int64?
    ) async throws -> PreparedInvoices {
        let supplier = try knownSupplier()
        let rows =
            try await rows(of: statements.flatMap(\.sessions), month.contract)
            + creditRows(of: statements, month.contract)
        let parts = try Self.translating { try InvoiceContent(statements: statements, rows: rows).separated() }
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        let today = month.today
        var shown: [InvoiceFile] = []
        var drafts: [InvoiceDraft] = []
        for (index, content) in parts.enumerated() {
            @Sendable func invoice(_ number: String) throws -> Invoice {
                try Invoice(
                    content,
                    contract: month.contract,
                    supplier: supplier,
                    number: number,
                    issueDate: today,
                    zone: month.zone
                )
            }
            @Sendable func numbered(_ sequence: Int64) throws -> InvoiceDraft.Numbered {
                let number = try format.number(sequence, year: today.year)
                return (number, try Self.document(invoice(number), zone: month.zone))
            }
            if isDryRun {
                let number = InvoiceNumberFormat.draft(contract: month.contract.contract, period: "\(month.month)")
                let draft = try Self.translating { try invoice(number) }
                shown.append(try Self.draft(draft, month, statements))
                continue
            }
            let likely = try Self.translating {
                try likelySequence.map { ($0 + Int64(index), try numbered($0 + Int64(index))) }
            }
            drafts.append(
                InvoiceDraft(
                    contract: month.contract.contract,
                    months: "\(content.first)"..."\(content.last)",
                    part: Int64(index),
                    sequenceKey: format.sequenceKey(year: today.year),
                    likely: likely,
                    make: numbered
                )
            )
        }
        return isDryRun ? .answer(InvoiceAnswer(invoices: shown)) : .drafts(drafts)
    }
}
