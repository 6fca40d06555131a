extension Contract {
    func checkClient(_ check: inout Check) {
        // EN 16931 BR-08 and the German CIUS (BR-DE-8, -9) want the buyer's address.
        check.text("client.name", client.name, why: "the invoice names the buyer")
        check.text("client.street", client.street, why: "the invoice shows the buyer's address")
        check.postalCode(
            "client.postalCode",
            client.postalCode,
            country: client.country,
            countryPath: "client.country",
            why: "an electronic invoice needs it (BR-DE-9)"
        )
        check.text("client.city", client.city, why: "an electronic invoice needs it (BR-DE-8)")
        check.country("client.country", client.country)
        if let id = client.vatId {
            check.vatID("client.vatId", id, country: client.country, countryPath: "client.country")
        }
        checkBuyerReference(&check)
        checkInvoiceAddress(&check)
        checkContacts(&check)
    }

    private func checkBuyerReference(_ check: inout Check) {
        let path = "client.buyerReference"
        guard let reference = client.buyerReference else {
            switch client.kind {
            case .public:
                check.error(
                    path,
                    "is missing: a public body is invoiced by its Leitweg-ID",
                    mend: "ask the client for it"
                )
            case .business:
                let mend = "write what the client wants to find on the invoice, or their customer number"
                check.error(path, "is missing: an electronic invoice needs it (BR-DE-15)", mend: mend)
            case .consumer:
                check.warning(
                    path,
                    "is missing: an electronic invoice could not be written",
                    mend: "write any reference"
                )
            }
            return
        }
        check.text(path, reference)
        if client.kind == .public, client.country == "DE", !Identifiers.isLeitwegID(reference) {
            check.error(
                path,
                "\(quoted(reference)) is not a Leitweg-ID",
                mend: "copy it again with its hyphens and check digits, like 04011000-1234512345-06",
                related: ["client.kind", "client.country"]
            )
        }
    }

    private func checkInvoiceAddress(_ check: inout Check) {
        let path = "client.eInvoiceAddress"
        if let address = client.eInvoiceAddress {
            check.electronicAddress(path, address)
            return
        }
        let sentence = "is missing: an electronic invoice needs the buyer's address (PEPPOL-EN16931-R010)"
        let mend = "write { scheme: EM, value: rechnung@example.org }"
        if client.kind == .consumer {
            check.warning(path, sentence, mend: mend)
        } else {
            check.error(path, sentence, mend: mend, related: ["client.kind"])
        }
    }

    private func checkContacts(_ check: inout Check) {
        for (index, contact) in client.contacts.enumerated() {
            let path = "client.contacts[\(index)]"
            check.text("\(path).name", contact.name)
            if let email = contact.email { check.email("\(path).email", email) }
            check.text("\(path).phone", contact.phone)
        }
    }
}
