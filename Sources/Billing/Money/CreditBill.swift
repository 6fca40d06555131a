import Contracts

/// A session that is given back: what the invoice of the month in which that was decided says of it.
///
/// Nothing issued is edited, and nothing that was settled before is computed anew: each of the session's lines stands on
/// the credit's month again with a negative quantity at the same price, half up away from zero like the line itself, so
/// that both add up to nothing. Quota that it used comes back as a lot of that month.
public struct CreditBill: Hashable, Sendable {
    /// The decision.
    public let credit: SessionCredit
    /// The session as it was billed.
    public let bill: SessionBill
    /// The month whose invoice the lines stand on.
    public let period: LocalMonth
    /// The lot that came back; none where the session used no quota.
    public let quotaEntries: [QuotaEntry]
    /// The session's lines turned around; as warranty, its time at 0.00 behind them.
    public let lines: [Line]
    /// The sum of the lines: minus the session's net.
    public let netCents: Int64

    /// The VAT treatment is the session's: its tax is what is corrected (§ 17 (1) UStG).
    public var vat: Contract.VAT { bill.vat }

    init(
        _ credit: SessionCredit,
        of bill: SessionBill,
        in period: LocalMonth,
        _ returned: [QuotaEntry],
        _ text: LineText
    ) throws(BillingError) {
        self.credit = credit
        self.bill = bill
        self.period = period
        quotaEntries = returned
        var lines = bill.lines.map { line in
            var line = line.negated
            line.text = text.returned(line.text)
            return line
        }
        if credit.asWarranty {
            lines.append(
                Line(
                    text: text.warranty(bill.category.id),
                    kind: .warranty,
                    session: credit.session,
                    seconds: bill.rounded.billedSeconds,
                    centsPerHour: 0,
                    percentBp: 0,
                    netCents: 0
                )
            )
        }
        self.lines = lines
        netCents = try Checked.sum(lines.map(\.netCents))
    }
}
