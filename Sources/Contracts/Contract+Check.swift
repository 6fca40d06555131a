extension Contract {
    /// Everything that would make a session, its bill or its invoice wrong or illegal, in the order of the file.
    ///
    /// - Parameters:
    ///   - supplier: who writes the invoices. Without it, what the VAT category asks of the supplier is a warning.
    ///   - isTimeZone: whether the system knows a time zone; asked only for names shaped `Area/City` or `UTC`.
    public func problems(
        supplier: Supplier? = nil,
        isTimeZone: (String) -> Bool = { _ in true }
    ) -> [Problem] {
        var check = Check()
        checkHead(&check, isTimeZone: isTimeZone)
        checkClient(&check)
        checkScope(&check)
        checkService(&check)
        checkCategories(&check)
        checkRounding(&check)
        checkSurcharges(&check)
        checkRetainer(&check)
        checkCap(&check)
        checkPayment(&check)
        checkVAT(&check, supplier: supplier)
        checkAccess(&check)
        return check.problems
    }

    private func checkHead(_ check: inout Check, isTimeZone: (String) -> Bool) {
        check.id("contract", contract)
        check.text("title", title)
        check.timeZone("timeZone", timeZone, isTimeZone: isTimeZone)
        if let validUntil, validUntil < validFrom {
            let sentence = "the contract ends on \(validUntil), before it begins on \(validFrom)"
            check.error("validUntil", sentence, mend: "write a later day or remove the line", related: ["validFrom"])
        }
        checkFixedTerm(&check)
        checkTerm(&check)
        if signedOn == nil {
            check.warning("signedOn", "is missing: there is no session without it", mend: "write the day both signed")
        }
        checkDataProcessingAgreement(&check)
    }

    /// A fixed term without notice binds like a minimum term (§ 309 Nr. 9 a BGB).
    private func checkFixedTerm(_ check: inout Check) {
        guard client.kind == .consumer, noticeDays == nil, let validUntil else { return }
        let lastBound = (validUntil.year - 2, validUntil.month, validUntil.day)
        guard lastBound >= (validFrom.year, validFrom.month, validFrom.day) else { return }
        check.warning(
            "validUntil",
            "a term to \(validUntil) without notice binds a consumer longer than the two years the law allows",
            mend: "write an earlier day, or noticeDays: 30",
            related: ["validFrom", "noticeDays", "client.kind"]
        )
    }

    private func checkTerm(_ check: inout Check) {
        if let minimumTermMonths {
            check.range("minimumTermMonths", minimumTermMonths, 0...600, unit: "months")
            if client.kind == .consumer, minimumTermMonths > 24 {
                // § 309 Nr. 9 a BGB.
                let sentence = "\(minimumTermMonths) months bind a consumer longer than the two years the law allows"
                check.warning("minimumTermMonths", sentence, mend: "write 24 or less", related: ["client.kind"])
            }
        }
        if let noticeDays {
            check.range("noticeDays", noticeDays, 0...3650, unit: "days")
            if client.kind == .consumer, noticeDays > 30 {
                // § 309 Nr. 9 c BGB.
                let sentence = "\(noticeDays) days are more than the month of notice a consumer may be asked for"
                check.warning("noticeDays", sentence, mend: "write 30 or less", related: ["client.kind"])
            }
        }
    }

    private func checkDataProcessingAgreement(_ check: inout Check) {
        switch dataProcessingAgreement {
        case .signed?: break
        case .notApplicable(let reason)?: check.text("dataProcessingAgreement", reason)
        case nil:
            let seeing = [Grant.shell, .logs].filter(access.grants.contains).map(\.rawValue)
            guard !seeing.isEmpty else { return }
            check.warning(
                "dataProcessingAgreement",
                "is missing, but \(seeing.joined(separator: " and ")) may show personal data (Art. 28 GDPR)",
                mend: "write the day it was signed, or \"notApplicable: why\"",
                related: ["access.grants[*]"]
            )
        }
    }

    private func checkScope(_ check: inout Check) {
        for (index, system) in systems.enumerated() {
            check.id("systems[\(index)].id", system.id)
            check.text("systems[\(index)].name", system.name)
        }
        check.unique("systems", systems.map(\.id), field: "id")
        for (index, text) in included.enumerated() { check.text("included[\(index)]", text) }
        for (index, exclusion) in excluded.enumerated() {
            let path = "excluded[\(index)]"
            check.text("\(path).text", exclusion.text)
            switch (exclusion.treatment, exclusion.category) {
            case (.billAtRate, nil):
                let mend = "add category, one of \(categories.map(\.id).joined(separator: ", "))"
                let sentence = "is missing: what is billed needs a category"
                check.error("\(path).category", sentence, mend: mend, related: ["\(path).treatment"])
            case (.billAtRate, let id?) where category(id) == nil:
                checkUnknown(
                    &check,
                    "\(path).category",
                    id,
                    "category",
                    known: categories.map(\.id),
                    at: "categories[*].id"
                )
            case (.refuse, _?):
                let sentence = "what is refused has no category"
                check.error("\(path).category", sentence, mend: "remove it", related: ["\(path).treatment"])
            default: break
            }
        }
    }

    /// A name that nothing bears, with the names that are borne.
    func checkUnknown(
        _ check: inout Check,
        _ path: String,
        _ name: String,
        _ noun: String,
        known: [String],
        at list: String
    ) {
        let mend = known.isEmpty ? "add it" : "write one of \(known.joined(separator: ", "))"
        check.error(path, "there is no \(noun) \(quoted(name))", mend: mend, related: [list])
    }
}
