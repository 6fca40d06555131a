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

    /// A Storno on one line, and on a second what is to be done where the invoice was paid already.
    public static func storno(_ storno: InvoiceSummary, of original: InvoiceSummary) -> String {
        guard let day = original.paidOn else { return sentence(storno) }
        let back = "\(MoneyText.amount(original.grossCents)) \(original.currency)"
        return sentence(storno)
            + "\n\(original.number) was paid on \(day): give \(back) back, or set it off against the next invoice"
    }

    /// When the money came, and what was written down before.
    public static func payment(_ invoice: InvoiceSummary, before: InvoiceSummary) -> String {
        let day = invoice.paidOn ?? ""
        let sentence = "invoice \(invoice.number) was paid on \(day)"
        guard let former = before.paidOn, former != day else { return sentence }
        return "\(sentence) (\(former) was written down before)"
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
        if let storno = invoice.cancelledBy {
            return (invoice.paidOn.map { "paid \($0), " } ?? "") + "cancelled by \(storno)"
        }
        return invoice.paidOn.map { "paid \($0)" } ?? "open"
    }
}
