import Contracts

/// An invoice as XRechnung 3.0 in UBL 2.1: the invoice itself for a business, EN 16931 with the German rules on top.
///
/// A Storno is a `CreditNote` of type 381 that refers to the original. A session that is given back stands on an invoice as
/// lines with negative quantities, and the invoice refers to the one that had billed it. The same invoice always gives the same bytes.
public enum XRechnung {
    static let customization = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
    static let profile = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
    static let aggregates = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    static let basics = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    /// The id of the proof of service among the documents (BT-122).
    static let proofID = "proof-of-service"

    /// The file. Its elements stand in the order of UBL's schema.
    ///
    /// Throws `incomplete` where an address for electronic invoices is missing, as it may be for a consumer
    /// (`Invoice.isPageAlone`).
    public static func bytes(_ invoice: Invoice) throws(InvoicingError) -> [UInt8] {
        guard let seller = invoice.seller.eInvoiceAddress, let buyer = invoice.buyer.eInvoiceAddress else {
            let sentence = "an electronic invoice needs the addresses of both sides (PEPPOL-EN16931-R010, R020)"
            throw InvoicingError(.incomplete, "\(sentence) (add client.eInvoiceAddress, or send the page)")
        }
        let form = Form(invoice.kind)
        var xml = XMLWriter()
        xml.element(form.root, form.namespaces) { xml in
            head(invoice, form, &xml)
            references(invoice, &xml)
            party("AccountingSupplierParty", sellerParty(invoice, seller), &xml)
            party("AccountingCustomerParty", buyerParty(invoice, buyer), &xml)
            payment(invoice, &xml)
            totals(invoice, &xml)
            for line in invoice.lines { self.line(line, invoice, form, &xml) }
        }
        return xml.bytes
    }

    /// How an invoice and a credit note differ.
    struct Form {
        let root: String
        let typeName: String
        let type: String
        let line: String
        let quantity: String

        init(_ kind: Invoice.Kind) {
            switch kind {
            case .invoice:
                (root, typeName, type) = ("Invoice", "cbc:InvoiceTypeCode", "380")
                (line, quantity) = ("cac:InvoiceLine", "cbc:InvoicedQuantity")
            case .cancellation:
                (root, typeName, type) = ("CreditNote", "cbc:CreditNoteTypeCode", "381")
                (line, quantity) = ("cac:CreditNoteLine", "cbc:CreditedQuantity")
            }
        }

        var namespaces: [(name: String, value: String)] {
            [
                ("xmlns", "urn:oasis:names:specification:ubl:schema:xsd:\(root)-2"),
                ("xmlns:cac", XRechnung.aggregates),
                ("xmlns:cbc", XRechnung.basics),
            ]
        }
    }

    private static func head(_ invoice: Invoice, _ form: Form, _ xml: inout XMLWriter) {
        xml.leaf("cbc:CustomizationID", customization)
        xml.leaf("cbc:ProfileID", profile)
        xml.leaf("cbc:ID", invoice.number)
        xml.leaf("cbc:IssueDate", invoice.issueDate.description)
        xml.leaf("cbc:DueDate", invoice.dueDate?.description)
        xml.leaf(form.typeName, form.type)
        let words = InvoiceWords(invoice.language)
        if let original = invoice.original {
            xml.leaf("cbc:Note", words.storno(of: original, reason: invoice.reason))
        }
        xml.leaf("cbc:DocumentCurrencyCode", invoice.currency)
        xml.leaf("cbc:BuyerReference", invoice.buyer.reference)
        xml.element("cac:InvoicePeriod") { xml in
            xml.leaf("cbc:StartDate", invoice.from.description)
            xml.leaf("cbc:EndDate", invoice.to.description)
        }
    }

    private static func references(_ invoice: Invoice, _ xml: inout XMLWriter) {
        for reference in invoice.references {
            xml.element("cac:BillingReference") { xml in
                xml.element("cac:InvoiceDocumentReference") { xml in
                    xml.leaf("cbc:ID", reference.number)
                    xml.leaf("cbc:IssueDate", reference.issueDate.description)
                }
            }
        }
        xml.element("cac:ContractDocumentReference") { xml in xml.leaf("cbc:ID", invoice.contract) }
        guard !invoice.proof.isEmpty else { return }
        let words = InvoiceWords(invoice.language)
        xml.element("cac:AdditionalDocumentReference") { xml in
            xml.leaf("cbc:ID", proofID)
            xml.leaf("cbc:DocumentDescription", words.proof)
            xml.element("cac:Attachment") { xml in
                let attributes = [(name: "mimeCode", value: "text/csv"), ("filename", "\(proofID).csv")]
                let csv = Base64.encode(Array(ServiceRow.csv(invoice.proof).utf8))
                xml.leaf("cbc:EmbeddedDocumentBinaryObject", csv, attributes)
            }
        }
    }
}
