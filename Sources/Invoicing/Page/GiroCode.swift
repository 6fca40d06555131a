import Contracts

/// A transfer that a banking app reads from the page: EPC069-12, quick response code of a SEPA credit transfer.
public enum GiroCode {
    /// The content of the code; nil where there is nothing to transfer: Storno, dry run, 0.00, another currency.
    ///
    /// Version 002 with UTF-8; the BIC may be missing. Amounts go from 0.01 to 999999999.99, the name to 70 characters,
    /// the purpose to 140.
    public static func payload(_ invoice: Invoice) -> String? {
        guard invoice.kind == .invoice, !invoice.isDraft, invoice.currency == "EUR",
            (1...99_999_999_999).contains(invoice.grossCents)
        else { return nil }
        let lines = [
            "BCD", "002", "1", "SCT", invoice.seller.bic ?? "", limited(invoice.seller.name, to: 70),
            invoice.seller.iban, "EUR\(Cents.text(invoice.grossCents))", "", "", limited(invoice.number, to: 140),
        ]
        return lines.joined(separator: "\n")
    }

    /// The code as a drawing; nil where there is none, and where it would need a version above 13 (EPC069-12).
    static func drawing(_ invoice: Invoice, _ encode: QRMatrix.Encoder) -> HTML? {
        guard let payload = payload(invoice) else { return nil }
        return encode(Array(payload.utf8), 13)?.svg(title: "GiroCode")
    }

    private static func limited(_ text: String, to count: Int) -> String {
        var limited = String.UnicodeScalarView()
        limited.append(contentsOf: text.singleLine.unicodeScalars.prefix(count))
        return String(limited)
    }
}
