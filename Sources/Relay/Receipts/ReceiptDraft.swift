import Billing
import Contracts
import Ledger
import Receipts
import RelayAPI

/// What a receipt says, from what the ledger knows of a session.
struct ReceiptDraft: Sendable {
    let record: LedgerSession
    let bill: SessionBill
    let consent: ConsentRecord
    let closing: ClosingStatement?

    /// The receipt without signatures.
    ///
    /// - Parameters:
    ///   - previous: hash of the contract's receipt before it.
    ///   - head: hash of the ledger's last entry.
    func receipt(after previous: Digest?, head: Digest) throws -> Receipt {
        let endedAt = bill.session.endedAt.seconds
        let breaks = record.breaks.map { pause in
            Receipt.Break(
                kind: pause.kind == .paused ? .paused : .disconnected,
                from: Timestamp(seconds: pause.from).rfc3339,
                to: Timestamp(seconds: pause.to ?? endedAt).rfc3339
            )
        }
        return Receipt(
            session: record.session,
            contract: record.contract,
            contractVersion: record.version,
            contractHash: consent.contractHash,
            category: record.category,
            operator: record.operator,
            startedAt: Timestamp(seconds: record.startedAt).rfc3339,
            endedAt: Timestamp(seconds: endedAt).rfc3339,
            rawSeconds: bill.time.rawSeconds,
            pausedSeconds: bill.time.pausedSeconds,
            disconnectedSeconds: bill.time.disconnectedSeconds,
            breaks: breaks,
            idleSeconds: record.idleSeconds ?? 0,
            billedSeconds: bill.rounded.billedSeconds,
            bands: bill.rounded.bands.map {
                Receipt.Band(seconds: $0.seconds, percentBp: $0.percentBp, label: $0.label)
            },
            quotaBeforeSeconds: bill.quotaBeforeSeconds,
            quotaAfterSeconds: bill.quotaAfterSeconds,
            netCents: bill.netCents,
            currency: consent.price.currency,
            consentHash: try consent.hash(),
            previousReceiptHash: previous,
            ledgerHead: head,
            transcriptDigest: closing?.actionsDigest,
            redactions: closing?.redactions ?? [:],
            agentClock: closing.map {
                Receipt.AgentClock(
                    rawSeconds: $0.rawSeconds,
                    differenceSeconds: bill.time.rawSeconds &- $0.rawSeconds
                )
            },
            summary: record.summary
        )
    }
}
