internal import GRDB
import Receipts

extension Ledger {
    /// Makes the receipt of a session that has ended, once: a second call returns the first one's.
    ///
    /// - Parameters:
    ///   - closing: what both ends said of the session.
    ///   - make: computes it from the hash of the contract's receipt before it and that of the ledger's last entry; the relay's signature
    ///     is added here. It holds the ledger's lock and must not call the ledger.
    /// - Throws: `notFound`; `conflict` for a session that still runs; what `make` throws.
    public func draftReceipt(
        _ session: String,
        closing: ClosingStatement?,
        make: @escaping @Sendable (_ previous: Digest?, _ head: Digest) throws -> Receipt
    ) async throws -> ReceiptRecord {
        try await store.append { [store] db, _ in
            let record = try SessionRecord.known(session, in: db)
            guard record.state != .live else {
                throw LedgerError(.conflict, "the session \"\(session)\" still runs; end it first")
            }
            guard try ReceiptRecord.fetch(session, in: db) == nil else { return nil }
            let head = try EntryRecord.last(in: db)?.hash ?? .zero
            let plain = try make(try ReceiptRecord.last(of: record.contract, in: db), head)
            guard plain.session == session, plain.contract == record.contract, plain.state == .signed else {
                throw LedgerError(.internal, "a receipt was made for another session; nothing was written")
            }
            let receipt = plain.adding(try Signature(by: .relay, of: plain.signedBytes(), with: store.signer))
            return .receiptDrafted(
                ReceiptDrafted(
                    session: session,
                    receipt: String(decoding: try receipt.canonicalBytes(), as: UTF8.self),
                    closing: try closing.map { String(decoding: try $0.canonicalBytes(), as: UTF8.self) }
                )
            )
        } result: {
            try Self.known($0, session)
        }
    }

    /// Writes down what became of a receipt, once: a second call returns what the first one wrote.
    ///
    /// - Parameter outcome: the draft with its state, and with the signatures that belong to it but the relay's, which is added here.
    /// - Throws: `notFound` without a draft; `conflict` where the outcome is of another receipt.
    public func concludeReceipt(_ outcome: Receipt) async throws -> ReceiptRecord {
        try await store.append { [store] db, _ in
            let known = try Self.known(db, outcome.session)
            guard known.isPending else { return nil }
            guard outcome.isOutcome(of: known.receipt) else {
                throw LedgerError(.conflict, "this is another receipt than the session's; end the session again")
            }
            guard try ConsentRecord.fetch(outcome.session, in: db).map(outcome.isSettled) == true else {
                throw LedgerError(.invalid, "the receipt does not carry the signatures that its state needs")
            }
            try Check.text(outcome.reason ?? "", "a reason", atMost: 2000)
            let signed = outcome.adding(try Signature(by: .relay, of: outcome.signedBytes(), with: store.signer))
            return .receiptConcluded(
                ReceiptConcluded(
                    session: outcome.session,
                    receipt: String(decoding: try signed.canonicalBytes(), as: UTF8.self)
                )
            )
        } result: {
            try Self.known($0, outcome.session)
        }
    }

    /// The receipt of a session; nil where there is none.
    public func receipt(_ session: String) async throws -> ReceiptRecord? {
        try await store.read { try ReceiptRecord.fetch(session, in: $0) }
    }

    /// What became of the receipts of a contract, by session; those that are out for signing are left out.
    public func receiptStates(of contract: String) async throws -> [String: Receipt.State] {
        let rows = try await store.read { db in
            try db.rows("SELECT session, state FROM receipts WHERE contract = ?", [contract]) {
                (try $0.value("session") as String, try $0.value("state") as String)
            }
        }
        return Dictionary(
            rows.compactMap { session, state in Receipt.State(rawValue: state).map { (session, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Sessions that have ended, were agreed to, and of whose receipt nobody knows yet what became, oldest first.
    public func unsettledSessions() async throws -> [String] {
        try await store.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT sessions.session FROM sessions JOIN consents USING (session) LEFT JOIN receipts USING (session)
                    WHERE sessions.state <> 'live' AND (receipts.state IS NULL OR receipts.state = 'pending')
                    ORDER BY sessions.endedAt, sessions.session
                    """
            )
        }
    }

    private static func known(_ db: Database, _ session: String) throws -> ReceiptRecord {
        guard let record = try ReceiptRecord.fetch(session, in: db) else {
            throw LedgerError(.notFound, "there is no receipt of the session \"\(session)\"")
        }
        return record
    }
}
