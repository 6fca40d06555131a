import Contracts

extension XRechnung {
    /// What both parties have.
    struct Party {
        var endpoint: ElectronicAddress
        var id: String?
        var address: Invoice.Address
        /// Ids and their schemes: `VAT` for VAT ids, `FC` for a tax number.
        var taxIDs: [(id: String, scheme: String)]
        var name: String
        var contact: (name: String, phone: String, email: String)?
    }

    static func sellerParty(_ invoice: Invoice, _ endpoint: ElectronicAddress) -> Party {
        let seller = invoice.seller
        let taxIDs = [seller.vatId.map { ($0, "VAT") }, seller.taxNumber.map { ($0, "FC") }].compactMap(\.self)
        return Party(
            endpoint: endpoint,
            // Without a VAT id something else must name the seller (BR-CO-26).
            id: seller.vatId == nil ? seller.taxNumber : nil,
            address: seller.address,
            taxIDs: taxIDs,
            name: seller.name,
            contact: (seller.contact, seller.phone, seller.email)
        )
    }

    static func buyerParty(_ invoice: Invoice, _ endpoint: ElectronicAddress) -> Party {
        let buyer = invoice.buyer
        return Party(
            endpoint: endpoint,
            address: buyer.address,
            taxIDs: buyer.vatId.map { [($0, "VAT")] } ?? [],
            name: buyer.name
        )
    }

    static func party(_ name: String, _ party: Party, _ xml: inout XMLWriter) {
        xml.element("cac:\(name)") { xml in
            xml.element("cac:Party") { xml in
                xml.leaf("cbc:EndpointID", party.endpoint.value, [("schemeID", party.endpoint.scheme)])
                if let id = party.id {
                    xml.element("cac:PartyIdentification") { xml in xml.leaf("cbc:ID", id) }
                }
                address(party.address, &xml)
                for tax in party.taxIDs {
                    xml.element("cac:PartyTaxScheme") { xml in
                        xml.leaf("cbc:CompanyID", tax.id)
                        taxScheme(tax.scheme, &xml)
                    }
                }
                xml.element("cac:PartyLegalEntity") { xml in xml.leaf("cbc:RegistrationName", party.name) }
                if let contact = party.contact {
                    xml.element("cac:Contact") { xml in
                        xml.leaf("cbc:Name", contact.name)
                        xml.leaf("cbc:Telephone", contact.phone)
                        xml.leaf("cbc:ElectronicMail", contact.email)
                    }
                }
            }
        }
    }

    private static func address(_ address: Invoice.Address, _ xml: inout XMLWriter) {
        xml.element("cac:PostalAddress") { xml in
            xml.leaf("cbc:StreetName", address.street)
            xml.leaf("cbc:CityName", address.city)
            xml.leaf("cbc:PostalZone", address.postalCode)
            xml.element("cac:Country") { xml in xml.leaf("cbc:IdentificationCode", address.country) }
        }
    }

    static func taxScheme(_ id: String, _ xml: inout XMLWriter) {
        xml.element("cac:TaxScheme") { xml in xml.leaf("cbc:ID", id) }
    }
}
