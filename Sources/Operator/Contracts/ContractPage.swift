import Contracts
import FoundationEssentials
import RelayAPI
import TerminalText

/// What is printed about contracts.
public enum ContractPage {
    /// The newest versions, one line each.
    public static func list(_ contracts: [ContractSummary]) -> String {
        TextTable.text(
            header: ["CONTRACT", "VERSION", "FROM", "ENDS", "CLIENT", "TITLE"],
            rows: contracts.map {
                [$0.contract, "\($0.version)", $0.validFrom, $0.endsOn ?? "", $0.client, $0.title]
            },
            right: [1]
        )
    }

    /// The terms of one version, readable.
    public static func terms(_ document: ContractDocument) throws -> String {
        let contract = try JSONDecoder().decode(Contract.self, from: Data(document.canonical.utf8))
        let sections: [(String, [String])] = [
            ("contract", ["\(contract.contract) version \(document.summary.version), \(contract.title)"]),
            ("hash", [document.summary.hash]),
            ("in force", [term(contract)]),
            ("ends", document.summary.endsOn.map { ["\($0), by notice"] } ?? []),
            ("time zone", [contract.timeZone]),
            ("client", client(contract.client)),
            ("systems", contract.systems.map { "\($0.id): \($0.name)" }),
            ("included", contract.included),
            ("excluded", contract.excluded.map(exclusion)),
            ("service hours", contract.serviceHours.map { "\($0.days) \($0.from)-\($0.to)" } + holidays(contract)),
            ("reaction", contract.reaction.map(reaction)),
            ("categories", contract.categories.map { category($0, of: contract) }),
            ("rounding", [rounding(contract.rounding)]),
            ("surcharges", surcharges(contract)),
            ("retainer", contract.retainer.map { [retainer($0)] } ?? []),
            ("caps", contract.cap.map(caps) ?? []),
            ("payment", payment(contract.payment)),
            ("VAT", ["\(BasisPoints.text(contract.vat.percentBp)) %, \(contract.vat.category.rawValue)"]),
            ("access", access(contract.access)),
            (
                "privacy",
                [
                    "transcripts are deleted after \(contract.privacy.transcriptRetentionDays) days; "
                        + "blacked out: \(contract.privacy.redact.joined(separator: ", "))"
                ]
            ),
        ]
        let quota = document.quota.map { "\n" + SettlementPage.quota($0) } ?? ""
        return sections.filter { !$0.1.isEmpty }.map(section).joined() + quota
    }

    private static func section(_ name: String, _ lines: [String]) -> String {
        lines.enumerated().map { index, line in
            let label = index == 0 ? name : ""
            return label + String(repeating: " ", count: 15 - label.count) + TerminalText.name(line, limit: 500) + "\n"
        }
        .joined()
    }

    private static func term(_ contract: Contract) -> String {
        var text = "from \(contract.validFrom)" + (contract.validUntil.map { " to \($0)" } ?? "")
        text += contract.signedOn.map { ", signed on \($0)" } ?? ", NOT SIGNED"
        if let months = contract.minimumTermMonths { text += ", at least \(months) months" }
        if let days = contract.noticeDays { text += ", \(days) days' notice" }
        if let agreement = contract.dataProcessingAgreement { text += ", data processing agreement \(agreement)" }
        return text
    }

    private static func client(_ client: Contract.Client) -> [String] {
        let contacts = client.contacts.map { contact in
            [contact.name, contact.email, contact.phone, contact.mayOrder ? "may order" : nil].compactMap(\.self)
                .joined(separator: ", ")
        }
        let address = "\(client.street), \(client.postalCode) \(client.city), \(client.country)"
        let numbers = [
            client.vatId.map { "VAT id \($0)" }, client.buyerReference.map { "reference \($0)" },
            client.eInvoiceAddress.map { "invoices to \($0.scheme) \($0.value)" },
        ]
        return ["\(client.name) (\(client.kind.rawValue))", address] + numbers.compactMap(\.self) + contacts
    }

    private static func exclusion(_ exclusion: Contract.Exclusion) -> String {
        switch exclusion.treatment {
        case .refuse: "\(exclusion.text): refused"
        case .billAtRate: "\(exclusion.text): billed as \(exclusion.category ?? "?")"
        }
    }

