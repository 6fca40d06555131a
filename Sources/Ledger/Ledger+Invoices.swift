internal import GRDB

extension Ledger {
    /// Issues the invoice of a month, once: where one is valid already, that one comes back and nothing is written.
    ///
    /// Number and invoice are one entry in one transaction, so that no number is lost or given twice whatever happens.
    ///
    /// - Parameters:
    ///   - months: first and last month that it bills, `2026-11`.
    ///   - part: 0, or 1 for the second of two that the month needs.
    ///   - sequenceKey: within which numbers count.
    ///   - lastSettled: what had changed the contract's account last when the invoice was prepared (`ContractRecords`): work that was written
    ///     down since would stand on no invoice. Nil where there is nothing to compare with.
    ///   - build: makes the invoice for a place in the sequence, 1 for the first. It holds the ledger's lock and must not call
    ///     the ledger; what it throws is thrown, and uses up no number.
    /// - Returns: the invoice without its texts, which `invoice` gives.
    /// - Throws: `exists` where one of the months stands on another valid invoice; `outdated` where the account has changed since;
    ///   `conflict` for a number that was used before.
    public func issueInvoice(
        contract: String,
        months: ClosedRange<String>,
        part: Int64 = 0,
        sequenceKey: String,
        lastSettled: Int64? = nil,
        build: @escaping @Sendable (_ sequence: Int64) throws -> (number: String, invoice: InvoiceDocument)
    ) async throws -> InvoiceListing {
        try Check.name(contract, "a contract's name")
        return try await store.append { db, _ in
            if let valid = try InvoiceListing.valid(contract, months.upperBound, part, in: db) {
                guard valid.month == months.upperBound, valid.firstMonth == months.lowerBound else {
                    throw LedgerError(
                        .exists,
                        "\(months.upperBound) stands on invoice \(valid.number) already, together with other months"
                    )
                }
                return nil
            }
            guard try InvoiceListing.valid(contract, months.lowerBound, part, in: db) == nil else {
                throw LedgerError(.exists, "\(months.lowerBound) stands on an invoice already; cancel that first")
            }
            guard try lastSettled.map({ try $0 == ContractRecords.lastSettled(of: contract, in: db) }) ?? true else {
                throw LedgerError(.outdated, "work of \(contract) was written down meanwhile; try again")
            }
            return try Self.issuing(contract, months, part, sequenceKey, cancels: nil, build, db)
        } result: { db in
            guard let listing = try InvoiceListing.valid(contract, months.upperBound, part, in: db) else {
                throw LedgerError(.internal, "an invoice was issued and is not there; run lotse-relay verify")
            }
            return listing
        }
    }

    /// The place in the sequence that the next invoice gets, if nobody issues another before: 1 for the first.
    public func nextInvoice(sequenceKey: String) async throws -> Int64 {
        try await store.read { try Self.nextSequence(sequenceKey, $0) }
    }

    /// Writes down that numbers up to this place were given elsewhere, so that the next invoice gets the one after it (§14 (4) Nr. 4 UStG:
    /// each is given once). A lower place mends a higher one, as long as no invoice has followed it.
    ///
    /// - Parameter sequence: within `sequenceKey`; 0 where none was given after all.
    /// - Throws: `conflict` where a later one was issued; `invalid` outside 0 to 999,999,999.
    public func continueNumbers(after sequence: Int64, sequenceKey: String, by operator: String) async throws {
        guard (0...999_999_999).contains(sequence) else {
            throw LedgerError(.invalid, "numbers of invoices end at 999999999")
        }
        try await store.append { db, _ in
            guard try sequence >= Self.lastIssued(sequenceKey, db) else {
                throw LedgerError(.conflict, "a later number was given to an invoice already (lotse invoice list)")
            }
            guard try sequence != Self.lastGiven(sequenceKey, db) else { return nil }
            return .numbersContinued(
                NumbersContinued(sequenceKey: sequenceKey, sequence: sequence, operator: `operator`)
            )
        } result: { _ in
        }
    }

    /// Takes an invoice back by a Storno with a number of its own; a second call gives the same Storno.
    ///
    /// - Parameter build: as above, with the invoice that is taken back.
    /// - Throws: `notFound`; `conflict` for a Storno.
    public func cancelInvoice(
        _ number: String,
        sequenceKey: String,
        build:
            @escaping @Sendable (_ sequence: Int64, _ original: InvoiceRecord) throws -> (
                number: String, invoice: InvoiceDocument
            )
    ) async throws -> InvoiceRecord {
        try await store.append { db, _ in
            let original = try Self.known(number, db)
            guard original.cancels == nil else {
                throw LedgerError(.conflict, "\(number) is a Storno itself (lotse invoice issues the month anew)")
            }
            guard original.cancelledBy == nil else { return nil }
            return try Self.issuing(
                original.contract,
                original.firstMonth...original.month,
                original.part,
                sequenceKey,
                cancels: number,
                { try build($0, original) },
                db
            )
        } result: { db in
            guard let storno = try Self.known(number, db).cancelledBy else {
                throw LedgerError(.internal, "a Storno was issued and is not there; run lotse-relay verify")
            }
            return try Self.known(storno, db)
        }
    }

