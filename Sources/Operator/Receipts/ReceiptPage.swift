import Receipts
import TerminalText

/// What an operator reads of a receipt.
public enum ReceiptPage {
    /// The whole receipt.
    public static func text(_ receipt: Receipt) -> String {
        let clock = DurationText.clock
        let rows: [(String, String)] =
            [
                ("session", clean(receipt.session)),
                ("contract", "\(clean(receipt.contract)), version \(receipt.contractVersion)"),
                ("from", clean(receipt.startedAt)), ("to", clean(receipt.endedAt)),
                ("time", clock(receipt.rawSeconds)), ("paused", clock(receipt.pausedSeconds)),
            ]
            + (receipt.disconnectedSeconds > 0 ? [("away", clock(receipt.disconnectedSeconds))] : [])
            + [("billed", billed(receipt))]
            + surcharges(receipt).map { ("", $0) }
            + clocks(receipt).map { ("", $0) }
            + (receipt.redactions.isEmpty ? [] : [("redacted", RedactionText.list(receipt.redactions) + " in logs")])
            + [("summary", TerminalText.name(receipt.summary ?? "", limit: 500)), ("receipt", sentence(receipt))]
        return rows.map { label, value in
            "\(label)\(String(repeating: " ", count: 10 - label.count))\(value)\n"
        }.joined()
    }

    /// What became of it, in half a sentence.
    public static func sentence(_ receipt: Receipt) -> String {
        let reason = receipt.reason.map { ": \(TerminalText.name($0, limit: 300))" } ?? ""
        return switch receipt.state {
        case .signed: "signed by both"
        case .refused: "the client did not sign it\(reason)"
        case .disputed: "the client signed it with an objection\(reason)"
        case .timeout: "the client gave no answer\(reason)"
        }
    }

    private static func billed(_ receipt: Receipt) -> String {
        let covered = receipt.quotaBeforeSeconds &- receipt.quotaAfterSeconds
        let quota =
            covered > 0 || receipt.quotaAfterSeconds > 0
            ? ", \(DurationText.clock(covered)) of it included (\(DurationText.clock(receipt.quotaAfterSeconds)) left)"
            : ""
        return
            "\(DurationText.clock(receipt.billedSeconds))\(quota), \(MoneyText.amount(receipt.netCents)) \(clean(receipt.currency)) net"
    }

    private static func surcharges(_ receipt: Receipt) -> [String] {
        receipt.bands.filter { $0.percentBp != 0 }.map {
            "\(DurationText.clock($0.seconds)) of it at \($0.percentBp / 100) % \(clean($0.label))"
        }
    }

    private static func clocks(_ receipt: Receipt) -> [String] {
        guard let clock = receipt.agentClock, clock.differenceSeconds.magnitude > 2 else { return [] }
        return ["the client's own clock counted \(DurationText.clock(clock.rawSeconds))"]
    }

    private static func clean(_ text: String) -> String { TerminalText.name(text, limit: 100) }
}
