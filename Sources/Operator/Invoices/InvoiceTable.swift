import RelayAPI

/// What is printed about invoices.
public enum InvoiceTable {
    /// One line each, in the order of their issue.
    public static func list(_ invoices: [InvoiceSummary]) -> String {
        TextTable.text(
            header: ["NUMBER", "DATE", "CONTRACT", "MONTH", "NET", "GROSS", "", "STATE"],
            rows: invoices.map { invoice in
                [
                    invoice.number, invoice.issueDate, invoice.contract, months(invoice),
                    amount(invoice, invoice.netCents), amount(invoice, invoice.grossCents), invoice.currency,
                    state(invoice),
                ]
            },
            right: [4, 5]
        )
    }

    /// One invoice on one line, for whoever just issued it.
    public static func sentence(_ invoice: InvoiceSummary) -> String {
        let what =
            invoice.kind == "cancellation" ? "Stornorechnung" : invoice.number.hasPrefix("DRAFT-") ? "draft" : "invoice"
        let of = invoice.cancels.map { " of \($0)" } ?? ""
        return "\(what) \(invoice.number)\(of), \(invoice.contract) \(months(invoice)): "
            + "\(amount(invoice, invoice.netCents)) net, \(amount(invoice, invoice.grossCents)) gross \(invoice.currency)"
    }

    private static func months(_ invoice: InvoiceSummary) -> String {
        invoice.firstMonth == invoice.month ? invoice.month : "\(invoice.firstMonth) to \(invoice.month)"
    }

    /// Negative where it takes something back, as in the books.
    private static func amount(_ invoice: InvoiceSummary, _ cents: Int64) -> String {
        MoneyText.amount(invoice.kind == "cancellation" ? 0 &- cents : cents)
    }

    private static func state(_ invoice: InvoiceSummary) -> String {
        if let original = invoice.cancels { return "Storno of \(original)" }
        if let storno = invoice.cancelledBy { return "cancelled by \(storno)" }
        return invoice.paidOn.map { "paid \($0)" } ?? "open"
    }
}