    /// Writes down when the money came; the last word stands.
    ///
    /// - Throws: `notFound`; `conflict` for a Storno and for what a Storno took back.
    public func payInvoice(_ number: String, on day: String) async throws -> InvoiceRecord {
        try Check.name(day, "a day")
        return try await store.append { db, _ in
            let invoice = try Self.known(number, db)
            guard invoice.cancels == nil, invoice.cancelledBy == nil else {
                throw LedgerError(.conflict, "\(number) is or has a Storno, so nothing is paid on it")
            }
            return invoice.paidOn == day ? nil : .invoicePaid(InvoicePaid(number: number, paidOn: day))
        } result: {
            try Self.known(number, $0)
        }
    }

    /// An invoice by its number.
    public func invoice(_ number: String) async throws -> InvoiceRecord? {
        try await store.read { try InvoiceRecord.fetch(number, in: $0) }
    }

    /// All invoices and Storni in the order of their issue, of one contract or all.
    public func invoices(contract: String? = nil) async throws -> [InvoiceListing] {
        try await store.read { db in
            try db.rows(
                """
                SELECT \(InvoiceListing.columns) FROM invoices \(contract == nil ? "" : "WHERE contract = ?")
                ORDER BY issuedAt, rowid
                """,
                contract.map { [$0] } ?? [],
                InvoiceListing.init(row:)
            )
        }
    }

    /// The invoices and Storni whose day of issue lies in a month, `2026-11`, in the order of their issue, with all that they say.
    public func invoices(issuedIn month: String) async throws -> [InvoiceRecord] {
        try await store.read {
            try $0.rows(
                "SELECT * FROM invoices WHERE substr(issueDate, 1, 7) = ? ORDER BY issuedAt, rowid",
                [month],
                InvoiceRecord.init(row:)
            )
        }
    }

    private static func known(_ number: String, _ db: Database) throws -> InvoiceRecord {
        guard let invoice = try InvoiceRecord.fetch(number, in: db) else {
            throw LedgerError(.notFound, "there is no invoice \(number) (lotse invoice list shows them)")
        }
        return invoice
    }

    private static func issuing(
        _ contract: String,
        _ months: ClosedRange<String>,
        _ part: Int64,
        _ sequenceKey: String,
        cancels: String?,
        _ build: (Int64) throws -> (number: String, invoice: InvoiceDocument),
        _ db: Database
    ) throws -> LedgerEvent {
        let sequence = try nextSequence(sequenceKey, db)
        let (number, invoice) = try build(sequence)
        try Check.name(number, "an invoice number")
        try Check.hash(invoice.xmlHash, "an invoice's hash")
        for (text, what) in [
            (invoice.xml, "an invoice"), (invoice.html, "an invoice's page"), (invoice.document, "an invoice"),
        ] {
            try Check.text(text, what, atMost: 16 << 20)
        }
        guard try InvoiceListing.fetch(number, in: db) == nil else {
            throw LedgerError(.conflict, "the number \(number) was used before; put {year} into invoiceNumbers")
        }
        return .invoiceIssued(
            InvoiceIssued(
                number: number,
                sequenceKey: sequenceKey,
                sequence: sequence,
                contract: contract,
                firstMonth: months.lowerBound,
                month: months.upperBound,
                part: part,
                invoice: invoice,
                cancels: cancels
            )
        )
    }

    private static func nextSequence(_ key: String, _ db: Database) throws -> Int64 { try lastGiven(key, db) &+ 1 }

    /// The last place that was given, here or elsewhere; 0 for none.
    private static func lastGiven(_ key: String, _ db: Database) throws -> Int64 {
        let elsewhere = try Int64.fetchOne(
            db,
            sql: "SELECT sequence FROM numbers WHERE sequenceKey = ?",
            arguments: [key]
        )
        return max(elsewhere ?? 0, try lastIssued(key, db))
    }

    private static func lastIssued(_ key: String, _ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db,
            sql: "SELECT MAX(sequence) FROM invoices WHERE sequenceKey = ?",
            arguments: [key]
        ) ?? 0
    }
}
