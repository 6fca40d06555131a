import Billing
import Contracts
import Receipts
import TerminalText

/// A receipt as the client reads it before they sign.
struct ReceiptScreen {
    let phrases: Phrases
    let receipt: Receipt
    let contract: Contract
    let review: ReceiptReview
    /// Whether the contract's receipt before this one is not the last that this computer has.
    let isAnotherBetween: Bool

    /// More than this between the relay's clock and ours is worth a word, in seconds.
    static let tolerableDifference: UInt64 = 2

    var lines: [String] {
        let clock = Phrases.clock
        let paused = receipt.pausedSeconds &+ receipt.disconnectedSeconds
        var lines = [
            phrases.receiptTitle(TerminalText.name(receipt.session, limit: 64)),
            "  " + phrases.receiptTime(connected: clock(receipt.rawSeconds), paused: paused > 0 ? clock(paused) : nil),
            "  " + billed,
        ]
        lines += receipt.bands.filter { $0.percentBp > 0 }.map { band in
            let label = TerminalText.name(band.label, limit: 60)
            return "  "
                + phrases.receiptBand(clock(band.seconds), phrases.percentage(basisPoints: band.percentBp), label)
        }
        let used = receipt.quotaBeforeSeconds &- receipt.quotaAfterSeconds
        if used > 0 || receipt.quotaAfterSeconds > 0 {
            lines.append(
                "  "
                    + phrases.receiptQuota(
                        used: phrases.duration(used),
                        left: phrases.duration(receipt.quotaAfterSeconds)
                    )
            )
        }
        if let summary = receipt.summary, !summary.isEmpty {
            lines.append("  " + phrases.summary(TerminalText.name(summary, limit: 1000)))
        }
        if !receipt.redactions.isEmpty { lines.append("  " + phrases.receiptRedactions(receipt.redactions)) }
        if let own = receipt.agentClock {
            let isApart = own.differenceSeconds.magnitude > Self.tolerableDifference
            let difference = phrases.duration(Int64(clamping: own.differenceSeconds.magnitude))
            lines.append(
                "  "
                    + (isApart
                        ? phrases.clockDiffers(own: clock(own.rawSeconds), by: difference)
                        : phrases.receiptClockAgrees(clock(own.rawSeconds)))
            )
        }
        if isAnotherBetween { lines.append("  " + phrases.receiptBetween) }
        if review.findings.isEmpty {
            lines.append("  " + (review.isComputed ? phrases.receiptComputed : phrases.receiptNotComputed))
        }
        return lines
    }

    /// Consumers see what they pay; a business the net (PAngV §3).
    private var billed: String {
        let cost = phrases.money(cents: receipt.netCents, currency: TerminalText.name(receipt.currency, limit: 3))
        let time = Phrases.clock(receipt.billedSeconds)
        guard contract.client.kind == .consumer, contract.vat.percentBp > 0,
            let vat = try? Money.vatCents(netCents: receipt.netCents, percentBp: contract.vat.percentBp)
        else { return phrases.receiptBilled(time, cost: cost) }
        let gross = phrases.money(cents: receipt.netCents &+ vat, currency: receipt.currency)
        return phrases.receiptBilledGross(time, cost: cost, gross: gross)
    }
}
