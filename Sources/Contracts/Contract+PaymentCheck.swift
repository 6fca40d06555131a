extension Contract {
    func checkRetainer(_ check: inout Check) {
        guard let retainer else { return }
        if !(1...Cents.largest).contains(retainer.feeCents) {
            check.error("retainer.fee", "a retainer costs something", mend: "write the fee, or kind: none")
        }
        if retainer.includedSeconds <= 0 {
            check.error("retainer.included", "a retainer includes time", mend: "write it, like 3h, or kind: none")
        }
        if let rate = retainer.overageRate, ratesCentsPerHour[rate] == nil {
            let rates = ratesCentsPerHour.keys.sorted()
            checkUnknown(&check, "retainer.overageRate", rate, "rate", known: rates, at: "rates")
        }
        if retainer.kind == .prepaidBlock, !retainer.dueInAdvance {
            let sentence = "a prepaid block is paid before it is used"
            check.error("retainer.dueInAdvance", sentence, mend: "write true or remove it", related: ["retainer.kind"])
        }
        if !categories.contains(where: \.usesQuota) {
            let sentence = "no category uses the time that the retainer includes"
            check.error(
                "retainer",
                sentence,
                mend: "write usesQuota: true in a category",
                related: ["categories[*].usesQuota"]
            )
        }
        checkCarryOver(&check, retainer.carryOver)
    }

    private func checkCarryOver(_ check: inout Check, _ rule: CarryOver) {
        let path = "retainer.carryOver"
        let policy = ["\(path).policy"]
        switch (rule.policy, rule.capSeconds) {
        case (.capped, nil):
            check.error("\(path).cap", "is missing: how much is carried?", mend: "add cap: 3h", related: policy)
        case (.capped, let cap?) where cap <= 0:
            check.error("\(path).cap", "a cap of nothing carries nothing", mend: "write policy: none", related: policy)
        case (.none, _?), (.unlimited, _?):
            let mend = "write policy: capped or remove it"
            check.error("\(path).cap", "only policy capped has a cap", mend: mend, related: policy)
        default: break
        }
        guard let periods = rule.expiresAfterPeriods else { return }
        if rule.policy == .none {
            let sentence = "nothing is carried, so nothing expires"
            check.error("\(path).expiresAfterPeriods", sentence, mend: "remove it", related: policy)
        } else {
            check.range("\(path).expiresAfterPeriods", periods, 1...120, unit: "periods")
        }
    }

    func checkCap(_ check: inout Check) {
        guard let cap else { return }
        if cap.perSessionCents == nil, cap.perMonthCents == nil {
            check.error("cap", "says no amount", mend: "add perSession or perMonth, or remove it")
        }
        for (path, cents) in [("cap.perSession", cap.perSessionCents), ("cap.perMonth", cap.perMonthCents)] {
            if let cents, !(1...Cents.largest).contains(cents) {
                check.error(path, "a cap of \(Cents.text(cents)) allows no work", mend: "write more, or remove it")
            }
        }
        if let session = cap.perSessionCents, let month = cap.perMonthCents, month < session {
            let sentence = "a month may cost less than one of its sessions"
            check.warning("cap.perMonth", sentence, mend: "write at least perSession", related: ["cap.perSession"])
        }
    }

    func checkPayment(_ check: inout Check) {
        check.range("payment.termDays", payment.termDays, 0...365, unit: "days")
        if let smallest = payment.smallestInvoiceCents, !(0...Cents.largest).contains(smallest) {
            check.error(
                "payment.smallestInvoice",
                "\(Cents.text(smallest)) is not an amount",
                mend: "write 0.00 or more"
            )
        }
    }

    func checkVAT(_ check: inout Check, supplier: Supplier?) {
        if vat.category == .standard {
            if !(1...10_000).contains(vat.percentBp) {
                let mend = "write percent: 19, or the category that is free of tax"
                check.error("vat.percent", "category S has a percentage above 0", mend: mend, related: ["vat.category"])
            } else if vat.percentBp != 1900, vat.percentBp != 700 {
                let sentence = "\(BasisPoints.text(vat.percentBp)) % is not a German rate"
                check.warning("vat.percent", sentence, mend: "write 19 (or 7)", related: ["vat.category"])
            }
        } else if vat.percentBp != 0 {
            let sentence = "category \(vat.category.rawValue) has no percentage"
            check.error("vat.percent", sentence, mend: "write 0 or remove it", related: ["vat.category"])
        }
        switch vat.category {
        case .standard: checkStandard(&check, supplier: supplier)
        case .exempt: checkExempt(&check, supplier: supplier)
        case .reverseCharge: checkReverseCharge(&check, supplier: supplier)
        case .outsideScope: checkOutsideScope(&check, supplier: supplier)
        }
    }

    private func checkStandard(_ check: inout Check, supplier: Supplier?) {
        if supplier?.smallBusiness == true {
            // § 14c UStG: tax that is shown is owed, even by a small business.
            let sentence = "the supplier is a small business, which shows no VAT"
            check.error("vat.category", sentence, mend: "write category: E and no percent")
        }
        let home = supplier?.country ?? "DE"
        guard client.kind == .business, client.country != home, Countries.all.contains(client.country) else { return }
        // § 3a (2) UStG: services to a business are taxed where the business is.
        let right = Countries.isInEU(client.country) ? "AE" : "O"
        let sentence = "services to a business in \(client.country) are not taxed in \(home)"
        let related = ["client.kind", "client.country"]
        check.warning("vat.category", sentence, mend: "write category: \(right) and no percent", related: related)
    }

    private func checkExempt(_ check: inout Check, supplier: Supplier?) {
        let mend = "write category: S, percent: 19, or smallBusiness: true in supplier.yaml"
        guard let supplier else { return uncheckedSupplier(&check, "smallBusiness: true") }
        if !supplier.smallBusiness {
            check.error("vat.category", "E is for small businesses (§ 19 UStG), which the supplier is not", mend: mend)
        }
    }

    private func checkReverseCharge(_ check: inout Check, supplier: Supplier?) {
        businessOnly(&check)
        if client.vatId == nil {
            let sentence = "is missing: reverse charge (AE) needs the VAT ids of both sides"
            check.error("client.vatId", sentence, mend: "ask the client for it", related: ["vat.category"])
        }
        let home = supplier?.country ?? "DE"
        if client.country == home || (Countries.all.contains(client.country) && !Countries.isInEU(client.country)) {
            let where_ = client.country == home ? "the supplier's own country" : "a country outside the EU"
            let mend = client.country == home ? "write category: S, percent: 19" : "write category: O"
            let related = ["client.country"]
            check.error("vat.category", "AE is for other EU countries, not for \(where_)", mend: mend, related: related)
        }
        guard let supplier else { return uncheckedSupplier(&check, "a vatId") }
        if supplier.vatId == nil {
            let sentence = "reverse charge (AE) needs the supplier's VAT id too"
            check.error("vat.category", sentence, mend: "write vatId in supplier.yaml")
        }
    }

    private func checkOutsideScope(_ check: inout Check, supplier: Supplier?) {
        businessOnly(&check)
        if Countries.isInEU(client.country) {
            let mend = client.country == "DE" ? "write category: S, percent: 19" : "write category: AE"
            let sentence = "O is for businesses outside the EU, not in \(client.country)"
            check.error("vat.category", sentence, mend: mend, related: ["client.country"])
        }
        guard let supplier else { return uncheckedSupplier(&check, "a taxNumber") }
        if supplier.taxNumber == nil {
            let sentence = "O needs the supplier's tax number, since such an invoice shows no VAT id"
            check.error("vat.category", sentence, mend: "write taxNumber in supplier.yaml")
        }
    }

    private func businessOnly(_ check: inout Check) {
        guard client.kind != .business else { return }
        let sentence = "\(vat.category.rawValue) is for businesses only, and this client is \(client.kind.rawValue)"
        check.error("vat.category", sentence, mend: "write category: S, percent: 19", related: ["client.kind"])
    }

    private func uncheckedSupplier(_ check: inout Check, _ need: String) {
        let sentence = "\(vat.category.rawValue) needs \(need) in supplier.yaml, which was not at hand"
        check.warning("vat.category", sentence, mend: "look there")
    }
}
