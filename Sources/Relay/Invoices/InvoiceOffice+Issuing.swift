import Billing
import Contracts
import Invoicing
import Ledger
import RelayAPI

/// What a month of one contract comes to in invoices.
enum MonthInvoices: Sendable {
    /// They are in the ledger.
    case issued([InvoiceListing])
    /// As they would be.
    case shown([InvoiceFile])
    /// The reason why there are none yet.
    case waits(String)
}

/// A month's invoices of one contract, on their way.
enum PreparedInvoices: Sendable {
    /// There is nothing to write down.
    case known(MonthInvoices)
    /// They are to be issued, once what is missing of the quota is written down.
    case drafts([InvoiceDraft], QuotaBook.Missing?)

    /// How many numbers they will use up.
    var count: Int64 {
        if case .drafts(let drafts, _) = self { Int64(drafts.count) } else { 0 }
    }
}

/// An invoice that has everything but its number.
struct InvoiceDraft: Sendable {
    typealias Numbered = (number: String, invoice: InvoiceDocument)

    let contract: String
    let months: ClosedRange<String>
    let part: Int64
    let sequenceKey: String
    /// The ledger's entry that had changed the contract's account last.
    let lastSettled: Int64
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
        let snapshot = try await accounts.snapshot(of: request.contract)
        let now = clock.wall()
        let account = try snapshot.account(at: now)
        let billed = try BilledMonth(account, of: request.contract, month, at: now)
        func missing() throws -> QuotaBook.Missing? {
            try Self.translating { try book.missing(in: snapshot, account, at: now) }
        }
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
                    return try await drafts(billed, statements, of: snapshot, missing(), likelySequence)
                }
                return .known(.issued(valid))
            }
        }
        // The wall clock may have been put right since a session began, whose time goes on from its start.
        let end = month.next.start(in: billed.zone)
        if !request.isDryRun,
            let session = snapshot.sessions.first(where: { $0.state == .live && $0.lastInstant <= end })
        {
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
            return .known(.waits(waits))
        }
        if request.isDryRun { return .known(.shown(try await shown(billed, statements, of: snapshot))) }
        return try await drafts(billed, statements, of: snapshot, missing(), likelySequence)
    }

    /// How often a month is prepared anew because work was written down meanwhile.
    private static let attempts = 5

    /// Issues what was prepared; where work was written down meanwhile, what the month comes to with it.
    func issue(_ prepared: PreparedInvoices, for request: InvoiceRequest) async throws -> MonthInvoices {
        var prepared = prepared
        for _ in 1..<Self.attempts {
            do {
                return try await issue(prepared)
            } catch let error as LedgerError where error.kind == .outdated {
                prepared = try await prepare(request, likelySequence: nil)
            }
        }
        return try await issue(prepared)
    }

    /// Writes down what was prepared.
    ///
    /// - Throws: `LedgerError` (`outdated`) where work was written down meanwhile.
    func issue(_ prepared: PreparedInvoices) async throws -> MonthInvoices {
        switch prepared {
        case .known(let invoices): return invoices
        case .drafts(let drafts, let missing):
            if let missing { await book.write(missing, at: clock.wall()) }
            var issued: [InvoiceListing] = []
            for draft in drafts {
                let listing = try await Self.translating {
                    try await ledger.issueInvoice(
                        contract: draft.contract,
                        months: draft.months,
                        part: draft.part,
                        sequenceKey: draft.sequenceKey,
                        lastSettled: draft.lastSettled
                    ) { sequence in
                        if let likely = draft.likely, likely.sequence == sequence { return likely.numbered }
                        return try draft.make(sequence)
                    }
                }
                issued.append(listing)
            }
            return .issued(issued)
        }
    }

    /// The place in the sequence that the next invoice gets, if nobody issues another before.
    func likelySequence() async throws -> Int64 {
        let supplier = try knownSupplier()
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        let year = TimeZoneRules.utc.date(at: try Instant(seconds: clock.wall())).year
        return try await ledger.nextInvoice(sequenceKey: format.sequenceKey(year: year))
    }

    /// The invoices of these months as they would be, without numbers of their own.
    private func shown(
        _ month: BilledMonth,
        _ statements: [PeriodStatement],
        of snapshot: ContractSnapshot
    ) async throws -> [InvoiceFile] {
        let supplier = try knownSupplier()
        let number = InvoiceNumberFormat.draft(contract: month.contract.contract, period: "\(month.month)")
        return try await contents(month, statements, of: snapshot).map { content in
            let invoice = try Self.translating { try Self.invoice(content, month, supplier, number) }
            return try Self.draft(invoice, month, statements)
        }
    }

    /// The invoices of these months, to be issued.
    private func drafts(
        _ month: BilledMonth,
        _ statements: [PeriodStatement],
        of snapshot: ContractSnapshot,
        _ missing: QuotaBook.Missing?,
        _ likelySequence: Int64?
    ) async throws -> PreparedInvoices {
        let supplier = try knownSupplier()
        let format = try Self.translating { try InvoiceNumberFormat(supplier.invoiceNumbers) }
        let year = month.today.year
        let drafts = try await contents(month, statements, of: snapshot).enumerated().map { index, content in
            @Sendable func numbered(_ sequence: Int64) throws -> InvoiceDraft.Numbered {
                let number = try format.number(sequence, year: year)
                return (number, try Self.document(Self.invoice(content, month, supplier, number), zone: month.zone))
            }
            let likely = try Self.translating {
                try likelySequence.map { ($0 + Int64(index), try numbered($0 + Int64(index))) }
            }
            return InvoiceDraft(
                contract: month.contract.contract,
                months: "\(content.first)"..."\(content.last)",
                part: Int64(index),
                sequenceKey: format.sequenceKey(year: year),
                lastSettled: snapshot.lastSettled,
                likely: likely,
                make: numbered
            )
        }
        return .drafts(drafts, missing)
    }

    /// What stands on each of the invoices that these months need.
    private func contents(
        _ month: BilledMonth,
        _ statements: [PeriodStatement],
        of snapshot: ContractSnapshot
    ) async throws -> [InvoiceContent] {
        let rows = try await rows(of: statements, in: snapshot, month.contract)
        return try Self.translating { try InvoiceContent(statements: statements, rows: rows).separated() }
    }

    private static func invoice(
        _ content: InvoiceContent,
        _ month: BilledMonth,
        _ supplier: Supplier,
        _ number: String
    ) throws -> Invoice {
        try Invoice(
            content,
            contract: month.contract,
            supplier: supplier,
            number: number,
            issueDate: month.today,
            zone: month.zone
        )
    }
}
