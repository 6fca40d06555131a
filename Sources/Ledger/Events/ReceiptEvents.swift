internal import GRDB
import Receipts

/// The receipt of a session was made and is out for signing.
struct ReceiptDrafted: EventPayload {
    static let kind = "receiptDrafted"
    let session: String
    /// Canonical, with the relay's signature.
    let receipt: String
    /// What both ends said of the session before, canonical; nil where they could not.
    let closing: String?

    func apply(_ entry: EntryStamp, to db: Database) throws {
        let receipt = try Receipt(canonical: Array(self.receipt.utf8))
        // One chain per contract: a receipt that is left out or put in between shows.
        guard receipt.session == session,
            receipt.previousReceiptHash == (try ReceiptRecord.last(of: receipt.contract, in: db))
        else { throw LedgerError(.internal, "a receipt does not follow the one before it; run lotse-relay verify") }
        try db.run(
            """
            INSERT INTO receipts (session, contract, hash, state, record, closing, drafted, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                session, receipt.contract, try receipt.hash().hex, ReceiptRecord.pending, self.receipt, closing,
                entry.sequence, entry.sequence,
            ]
        )
    }
}

/// What became of a receipt; it never changes again.
struct ReceiptConcluded: EventPayload {
    static let kind = "receiptConcluded"
    let session: String
    /// Canonical, with all signatures.
    let receipt: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        let receipt = try Receipt(canonical: Array(self.receipt.utf8))
        try db.runOnOne(
            "UPDATE receipts SET state = ?, record = ?, entry = ? WHERE session = ? AND state = ? AND hash = ?",
            [
                receipt.state.rawValue, self.receipt, entry.sequence, session, ReceiptRecord.pending,
                try receipt.hash().hex,
            ]
        )
    }
}
