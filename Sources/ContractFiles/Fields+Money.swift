import Contracts

extension Fields {
    func rates() -> [String: Int64] {
        var rates: [String: Int64] = [:]
        for entry in entries {
            // A price that cannot be read still has a name that categories may use.
            rates[entry.key] = value(entry.key, Cents.parse) ?? 0
        }
        return rates
    }

    func category() -> Contract.Category {
        defer { reportUnknown() }
        return Contract.Category(
            id: requiredText("id"),
            kind: requiredChoice("kind", fallback: .support),
            rate: requiredText("rate"),
            usesQuota: bool("usesQuota") ?? false
        )
    }

    func rounding() -> Contract.Rounding {
        defer { reportUnknown() }
        let silent = Contract.Rounding()
        return Contract.Rounding(
            per: choice("per") ?? silent.per,
            stepSeconds: value("step", Seconds.parse) ?? silent.stepSeconds,
            minimumSeconds: value("minimum", Seconds.parse) ?? silent.minimumSeconds,
            mode: choice("mode") ?? silent.mode,
            freeUpToSeconds: value("freeUpTo", Seconds.parse) ?? silent.freeUpToSeconds,
            mergeGapSeconds: value("mergeGap", Seconds.parse),
            excess: choice("excess") ?? silent.excess
        )
    }

    func surcharge() -> Contract.Surcharge {
        defer { reportUnknown() }
        return Contract.Surcharge(
            label: requiredText("label"),
            percentBp: required("percent", BasisPoints.parse, fallback: 1),
            days: days(),
            from: required("from", LocalTime.parse, fallback: .midnight),
            to: required("to", LocalTime.parse, fallback: .endOfDay)
        )
    }

    /// Kinds as a file writes them: `none` is a contract without a retainer.
    private enum RetainerKind: String, CaseIterable {
        case none, takeOrPay, prepaidBlock
    }

    func retainer() -> Contract.Retainer? {
        let kind: RetainerKind = requiredChoice("kind", fallback: .takeOrPay)
        if kind == .none {
            for entry in entries where entry.key != "kind" {
                let mend = "remove it, or write kind: takeOrPay"
                reading.wrong(subpath(entry.key), at: entry.place, "with kind: none there is no retainer", mend: mend)
            }
            return nil
        }
        defer { reportUnknown() }
        return Contract.Retainer(
            kind: kind == .prepaidBlock ? .prepaidBlock : .takeOrPay,
            feeCents: required("fee", Cents.parse, fallback: 1),
            dueInAdvance: bool("dueInAdvance") ?? (kind == .prepaidBlock),
            includedSeconds: required("included", Seconds.parse, fallback: 1),
            period: choice("period") ?? .month,
            overageRate: text("overageRate"),
            carryOver: fields("carryOver")?.carryOver() ?? Contract.CarryOver(policy: .none)
        )
    }

    private func carryOver() -> Contract.CarryOver {
        defer { reportUnknown() }
        return Contract.CarryOver(
            policy: requiredChoice("policy", fallback: .none),
            capSeconds: value("cap", Seconds.parse),
            expiresAfterPeriods: integer("expiresAfterPeriods")
        )
    }

    func cap() -> Contract.Cap {
        defer { reportUnknown() }
        return Contract.Cap(
            perSessionCents: value("perSession", Cents.parse),
            perMonthCents: value("perMonth", Cents.parse),
            onReach: requiredChoice("onReach", fallback: .stop)
        )
    }

    func payment() -> Contract.Payment {
        defer { reportUnknown() }
        let silent = Contract.Payment()
        return Contract.Payment(
            termDays: integer("termDays") ?? silent.termDays,
            cycle: choice("cycle") ?? silent.cycle,
            smallestInvoiceCents: value("smallestInvoice", Cents.parse)
        )
    }

    func vat() -> Contract.VAT {
        defer { reportUnknown() }
        if !has("category") { missing("category") }
        let category: Contract.VAT.Category? = choice("category")
        if category == .standard, !has("percent") { missing("percent") }
        return Contract.VAT(category: category ?? .standard, percentBp: value("percent", BasisPoints.parse) ?? 0)
    }
}
