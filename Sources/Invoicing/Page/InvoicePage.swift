import Billing
import Contracts

/// The invoice as a page: one file for browser and paper (A4), in the contract's language, with the proof of service
/// behind it. A consumer's invoice is this page; for a business it is a copy for people to read.
///
/// Everything that § 14 (4) UStG asks for stands on it. It loads nothing and runs nothing.
public struct InvoicePage {
    let invoice: Invoice
    let zone: TimeZoneRules
    let words: InvoiceWords
    let amounts: ShownAmounts
    let qrCode: QRMatrix.Encoder

    /// The page's HTML.
    ///
    /// - Parameters:
    ///   - zone: the rules of the contract's time zone, for the times in the proof of service.
    ///   - qrCode: encodes the GiroCode, `QRMatrix.encode` of `QRCodes`; a page without it asks for the transfer in words.
    /// - Throws: `outOfRange`.
    public static func html(
        _ invoice: Invoice,
        zone: TimeZoneRules,
        qrCode: @escaping QRMatrix.Encoder
    ) throws(InvoicingError) -> String {
        let page = InvoicePage(
            invoice: invoice,
            zone: zone,
            words: InvoiceWords(invoice.language),
            amounts: try ShownAmounts(invoice),
            qrCode: qrCode
        )
        return try page.document().text
    }

    private func document() throws(InvoicingError) -> HTML {
        let title = "\(words.name(of: invoice.kind)) \(invoice.number)"
        let body: HTML = """
            <main class="sheet">
            \(banner)\(letterhead)
            <h1>\(title)</h1>
            <p class="subject">\(subject)</p>
            \(storno)\(try lines())\(totals)<div class="closing">
            \(payment)\(imprint)</div>
            </main>
            \(proof)
            """
        return .page(title: title, language: invoice.language, body: body)
    }

    private var subject: String {
        let (from, to) = (LocalMonth(invoice.from), LocalMonth(invoice.to))
        let months = from == to ? words.month(from) : "\(words.month(from)) – \(words.month(to))"
        return "\(invoice.title) · \(months)"
    }

    private var banner: HTML? {
        guard invoice.isDraft else { return nil }
        let text = words("Entwurf – keine Rechnung", "Draft – not an invoice")
        return """
            <p class="banner">\(text)</p>
            <div class="watermark" aria-hidden="true">\(words("ENTWURF", "DRAFT"))</div>

            """
    }

    private var storno: HTML? {
        guard let original = invoice.original else { return nil }
        return """
            <p class="notice">\(words.storno(of: original, reason: invoice.reason))</p>

            """
    }
}
