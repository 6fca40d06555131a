import Contracts

extension InvoicePage {
    /// When, where and how to pay; for a Storno, that nothing is.
    var payment: HTML {
        let isDue = invoice.kind == .invoice && invoice.grossCents > 0
        let terms = words.terms(invoice)
        guard isDue else {
            return """
                <section class="pay"><p>\(terms)</p></section>

                """
        }
        let rows = [
            (words("Empfänger", "Payee"), invoice.seller.name), ("IBAN", Self.spaced(invoice.seller.iban)),
            ("BIC", invoice.seller.bic ?? ""), (words("Betrag", "Amount"), words.euro(invoice.grossCents)),
            (words("Verwendungszweck", "Reference"), invoice.number),
        ].filter { !$0.1.isEmpty }
        let scan = words("Mit der Banking-App scannen", "Scan with your banking app")
        let code: HTML? = GiroCode.drawing(invoice, qrCode).map {
            "<figure>\($0)<figcaption>GiroCode<br>\(scan)</figcaption></figure>"
        }
        return """
            <section class="pay">
            <div><p><strong>\(terms)</strong></p>
            <dl>
            \(rows.map { "<dt>\($0.0)</dt><dd\($0.0 == "IBAN" ? " class=\"iban\"" as HTML : "")>\($0.1)</dd>\n" as HTML })</dl></div>
            \(code)
            </section>

            """
    }
}