    private static func holidays(_ contract: Contract) -> [String] {
        guard let holidays = contract.holidays else { return [] }
        let more = holidays.add.isEmpty ? "" : ", and \(holidays.add.map(\.description).joined(separator: ", "))"
        let less = holidays.drop.isEmpty ? "" : ", but not \(holidays.drop.map(\.description).joined(separator: ", "))"
        return ["holidays of \(holidays.region.rawValue)\(more)\(less)"]
    }

    private static func reaction(_ reaction: Contract.Reaction) -> String {
        "\(reaction.priority) within \(Seconds.text(reaction.withinSeconds)) of \(reaction.clock.rawValue) time: \(reaction.means)"
    }

    private static func category(_ category: Contract.Category, of contract: Contract) -> String {
        let price =
            contract.rateCentsPerHour(of: category).map { "\(Cents.text($0)) \(contract.currency)/h" } ?? "no price"
        return "\(category.id): \(category.kind.rawValue), \(price)\(category.usesQuota ? ", uses the quota" : "")"
    }

    private static func rounding(_ rounding: Contract.Rounding) -> String {
        var text = "per \(rounding.per.rawValue), \(rounding.mode.rawValue) to \(Seconds.text(rounding.stepSeconds))"
        if rounding.minimumSeconds > 0 { text += ", at least \(Seconds.text(rounding.minimumSeconds))" }
        if rounding.freeUpToSeconds > 0 { text += ", free up to \(Seconds.text(rounding.freeUpToSeconds))" }
        if let gap = rounding.mergeGapSeconds { text += ", sessions within \(Seconds.text(gap)) count as one" }
        return text + ", excess \(rounding.excess.rawValue)"
    }

    private static func surcharges(_ contract: Contract) -> [String] {
        guard !contract.surcharges.isEmpty else { return [] }
        let lines = contract.surcharges.map { surcharge in
            "\(surcharge.label): \(BasisPoints.text(surcharge.percentBp)) %, \(surcharge.days) \(surcharge.from)-\(surcharge.to)"
        }
        let meeting = contract.surchargeStacking == .max ? "the highest counts" : "their sum counts"
        return lines + ["where they meet \(meeting); on the quota: \(contract.surchargeOnQuota.rawValue)"]
    }

    private static func retainer(_ retainer: Contract.Retainer) -> String {
        var text = "\(retainer.kind.rawValue), \(Cents.text(retainer.feeCents)) EUR per \(retainer.period.rawValue)"
        text += retainer.dueInAdvance ? " in advance" : " afterwards"
        text += ", \(Seconds.text(retainer.includedSeconds)) included"
        if let rate = retainer.overageRate { text += ", then rate \(rate)" }
        text += ", left over: \(retainer.carryOver.policy.rawValue)"
        if let cap = retainer.carryOver.capSeconds { text += " up to \(Seconds.text(cap))" }
        if let periods = retainer.carryOver.expiresAfterPeriods { text += " for \(periods) periods" }
        return text
    }

    private static func caps(_ cap: Contract.Cap) -> [String] {
        [
            cap.perSessionCents.map { "\(Cents.text($0)) EUR a session" },
            cap.perMonthCents.map { "\(Cents.text($0)) EUR a month" },
            "when reached: \(cap.onReach.rawValue)",
        ].compactMap(\.self)
    }

    private static func payment(_ payment: Contract.Payment) -> [String] {
        let smallest = payment.smallestInvoiceCents.map { ", from \(Cents.text($0)) EUR on" } ?? ""
        return ["\(payment.cycle.rawValue), due within \(payment.termDays) days\(smallest)"]
    }

    private static func access(_ access: Contract.Access) -> [String] {
        var lines = [
            "may be asked for: \(access.grants.map(\.rawValue).joined(separator: ", "))",
            "a session lasts at most \(Seconds.text(access.maximumSessionSeconds)), "
                + "and ends after \(Seconds.text(access.idleTimeoutSeconds)) of nothing",
        ]
        if !access.logs.isEmpty { lines.append("logs: \(access.logs.joined(separator: ", "))") }
        if case .patterns(let patterns) = access.commands {
            lines += patterns.map { "command: \(TerminalText.commandLine($0))" }
        }
        lines += (access.diagnose ?? []).map { "diagnose: \($0.title): \(TerminalText.commandLine($0.command))" }
        return lines
    }
}
