extension Contract {
    func checkCategories(_ check: inout Check) {
        for name in ratesCentsPerHour.keys.sorted() {
            check.id("rates.\(name)", name)
            if let cents = ratesCentsPerHour[name], !(0...Cents.largest).contains(cents) {
                check.error("rates.\(name)", "\(Cents.text(cents)) is not a price", mend: "write 0.00 or more")
            }
        }
        if ratesCentsPerHour.isEmpty {
            check.error("rates", "there is no rate", mend: "add one, like support: \"95.00\"")
        }
        let rates = ratesCentsPerHour.keys.sorted()
        for (index, category) in categories.enumerated() {
            let path = "categories[\(index)]"
            check.id("\(path).id", category.id)
            if rateCentsPerHour(of: category) == nil {
                checkUnknown(&check, "\(path).rate", category.rate, "rate", known: rates, at: "rates")
            }
            if category.kind == .warranty, category.usesQuota {
                let sentence = "warranty is free and uses no quota"
                check.error("\(path).usesQuota", sentence, mend: "write false", related: ["\(path).kind"])
            }
        }
        check.unique("categories", categories.map(\.id), field: "id")
        if defaultCategory == nil {
            let mend = "add { id: support, kind: support, rate: \(rates.first ?? "support") }"
            check.error(
                "categories",
                "there is no category of kind support",
                mend: mend,
                related: ["categories[*].kind"]
            )
        }
        if !categories.contains(where: { $0.kind == .warranty }) {
            let mend = "add { id: defect, kind: warranty, rate: \(rates.first ?? "support") }"
            let sentence = "there is no category of kind warranty, so a defect could only be billed"
            check.warning("categories", sentence, mend: mend, related: ["categories[*].kind"])
        }
    }

    func checkRounding(_ check: inout Check) {
        if rounding.stepSeconds <= 0 {
            check.error("rounding.step", "a step must be longer than nothing", mend: "write 1s for no rounding")
        } else if rounding.stepSeconds > 24 * 3600 {
            check.error("rounding.step", "a step is at most a day", mend: "write 24h or less")
        } else if client.kind == .consumer, rounding.stepSeconds >= 15 * 60 {
            let sentence = "steps of \(Seconds.text(rounding.stepSeconds)) put a consumer at an unfair disadvantage"
            check.warning("rounding.step", sentence, mend: "write less than 15m", related: ["client.kind"])
        }
        duration(&check, "rounding.minimum", rounding.minimumSeconds, from: 0)
        duration(&check, "rounding.freeUpTo", rounding.freeUpToSeconds, from: 0)
        if let gap = rounding.mergeGapSeconds {
            duration(&check, "rounding.mergeGap", gap, from: 0)
            if rounding.per != .session {
                let sentence = "a break starts a new unit only where each session is rounded"
                check.warning("rounding.mergeGap", sentence, mend: "remove it", related: ["rounding.per"])
            }
        }
    }

    /// A duration of at most a day.
    func duration(_ check: inout Check, _ path: String, _ seconds: Int64, from least: Int64) {
        if seconds < least {
            check.error(path, "\(Seconds.text(seconds)) is too short", mend: "write \(Seconds.text(least)) or more")
        } else if seconds > 24 * 3600 {
            check.error(path, "\(Seconds.text(seconds)) is longer than a day", mend: "write 24h or less")
        }
    }

    func checkSurcharges(_ check: inout Check) {
        for (index, surcharge) in surcharges.enumerated() {
            let path = "surcharges[\(index)]"
            check.text("\(path).label", surcharge.label)
            if !(1...100_000).contains(surcharge.percentBp) {
                let sentence = "\(BasisPoints.text(surcharge.percentBp)) % is not a surcharge"
                check.error("\(path).percent", sentence, mend: "write more than 0 and at most 1000")
            }
            window(&check, path, days: surcharge.days, from: surcharge.from, to: surcharge.to)
        }
    }

    /// Windows of surcharges and service hours: equal edges could mean nothing or a whole day.
    func window(_ check: inout Check, _ path: String, days: DaySet, from: LocalTime, to: LocalTime) {
        if days.isEmpty { check.error("\(path).days", "there are no days", mend: "write mon-fri, all or holidays") }
        if from == .endOfDay {
            check.error("\(path).from", "a window cannot start at the end of a day", mend: "write \"00:00\"")
        } else if from == to {
            let mend = "write from: \"00:00\", to: \"24:00\" for the whole day"
            check.error("\(path).to", "the window starts and ends at \(from)", mend: mend, related: ["\(path).from"])
        }
        if days.contains(.holidays), holidays == nil {
            let sentence = "there are no holidays: the contract names no region"
            let mend = "add holidays: { region: DE-NW }"
            check.error("\(path).days", sentence, mend: mend, related: ["holidays"])
        }
    }

    func checkService(_ check: inout Check) {
        for (index, hours) in serviceHours.enumerated() {
            window(&check, "serviceHours[\(index)]", days: hours.days, from: hours.from, to: hours.to)
        }
        for (index, reaction) in reaction.enumerated() {
            let path = "reaction[\(index)]"
            check.text("\(path).priority", reaction.priority)
            check.text("\(path).means", reaction.means)
            if reaction.withinSeconds <= 0 {
                check.error("\(path).within", "a reaction time must be longer than nothing", mend: "write 4h")
            }
            if reaction.clock == .service, serviceHours.isEmpty {
                let sentence = "only service hours count, but the contract has none"
                let mend = "add serviceHours or write clock: calendar"
                check.error("\(path).clock", sentence, mend: mend, related: ["serviceHours"])
            }
        }
        check.unique("reaction", reaction.map(\.priority), field: "priority")
    }
}
