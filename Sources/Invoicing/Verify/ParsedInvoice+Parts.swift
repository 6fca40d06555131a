import Billing
import Contracts

extension ParsedInvoice {
    static func party(_ name: String, _ children: inout XMLChildren) throws(InvoicingError) -> Party {
        try children.group(name) { party throws(InvoicingError) in
            try party.group("cac:Party") { party throws(InvoicingError) in
                let endpoint = try party.element("cbc:EndpointID")
                guard endpoint.attributes.count == 1, endpoint.attributes[0].name == "schemeID" else {
                    throw .unreadable("an address for electronic invoices has no scheme")
                }
                let id = try party.optionalGroup("cac:PartyIdentification") { id throws(InvoicingError) in
                    try id.text("cbc:ID")
                }
                let address = try address(&party)
                var taxIDs: [String: String] = [:]
                while let tax = try taxID(&party) { taxIDs[tax.scheme] = tax.id }
                return Party(
                    name: try party.group("cac:PartyLegalEntity") { entity throws(InvoicingError) in
                        try entity.text("cbc:RegistrationName")
                    },
                    address: address,
                    endpoint: ElectronicAddress(scheme: endpoint.attributes[0].value, value: endpoint.text),
                    id: id,
                    vatId: taxIDs["VAT"],
                    taxNumber: taxIDs["FC"],
                    contact: try party.optionalGroup("cac:Contact") { contact throws(InvoicingError) in
                        let name = try contact.text("cbc:Name")
                        let phone = try contact.text("cbc:Telephone")
                        return [name, phone, try contact.text("cbc:ElectronicMail")]
                    } ?? []
                )
            }
        }
    }

    private static func address(_ party: inout XMLChildren) throws(InvoicingError) -> Invoice.Address {
        try party.group("cac:PostalAddress") { address throws(InvoicingError) in
            let street = try address.text("cbc:StreetName")
            let city = try address.text("cbc:CityName")
            let postalCode = try address.text("cbc:PostalZone")
            let country = try address.group("cac:Country") { country throws(InvoicingError) in
                try country.text("cbc:IdentificationCode")
            }
            return Invoice.Address(street: street, postalCode: postalCode, city: city, country: country)
        }
    }

    private static func taxID(_ party: inout XMLChildren) throws(InvoicingError) -> (id: String, scheme: String)? {
        try party.optionalGroup("cac:PartyTaxScheme") { tax throws(InvoicingError) in
            (id: try tax.text("cbc:CompanyID"), scheme: try scheme(&tax))
        }
    }

    private static func scheme(_ parent: inout XMLChildren) throws(InvoicingError) -> String {
        try parent.group("cac:TaxScheme") { scheme throws(InvoicingError) in try scheme.text("cbc:ID") }
    }

    static func payment(_ children: inout XMLChildren) throws(InvoicingError) -> Payment {
        let payment = try children.group("cac:PaymentMeans") { means throws(InvoicingError) in
            guard try means.text("cbc:PaymentMeansCode") == "58" else { throw .unreadable("another way to pay") }
            let remittance = try means.text("cbc:PaymentID")
            return try means.group("cac:PayeeFinancialAccount") { account throws(InvoicingError) in
                let (iban, name) = (try account.text("cbc:ID"), try account.text("cbc:Name"))
                let bic = try account.optionalGroup("cac:FinancialInstitutionBranch") { bank throws(InvoicingError) in
                    try bank.text("cbc:ID")
                }
                return Payment(iban: iban, name: name, bic: bic, remittance: remittance, terms: "")
            }
        }
        return try children.group("cac:PaymentTerms") { terms throws(InvoicingError) in
            var payment = payment
            payment.terms = try terms.text("cbc:Note")
            return payment
        }
    }

    static func taxes(
        _ children: inout XMLChildren,
        _ currency: String
    ) throws(InvoicingError) -> (vatCents: Int64, groups: [Group]) {
        try children.group("cac:TaxTotal") { total throws(InvoicingError) in
            let vatCents = try amount("cbc:TaxAmount", &total, currency)
            var groups: [Group] = []
            while let group = try group(&total, currency) { groups.append(group) }
            return (vatCents, groups)
        }
    }

    private static func group(_ total: inout XMLChildren, _ currency: String) throws(InvoicingError) -> Group? {
        try total.optionalGroup("cac:TaxSubtotal") { subtotal throws(InvoicingError) in
            let netCents = try amount("cbc:TaxableAmount", &subtotal, currency)
            let vatCents = try amount("cbc:TaxAmount", &subtotal, currency)
            return try subtotal.group("cac:TaxCategory") { category throws(InvoicingError) in
                let vat = try vat(&category)
                let code = try category.optionalText("cbc:TaxExemptionReasonCode")
                let reason = try category.optionalText("cbc:TaxExemptionReason")
                guard try scheme(&category) == "VAT" else { throw .unreadable("another tax than VAT") }
                let exemption = [code, reason].compactMap(\.self)
                return Group(vat: vat, netCents: netCents, vatCents: vatCents, exemption: exemption)
            }
        }
    }

    private static func vat(_ category: inout XMLChildren) throws(InvoicingError) -> Contract.VAT {
        let id = try category.text("cbc:ID")
        guard let code = Contract.VAT.Category(rawValue: id) else { throw .unreadable("\(quoted(id)) is no category") }
        let percent = try category.optionalText("cbc:Percent")
        guard percent != nil || code == .outsideScope else { throw .unreadable("a VAT category has no percentage") }
        return Contract.VAT(category: code, percentBp: try percent.map(basisPoints) ?? 0)
    }

    static func amount(_ name: String, _ parent: inout XMLChildren, _ currency: String) throws(InvoicingError) -> Int64
    {
        try cents(try parent.text(name, [("currencyID", currency)]))
    }

    static func totals(_ children: inout XMLChildren, _ currency: String) throws(InvoicingError) -> [Int64] {
        try children.group("cac:LegalMonetaryTotal") { total throws(InvoicingError) in
            var amounts: [Int64] = []
            for name in ["LineExtension", "TaxExclusive", "TaxInclusive", "Payable"] {
                amounts.append(try amount("cbc:\(name)Amount", &total, currency))
            }
            return amounts
        }
    }

    static func itemVAT(_ item: inout XMLChildren) throws(InvoicingError) -> Contract.VAT {
        try item.group("cac:ClassifiedTaxCategory") { category throws(InvoicingError) in
            let vat = try vat(&category)
            guard try scheme(&category) == "VAT" else { throw .unreadable("another tax than VAT") }
            return vat
        }
    }
}
