internal import GRDB
import Receipts

/// The receipt of a session as the ledger keeps it.
public struct ReceiptRecord: Hashable, Sendable {
    /// The receipt; while it is out for signing with the relay's signature alone.
    public let receipt: Receipt
    /// What both ends said of the session before; nil where they could not.
    public let closing: ClosingStatement?
    /// Whether nobody knows yet what becomes of it.
    public let isPending: Bool

    /// What the column `state` holds beside the receipt's own states.
    static let pending = "pending"

    init(row: StoredRow) throws {
        do {
            receipt = try Receipt(canonical: Array((try row.value("record") as String).utf8))
            let closing: String? = try row.optional("closing")
            self.closing = try closing.map { try ClosingStatement(canonical: Array($0.utf8)) }
        } catch is ReceiptsError {
            throw LedgerError(.corrupt, "a receipt in the ledger cannot be read; run lotse-relay verify")
        }
        isPending = try row.value("state") as String == Self.pending
    }

    static func fetch(_ session: String, in db: Database) throws -> ReceiptRecord? {
        try db.row("SELECT * FROM receipts WHERE session = ?", [session], ReceiptRecord.init(row:))
    }

    /// Hash of the contract's receipt that was made last.
    static func last(of contract: String, in db: Database) throws -> Digest? {
        let hash = try String.fetchOne(
            db,
            sql: "SELECT hash FROM receipts WHERE contract = ? ORDER BY drafted DESC LIMIT 1",
            arguments: [contract]
        )
        return hash.flatMap(Digest.init(hex:))
    }
}
