import Contracts
import Testing

@testable import Invoicing

@Suite("XRechnung") struct XRechnungTests {
    private func text(_ invoice: Invoice) throws -> String {
        String(decoding: try XRechnung.bytes(invoice), as: UTF8.self)
    }

    /// The elements with this name, with what is in them.
    private func elements(_ name: String, in text: String) -> [String] {
        text.split(separator: "<\(name)>").dropFirst().map { String($0.split(separator: "</\(name)>").first ?? "") }
    }

    @Test("the head names form, number, days, type, currency, reference, period and contract")
    func head() throws {
        let text = try text(Sample.invoice())
        for part in [
            "<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0<",
            "<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0<", "<cbc:ID>2026-0001<",
            "<cbc:IssueDate>2026-12-01<", "<cbc:DueDate>2026-12-15<", "<cbc:InvoiceTypeCode>380<",
            "<cbc:DocumentCurrencyCode>EUR<", "<cbc:BuyerReference>4711<", "<cbc:StartDate>2026-11-01<",
            "<cbc:EndDate>2026-11-30<", "<cbc:PaymentMeansCode>58<",
            "<cbc:EndpointID schemeID=\"EM\">jana@lotse.example<",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(elements("cac:ContractDocumentReference", in: text).first?.contains("acme-2026") == true)
    }

    @Test("a fee is one month without base quantity; time is minutes or seconds at a price for 60 or 3600")
    func quantities() throws {
        let lines = elements("cac:InvoiceLine", in: try text(Sample.invoice()))
        #expect(lines[0].contains("<cbc:InvoicedQuantity unitCode=\"MON\">1<") && !lines[0].contains("BaseQuantity"))
        #expect(lines[2].contains("<cbc:InvoicedQuantity unitCode=\"MIN\">58<"))
        #expect(lines[2].contains("<cbc:BaseQuantity unitCode=\"MIN\">60<"))
        let seconds = elements("cac:InvoiceLine", in: try text(InvoiceSamples.seconds()))
        #expect(seconds[1].contains("<cbc:InvoicedQuantity unitCode=\"SEC\">1063<"))
        #expect(seconds[1].contains(">11.87625<") && seconds[1].contains("<cbc:BaseQuantity unitCode=\"SEC\">3600<"))
    }

    @Test(
        "each VAT category has its code, reason and percentage",
        arguments: [
            ("S", nil, nil, "19"), ("E", nil, "Steuerbefreiung für Kleinunternehmer gemäß §19 UStG", "0"),
            ("AE", "VATEX-EU-AE", "Steuerschuldnerschaft des Leistungsempfängers", "0"),
            ("O", "VATEX-EU-O", "Nicht im Inland steuerbare Leistung", "0"),
        ] as [(String, String?, String?, String)]
    )
    func categories(code: String, exemption: String?, reason: String?, percent: String) throws {
        let invoice =
            switch code {
            case "E": try InvoiceSamples.smallBusiness(vatId: nil)
            case "AE": try Sample.invoice(InvoiceSamples.reverseCharge)
            case "O": try Sample.invoice(InvoiceSamples.outsideScope)
            default: try Sample.invoice()
            }
        let text = try text(invoice)
        let group = try #require(elements("cac:TaxCategory", in: text).first)
        #expect(group.contains("<cbc:ID>\(code)<") && group.contains("<cbc:Percent>\(percent)<"))
        #expect(elements("cbc:TaxExemptionReasonCode", in: group).first == exemption)
        #expect(elements("cbc:TaxExemptionReason", in: group).first == reason)
        for item in elements("cac:ClassifiedTaxCategory", in: text) {
            // BR-O-05: what is outside the scope has no rate.
            #expect(item.contains("<cbc:ID>\(code)<") && item.contains("Percent") == (code != "O"))
        }
    }

    @Test("a seller without VAT id is named by the tax number, which has the scheme FC")
    func taxNumber() throws {
        for invoice in try [InvoiceSamples.smallBusiness(vatId: nil), Sample.invoice(InvoiceSamples.outsideScope)] {
            let seller = try #require(elements("cac:AccountingSupplierParty", in: try text(invoice)).first)
            let id = try #require(elements("cac:PartyIdentification", in: seller).first)
            #expect(id.contains(">22/815/08154<"))
            let schemes = elements("cac:PartyTaxScheme", in: seller)
            #expect(schemes.count == 1 && schemes[0].contains(">FC<") && schemes[0].contains(">22/815/08154<"))
        }
        let both = try #require(elements("cac:AccountingSupplierParty", in: try text(Sample.invoice())).first)
        #expect(elements("cac:PartyTaxScheme", in: both).count == 2 && !both.contains("PartyIdentification"))
    }

    @Test("the proof of service is in the file as CSV; without a session there is none")
    func proof() throws {
        let text = try text(Sample.invoice())
        #expect(text.contains("mimeCode=\"text/csv\" filename=\"proof-of-service.csv\""))
        #expect(try !self.text(Sample.invoice(Sample.contract(retainer: Sample.retainer), [])).contains("Attachment"))
    }

    @Test("attributes are escaped, and elements without a visible character are left out")
    func writer() {
        var xml = XMLWriter()
        xml.element("a", [("b", "\"<&\n")]) { xml in
            xml.leaf("c", " \u{1}\n")
            xml.leaf("c", nil)
            xml.leaf("c", "x", [("d", "'\"")])
        }
        #expect(
            String(decoding: xml.bytes, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <a b="&quot;&lt;&amp;&#10;">
                  <c d="&apos;&quot;">x</c>
                </a>

                """
        )
    }
}
