import RelayAPI
import TerminalText

/// What is printed about what changes an account without a session's clock.
public enum SettlementPage {
    /// A session that is given back, in one sentence.
    public static func credit(_ answer: SessionCreditAnswer) -> String {
        let what = answer.asWarranty ? "accepted as warranty" : "given back"
        let billed = answer.invoice.map { ", billed by invoice \(TerminalText.name($0, limit: 60))," } ?? ""
        let quota =
            answer.quotaReturnedSeconds > 0
            ? "; \(DurationText.clock(answer.quotaReturnedSeconds)) of included time came back" : ""
        return "session \(TerminalText.name(answer.session, limit: 60))\(billed) is \(what): "
            + "\(MoneyText.amount(answer.netCents)) \(TerminalText.name(answer.currency, limit: 3)) net "
            + "on the invoice of \(TerminalText.name(answer.month, limit: 7))\(quota)"
    }

    /// When a contract ends, in one sentence.
    public static func end(_ answer: ContractEndAnswer) -> String {
        let contract = TerminalText.name(answer.contract, limit: 64)
        guard let day = answer.endsOn else { return "\(contract) goes on (its end is taken back)" }
        return
            "\(contract) ends with \(TerminalText.name(day, limit: 10)) (lotse contract end \(contract) --revoke takes it back)"
    }

    /// What is left of the included time, in one sentence.
    public static func balance(_ answer: QuotaBalanceAnswer) -> String {
        let sign = answer.changedSeconds < 0 ? "" : "+"
        return "\(TerminalText.name(answer.contract, limit: 64)): \(sign)\(DurationText.clock(answer.changedSeconds)), "
            + "\(DurationText.clock(answer.quotaLeftSeconds)) of included time left"
    }

    /// What became of the included time, month by month, newest last.
    public static func quota(_ months: [QuotaMonth]) -> String {
        TextTable.text(
            header: ["QUOTA", "CARRIED", "GRANTED", "RETURNED", "USED", "EXPIRED", "LEFT"],
            rows: months.map { month in
                [month.month]
                    + [
                        month.carriedSeconds, month.grantedSeconds, month.returnedSeconds, month.usedSeconds,
                        month.expiredSeconds, month.leftSeconds,
                    ].map(DurationText.clock)
            },
            right: [1, 2, 3, 4, 5, 6]
        )
    }
}
