import Contracts
import QRCodes
import Testing

@testable import Invoicing

@Suite("The invoice's page") struct InvoicePageTests {
    private func page(_ invoice: Invoice) throws -> String {
        try InvoicePage.html(invoice, zone: Sample.berlin, qrCode: QRMatrix.encode)
    }

    @Test("everything that § 14 (4) UStG asks for stands on the page")
    func law() throws {
        let page = try page(Sample.invoice())
        for part in [
            "Jana Lotse IT-Service", "Deichweg 3", "20457 Hamburg", "ACME Handels GmbH", "Hafenstraße 12",
            "48155 Münster",
            "USt-IdNr. DE136695976", "Steuernummer 22/815/08154", "Rechnung 2026-0001", "01.12.2026",
            "01.11.2026 – 30.11.2026", "Pauschale 2026-11", "58\u{A0}min", "95,00\u{A0}€/h", "91,83\u{A0}€",
            "429,04\u{A0}€", "zzgl. 19\u{A0}% USt auf 429,04\u{A0}€", "81,52\u{A0}€", "510,56\u{A0}€",
            "Zahlbar ohne Abzug bis zum 15.12.2026.", "DE02 1203 0000 0000 2020 51", "DE123456788", "4711", "acme-2026",
        ] {
            #expect(page.contains(part), "\(part)")
        }
    }

    @Test("the proof of service stands behind it, in local time, with every signature's state")
    func proof() throws {
        var invoice = try Sample.invoice()
        invoice.proof[0].receipt = .refused
        invoice.proof[1].receipt = .timeout
        invoice.proof[2].receipt = .disputed
        invoice.proof[3].receipt = .consented
        let page = try page(invoice)
        for part in [
            "Leistungsnachweis", "21:30–22:47", "0:40:30\u{A0}h", "0:47\u{A0}h Nacht +50\u{A0}%", "129,04\u{A0}€",
            "verweigert", "keine Antwort", "unter Vorbehalt", "zu Beginn zugestimmt",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(
            !(try self.page(Sample.invoice(Sample.contract(retainer: Sample.retainer), []))).contains(
                "Leistungsnachweis"
            )
        )
    }

    @Test(
        "the words of the law stand on invoices without tax, in German and English",
        arguments: [
            Contract.Language.german, .english,
        ]
    )
    func exemptions(language: Contract.Language) throws {
        var reverse = InvoiceSamples.reverseCharge
        reverse.language = language
        let page = try page(Sample.invoice(reverse))
        #expect(page.contains("Steuerschuldnerschaft des Leistungsempfängers"))
        #expect(page.contains("(reverse charge)") == (language == .english))
        #expect(page.contains("ATU12345675") && page.contains("<html lang=\"\(language.rawValue)\">"))
        #expect(try self.page(InvoiceSamples.smallBusiness(vatId: nil)).contains("gemäß §19 UStG"))
        #expect(!(try self.page(InvoiceSamples.smallBusiness(vatId: nil)).contains("Nettobetrag")))
        #expect(try self.page(InvoiceSamples.warranty()).contains("Es ist nichts zu zahlen."))
        let outside = try self.page(Sample.invoice(InvoiceSamples.outsideScope))
        #expect(outside.contains("Nicht im Inland steuerbare Leistung") && !outside.contains("DE136695976"))
    }

    @Test("a consumer reads gross prices, and the lines add up to the total to the cent")
    func consumer() throws {
        let invoice = try Sample.invoice(InvoiceSamples.consumer)
        let amounts = try ShownAmounts(invoice)
        #expect(amounts.lines == [29_750, 0, 10_928, 0, 4428, 5950, 0])
        #expect(amounts.lines.reduce(0, +) == invoice.grossCents)
        let page = try page(invoice)
        for part in ["113,05\u{A0}€/h", "inkl. USt", "darin 19\u{A0}% USt auf 429,04\u{A0}€", "81,52\u{A0}€"] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(!page.contains("95,00"))
    }

    @Test("gross lines add up to the gross of any invoice")
    func grossSums() throws {
        for (name, invoice) in try InvoiceSamples.all() where invoice.kind == .invoice {
            var invoice = invoice
            invoice.buyer.kind = .consumer
            #expect(try ShownAmounts(invoice).lines.reduce(0, +) == invoice.grossCents, "\(name)")
        }
    }

    @Test("a Storno says so, shows negative amounts and asks for no money")
    func storno() throws {
        let page = try page(Sample.storno(Sample.invoice()))
        for part in [
            "Stornorechnung 2026-0099", "Stornorechnung zur Rechnung 2026-0001 vom 01.12.2026", "−510,56\u{A0}€",
            "−91,83\u{A0}€", "Es ist nichts zu zahlen; bereits Gezahltes wird erstattet", "Grund: Falsche Anschrift",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        for part in ["Gutschrift", "GiroCode", "<svg", "Zahlbar"] { #expect(!page.contains(part), "\(part)") }
    }

    @Test("a dry run is marked and has no code to pay it by")
    func draft() throws {
        let page = try page(Sample.invoice(number: "DRAFT-acme-2026-11"))
        #expect(page.contains("Entwurf – keine Rechnung") && page.contains("ENTWURF"))
        #expect(!page.contains("<svg"))
        #expect(try !self.page(Sample.invoice()).contains("ENTWURF"))
    }

    @Test("markup in names and summaries is text, and control characters are gone")
    func escaping() throws {
        let page = try page(InvoiceSamples.hostile())
        #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"))
        #expect(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Söhne"))
        #expect(page.contains("&lt;/cbc:Name&gt; &amp; &quot;O&#39;Hara&quot; &lt;b&gt;"))
        #expect(!page.unicodeScalars.contains { $0.isUnsafeToShow && $0 != "\n" })
    }

    @Test("the page loads nothing and runs nothing")
    func selfContained() throws {
        for (name, invoice) in try InvoiceSamples.all() {
            let page = try page(invoice)
            for part in ["http://", "https://", "url(", "@import", "<script", "<link", "src=", "javascript:"] {
                #expect(!page.contains(part), "\(name): \(part)")
            }
            #expect(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"), "\(name)")
        }
    }
}
