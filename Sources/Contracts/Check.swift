/// The problems found so far, and the tests that contracts and suppliers share.
struct Check {
    var problems: [Problem] = []

    mutating func error(_ path: String, _ sentence: String, mend: String? = nil, related: [String] = []) {
        problems.append(Problem(.error, at: path, sentence, mend: mend, related: related))
    }

    mutating func warning(_ path: String, _ sentence: String, mend: String? = nil, related: [String] = []) {
        problems.append(Problem(.warning, at: path, sentence, mend: mend, related: related))
    }

    /// A text must be there, on one line and readable; `why` says who wants it.
    mutating func text(_ path: String, _ text: String, why: String? = nil) {
        if text.trimmingSpaces.isEmpty {
            error(path, "is missing\(why.map { ": \($0)" } ?? "")", mend: "write it")
        } else if let scalar = text.unicodeScalars.first(where: \.isUnsafeToShow) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            let number = String(repeating: "0", count: max(0, 4 - code.count)) + code
            error(path, "holds the invisible character U+\(number)", mend: "write it as one line of plain text")
        } else if text.unicodeScalars.count > 1000 {
            error(path, "is longer than 1000 characters", mend: "shorten it")
        }
    }

    mutating func text(_ path: String, _ optional: String?) {
        if let optional { text(path, optional) }
    }

    mutating func id(_ path: String, _ id: String) {
        if !Identifiers.isID(id) {
            error(
                path,
                "\(quoted(id)) is not an id",
                mend: "use at most 64 letters, digits, hyphens, dots, underscores"
            )
        }
    }

    /// Names that must be unique in their list; `field` is the member's name, empty for a list of plain texts.
    mutating func unique(_ list: String, _ names: [String], field: String) {
        var first: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            let suffix = field.isEmpty ? "" : ".\(field)"
            if let earlier = first[name] {
                let mend = field.isEmpty ? "remove one" : "give it a name of its own"
                let other = "\(list)[\(earlier)]\(suffix)"
                error("\(list)[\(index)]\(suffix)", "\(quoted(name)) is there twice", mend: mend, related: [other])
            } else {
                first[name] = index
            }
        }
    }

    mutating func range(_ path: String, _ value: Int64, _ range: ClosedRange<Int64>, unit: String) {
        if !range.contains(value) {
            error(path, "\(value) \(unit) is out of range", mend: "write \(range.lowerBound) to \(range.upperBound)")
        }
    }

    mutating func country(_ path: String, _ country: String) {
        if !Countries.all.contains(country) {
            error(path, "\(quoted(country)) is not a country", mend: "write its ISO code in capitals, like DE")
        }
    }

    mutating func postalCode(_ path: String, _ code: String, country: String, countryPath: String, why: String) {
        text(path, code, why: why)
        if country == "DE", !code.isEmpty, !(code.utf8.count == 5 && code.utf8.allSatisfy(Identifiers.isDigit)) {
            let mend = "write five digits in quotes, like \"01067\""
            error(path, "\(quoted(code)) is not a German postal code", mend: mend, related: [countryPath])
        }
    }

    mutating func vatID(_ path: String, _ id: String, country: String, countryPath: String) {
        let prefix = Countries.vatPrefix(of: country)
        guard Countries.isVATID(id) else {
            // Ids from outside the Union have too many shapes, and no invoice of ours carries them.
            if prefix != nil {
                let mend = "write it without spaces, like DE123456788"
                error(path, "\(quoted(id)) is not a VAT id", mend: mend, related: [countryPath])
            } else {
                text(path, id)
            }
            return
        }
        if let prefix, !id.hasPrefix(prefix) {
            let mend = "check id and country"
            warning(
                path,
                "the VAT id of \(quoted(country)) would start with \(prefix)",
                mend: mend,
                related: [countryPath]
            )
        }
        if id.hasPrefix("DE"), !Countries.hasGermanCheckDigit(id) {
            warning(path, "the check digit of \(id) is wrong", mend: "copy it from the client's papers again")
        }
    }

    mutating func electronicAddress(_ path: String, _ address: ElectronicAddress) {
        let scheme = address.scheme.utf8
        let isListed = scheme.count == 4 && scheme.allSatisfy(Identifiers.isDigit)
        if address.scheme == "EM" {
            email("\(path).value", address.value)
        } else if address.scheme == "0204", !Identifiers.isLeitwegID(address.value) {
            error("\(path).value", "\(quoted(address.value)) is not a Leitweg-ID", mend: "copy it again, with hyphens")
        } else if !isListed {
            let mend = "write EM for e-mail, 0204 for a Leitweg-ID or another code of the EAS list"
            error("\(path).scheme", "\(quoted(address.scheme)) is not an address scheme", mend: mend)
        } else {
            text("\(path).value", address.value)
        }
    }

    mutating func email(_ path: String, _ email: String) {
        if !Identifiers.isEmail(email) {
            error(path, "\(quoted(email)) is not an e-mail address", mend: "write it as name@example.org")
        }
    }

    mutating func timeZone(_ path: String, _ zone: String, isTimeZone: (String) -> Bool) {
        if !Identifiers.isTimeZoneShaped(zone) || !isTimeZone(zone) {
            error(path, "\(quoted(zone)) is not a time zone", mend: "write Area/City, like Europe/Berlin")
        }
    }
}
