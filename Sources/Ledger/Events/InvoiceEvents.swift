internal import GRDB

/// An invoice or a Storno was issued; it is never edited.
struct InvoiceIssued: EventPayload {
    static let kind = "invoiceIssued"
    let number: String
    /// Numbers count within one key: the year, or nothing.
    let sequenceKey: String
    let sequence: Int64
    let contract: String
    /// `2026-10` where earlier months waited, else the same as `month`.
    let firstMonth: String
    let month: String
    /// 0, or 1 for the second of two invoices that one month needs.
    let part: Int64
    let invoice: InvoiceDocument
    /// The number of the invoice that a Storno takes back.
    let cancels: String?

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            INSERT INTO invoices (number, sequenceKey, sequence, contract, firstMonth, month, part, cancels, issueDate,
                currency, netCents, vatCents, grossCents, document, xml, xmlHash, html, issuedAt, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                number, sequenceKey, sequence, contract, firstMonth, month, part, cancels, invoice.issueDate,
                invoice.currency, invoice.netCents, invoice.vatCents, invoice.grossCents, invoice.document, invoice.xml,
                invoice.xmlHash, invoice.html, entry.at, entry.sequence,
            ]
        )
        guard let cancels else { return }
        try db.runOnOne(
            "UPDATE invoices SET cancelledBy = ?, entry = ? WHERE number = ? AND cancelledBy IS NULL",
            [number, entry.sequence, cancels]
        )
    }
}

/// Numbers up to this one were given elsewhere: by another program, or after the backup from which the ledger goes on. The last word holds.
struct NumbersContinued: EventPayload {
    static let kind = "numbersContinued"
    /// Numbers count within one key: the year, or nothing.
    let sequenceKey: String
    let sequence: Int64
    let `operator`: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            "INSERT OR REPLACE INTO numbers (sequenceKey, sequence, decidedBy, at, entry) VALUES (?, ?, ?, ?, ?)",
            [sequenceKey, sequence, `operator`, entry.at, entry.sequence]
        )
    }
}

/// The money came.
struct InvoicePaid: EventPayload {
    static let kind = "invoicePaid"
    let number: String
    /// `2026-12-01`.
    let paidOn: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.runOnOne(
            "UPDATE invoices SET paidOn = ?, entry = ? WHERE number = ?",
            [paidOn, entry.sequence, number]
        )
    }
}
