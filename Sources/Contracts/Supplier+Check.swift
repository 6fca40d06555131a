extension Supplier {
    /// Everything that keeps the supplier from writing a legal invoice, in the order of the file.
    ///
    /// - Parameter isTimeZone: whether the system knows a time zone; asked only for names shaped `Area/City` or `UTC`.
    public func problems(isTimeZone: (String) -> Bool = { _ in true }) -> [Problem] {
        var check = Check()
        let address = "§ 14 (4) Nr. 1 UStG wants the supplier's full address"
        check.text("name", name, why: "§ 14 (4) Nr. 1 UStG wants the supplier's full name")
        check.text("contact", contact, why: "an electronic invoice names a person to ask (BR-DE-5)")
        check.text("street", street, why: address)
        check.postalCode("postalCode", postalCode, country: country, countryPath: "country", why: address)
        check.text("city", city, why: address)
        if country.isEmpty { check.text("country", country, why: address) } else { check.country("country", country) }
        check.text("phone", phone, why: "an electronic invoice names a telephone (BR-DE-6)")
        if email.isEmpty {
            check.text("email", email, why: "an electronic invoice names an e-mail address (BR-DE-7)")
        } else {
            check.email("email", email)
        }
        if let eInvoiceAddress {
            check.electronicAddress("eInvoiceAddress", eInvoiceAddress)
        } else {
            let mend = "write { scheme: EM, value: rechnung@example.org }"
            let sentence = "is missing: an electronic invoice has a sender's address (PEPPOL-EN16931-R020)"
            check.error("eInvoiceAddress", sentence, mend: mend)
        }
        checkTaxIdentity(&check)
        if timeZone.isEmpty {
            check.text("timeZone", timeZone, why: "days and months of the books are local")
        } else {
            check.timeZone("timeZone", timeZone, isTimeZone: isTimeZone)
        }
        checkDATEV(&check)
        checkAccount(&check)
        checkInvoiceNumbers(&check)
        return check.problems
    }

    private func checkTaxIdentity(_ check: inout Check) {
        if let vatId {
            check.vatID("vatId", vatId, country: country, countryPath: "country")
        }
        if let taxNumber {
            let digits = taxNumber.utf8.filter(Identifiers.isDigit).count
            let isShaped = taxNumber.utf8.allSatisfy { Identifiers.isDigit($0) || " /".utf8.contains($0) }
            if country == "DE", !isShaped || !(10...13).contains(digits) {
                let mend = "write it as the tax office does, like 22/815/08154"
                check.error("taxNumber", "\(quoted(taxNumber)) is not a tax number", mend: mend, related: ["country"])
            } else {
                check.text("taxNumber", taxNumber)
            }
        }
        if vatId == nil, taxNumber == nil {
            let sentence = "is missing, and so is taxNumber: § 14 (4) Nr. 2 UStG wants one of them"
            check.error("vatId", sentence, mend: "write vatId or taxNumber", related: ["taxNumber"])
        }
    }

    private func checkDATEV(_ check: inout Check) {
        guard let datev else { return }
        check.range("datev.consultant", datev.consultant, 1001...9_999_999, unit: "as consultant")
        check.range("datev.client", datev.client, 1...99_999, unit: "as client")
        check.range("datev.revenueAccount", datev.revenueAccount, 1000...99_999_999, unit: "as account")
    }

    private func checkAccount(_ check: inout Check) {
        if iban.isEmpty {
            check.text("iban", iban, why: "an electronic invoice says where to pay (BR-DE-23)")
        } else if !Identifiers.isIBAN(iban) {
            check.error("iban", "\(quoted(iban)) is not an IBAN", mend: "copy it again: its check digits do not fit")
        }
        if let bic, !Identifiers.isBIC(bic) {
            check.error("bic", "\(quoted(bic)) is not a BIC", mend: "write 8 or 11 letters and digits, or remove it")
        }
    }

    /// § 14 (4) Nr. 4 UStG: a consecutive number, issued once. So a pattern holds the number, and the year where
    /// the year is what keeps restarted numbers apart.
    private func checkInvoiceNumbers(_ check: inout Check) {
        let mend = "write \"\(Self.defaultInvoiceNumbers)\""
        guard let parts = Self.parts(ofNumberPattern: invoiceNumbers) else {
            let sentence = "\(quoted(invoiceNumbers)) is not a pattern of {year}, {number}, {number:4} and plain text"
            check.error("invoiceNumbers", sentence, mend: mend)
            return
        }
        if parts.filter({ $0.hasPrefix("number") }).count != 1 {
            let sentence = "the pattern must hold {number} once, since § 14 (4) Nr. 4 UStG wants every number unique"
            check.error("invoiceNumbers", sentence, mend: mend)
        }
    }

    /// The names in braces, or nil where braces do not match, a name is unknown, or a character has no place there.
    private static func parts(ofNumberPattern pattern: String) -> [String]? {
        var names: [String] = []
        var open: String?
        for character in pattern {
            switch (character, open) {
            case ("{", nil): open = ""
            case ("}", let name?):
                let width = name.hasPrefix("number:") ? decimal(name.utf8.dropFirst(7)) : 1
                guard name == "year" || name == "number" || (name.hasPrefix("number:") && (1...9).contains(width ?? 0))
                else { return nil }
                names.append(name)
                open = nil
            case ("{", _), ("}", nil): return nil
            case (_, let name?): open = name + String(character)
            case (_, nil):
                guard let byte = character.asciiValue, Identifiers.isAlphanumeric(byte) || "-/._ ".utf8.contains(byte)
                else { return nil }
            }
        }
        return open == nil ? names : nil
    }
}
