import Contracts
import Ledger
import Logging
import Receipts
import RelayAPI

extension SupportDesk {
    /// How long the ends have to sign a receipt after a session, in milliseconds: the client alone may think for 30 seconds.
    static let signingTime: Int64 = 150_000
    /// The same where an end's connection is gone: the operator's program may still bring its word.
    static let signingTimeAlone: Int64 = 10_000

    /// Makes the receipt of a session that has ended, once, from what both ends said of it.
    func close(_ request: ClosingRequest, session: String, by person: OperatorIdentity) async throws -> ReceiptAnswer {
        let record = try await owned(session, by: person)
        guard let consent = try await ledger.consent(session) else { throw Self.withoutConsent }
        var closing: ClosingStatement?
        if let text = request.statement {
            closing = try? ClosingStatement(canonical: Array(text.utf8))
            guard closing?.isSigned(by: [.client, .operator], of: consent) == true else {
                throw Refusal.badRequest(
                    "this is not a closing statement of this session that both ends signed (use the same release everywhere)"
                )
            }
        }
        return try Self.answer(try await draft(record, consent, closing))
    }

    /// Writes down what became of a session's receipt, once.
    func conclude(_ request: ReceiptRequest, session: String, by person: OperatorIdentity) async throws -> ReceiptAnswer
    {
        _ = try await owned(session, by: person)
        guard let consent = try await ledger.consent(session) else { throw Self.withoutConsent }
        guard let outcome = try? Receipt(canonical: Array(request.receipt.utf8)), outcome.session == session,
            outcome.isAnswered(under: consent)
        else {
            throw Refusal.badRequest(
                "this is not a receipt of this session with the signatures that its state needs (use the same release everywhere)"
            )
        }
        let concluded = try await ledger.concludeReceipt(outcome)
        settling[session] = nil
        logger.notice(
            "receipt \(concluded.receipt.state.rawValue)",
            metadata: ["session": "\(session)", "contract": "\(concluded.receipt.contract)"]
        )
        return try Self.answer(concluded)
    }

    /// The receipt of a session.
    func receipt(_ session: String, visibleTo name: String?) async throws -> ReceiptAnswer {
        let record = try await known(session)
        guard name == nil || record.operator == name else {
            throw Refusal.forbidden("this is another operator's session")
        }
        guard let receipt = try await ledger.receipt(session) else {
            throw Refusal.notFound(
                record.state == .live
                    ? "\(session) still runs, so there is no receipt yet (lotse end)"
                    : "there is no receipt of \(session)"
            )
        }
        return try Self.answer(receipt)
    }

    // MARK: - Without an answer

    /// Gives the ends some time to sign.
    func awaitReceipt(of session: String, within limit: Int64) {
        let deadline = clock.monotonicMilliseconds() + limit
        settling[session] = min(settling[session] ?? deadline, deadline)
    }

    /// Settles the receipts whose time is over; a signature that is missing does not stop billing (rule 15).
    func settleOverdueReceipts() async {
        let now = clock.monotonicMilliseconds()
        let overdue = settling.filter { $0.value <= now }
        // Each receipt names the contract's one before it: what has waited longest comes first.
        for (session, _) in overdue.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) { await settle(session) }
    }

    /// Settles everything that waits, without waiting any longer.
    func settleReceipts() async {
        do {
            for session in try await ledger.unsettledSessions() { await settle(session) }
        } catch {
            logger.error("receipts cannot be read", metadata: ["error": "\(error)"])
        }
    }

    private func settle(_ session: String) async {
        settling[session] = nil
        do {
            guard let consent = try await ledger.consent(session) else { return }
            let record = try await known(session)
            guard record.state != .live else { return }
            let draft = try await draft(record, consent, nil)
            guard draft.isPending else { return }
            _ = try await ledger.concludeReceipt(draft.receipt.with(.timeout, reason: record.reason))
            logger.notice("receipt without an answer", metadata: ["session": "\(session)"])
        } catch {
            // Tried again with the relay's next start: without the disk, or under a contract that cannot be billed, not sooner.
            logger.error("a receipt is not written", metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    // MARK: - Parts

    private func draft(_ record: LedgerSession, _ consent: ConsentRecord, _ closing: ClosingStatement?) async throws
        -> ReceiptRecord
    {
        if let known = try await ledger.receipt(record.session) { return known }
        guard record.state != .live else { throw Refusal.conflict("\(record.session) still runs (lotse end)") }
        // Once more from the ledger: throws where the contract cannot be billed, with the reason.
        let account = try await accounts.account(of: record.contract, at: clock.wall())
        guard let bill = account.statements.flatMap(\.sessions).first(where: { $0.session.session == record.session })
        else { throw Refusal.conflict("\(record.session) cannot be billed (lotse timesheet \(record.contract))") }
        let service = ReceiptDraft(record: record, bill: bill, consent: consent, closing: closing)
        return try await ledger.draftReceipt(record.session, closing: closing) { previous, head in
            try service.receipt(after: previous, head: head)
        }
    }

    private static func answer(_ record: ReceiptRecord) throws -> ReceiptAnswer {
        ReceiptAnswer(
            receipt: String(decoding: try record.receipt.canonicalBytes(), as: UTF8.self),
            isPending: record.isPending
        )
    }

    private static let withoutConsent = Refusal.conflict(
        "nobody agreed to this session, so there is nothing to sign (it was written down without one)"
    )
}
