import Contracts

extension XRechnung {
    static func payment(_ invoice: Invoice, _ xml: inout XMLWriter) {
        let words = InvoiceWords(invoice.language)
        xml.element("cac:PaymentMeans") { xml in
            // UNTDID 4461: a SEPA credit transfer.
            xml.leaf("cbc:PaymentMeansCode", "58")
            xml.leaf("cbc:PaymentID", invoice.number)
            xml.element("cac:PayeeFinancialAccount") { xml in
                xml.leaf("cbc:ID", invoice.seller.iban)
                xml.leaf("cbc:Name", invoice.seller.name)
                if let bic = invoice.seller.bic {
                    xml.element("cac:FinancialInstitutionBranch") { xml in xml.leaf("cbc:ID", bic) }
                }
            }
        }
        xml.element("cac:PaymentTerms") { xml in
            xml.leaf("cbc:Note", words.terms(invoice))
        }
    }

    static func totals(_ invoice: Invoice, _ xml: inout XMLWriter) {
        let currency = [(name: "currencyID", value: invoice.currency)]
        xml.element("cac:TaxTotal") { xml in
            xml.leaf("cbc:TaxAmount", Cents.text(invoice.vatCents), currency)
            for group in invoice.groups {
                xml.element("cac:TaxSubtotal") { xml in
                    xml.leaf("cbc:TaxableAmount", Cents.text(group.netCents), currency)
                    xml.leaf("cbc:TaxAmount", Cents.text(group.vatCents), currency)
                    xml.element("cac:TaxCategory") { xml in
                        xml.leaf("cbc:ID", group.vat.category.rawValue)
                        xml.leaf("cbc:Percent", BasisPoints.text(group.vat.percentBp))
                        xml.leaf("cbc:TaxExemptionReasonCode", InvoiceWords.exemptionCode(group.vat.category))
                        xml.leaf("cbc:TaxExemptionReason", InvoiceWords.exemption(group.vat.category))
                        taxScheme("VAT", &xml)
                    }
                }
            }
        }
        xml.element("cac:LegalMonetaryTotal") { xml in
            xml.leaf("cbc:LineExtensionAmount", Cents.text(invoice.netCents), currency)
            xml.leaf("cbc:TaxExclusiveAmount", Cents.text(invoice.netCents), currency)
            xml.leaf("cbc:TaxInclusiveAmount", Cents.text(invoice.grossCents), currency)
            xml.leaf("cbc:PayableAmount", Cents.text(invoice.grossCents), currency)
        }
    }

    static func line(_ line: InvoiceLine, _ invoice: Invoice, _ form: Form, _ xml: inout XMLWriter) {
        let currency = [(name: "currencyID", value: invoice.currency)]
        let unit = [(name: "unitCode", value: line.unit.rawValue)]
        let words = InvoiceWords(invoice.language)
        xml.element(form.line) { xml in
            xml.leaf("cbc:ID", "\(line.number)")
            if line.kind == .surcharge {
                xml.leaf("cbc:Note", words.surcharge(percentBp: line.percentBp, centsPerHour: line.centsPerHour))
            }
            xml.leaf(form.quantity, "\(line.quantity)", unit)
            xml.leaf("cbc:LineExtensionAmount", Cents.text(line.netCents), currency)
            xml.element("cac:Item") { xml in
                xml.leaf("cbc:Description", line.detail)
                xml.leaf("cbc:Name", line.text)
                xml.element("cac:ClassifiedTaxCategory") { xml in
                    xml.leaf("cbc:ID", line.vat.category.rawValue)
                    // BR-O-05: what is outside the scope has no rate.
                    let hasRate = line.vat.category != .outsideScope
                    xml.leaf("cbc:Percent", hasRate ? BasisPoints.text(line.vat.percentBp) : nil)
                    taxScheme("VAT", &xml)
                }
                for property in properties(line) {
                    xml.element("cac:AdditionalItemProperty") { xml in
                        xml.leaf("cbc:Name", property.name)
                        xml.leaf("cbc:Value", property.value)
                    }
                }
            }
            xml.element("cac:Price") { xml in
                xml.leaf("cbc:PriceAmount", line.price.description, currency)
                if line.unit != .month { xml.leaf("cbc:BaseQuantity", "\(line.unit.baseQuantity)", unit) }
            }
        }
    }

    /// What a program must know to compute the line again (BG-32): kind, session, and what a surcharge is of.
    private static func properties(_ line: InvoiceLine) -> [(name: String, value: String)] {
        var properties = [(name: "kind", value: line.kind.rawValue)]
        if let session = line.session { properties.append(("session", session)) }
        if let credit = line.credit {
            properties.append(("credit", credit.kind.rawValue))
            if let original = credit.original { properties.append(("creditedInvoice", original.number)) }
        }
        if line.kind == .surcharge {
            properties.append(("pricePerHour", Cents.text(line.centsPerHour)))
            properties.append(("percent", BasisPoints.text(line.percentBp)))
        }
        return properties
    }
}
