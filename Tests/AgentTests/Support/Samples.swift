import Contracts
import SupportChannel

@testable import Agent

enum Samples {
    static func contract(
        language: Contract.Language? = nil,
        access: Contract.Access = Contract.Access(logs: ["/var/log/nginx"])
    ) throws -> Contract {
        Contract(
            contract: "acme-2026",
            title: "Support Webshop",
            language: language,
            timeZone: "Europe/Berlin",
            validFrom: try LocalDate.parse("2026-01-01"),
            client: Contract.Client(
                name: "ACME Handels GmbH",
                kind: .business,
                street: "Hafenstraße 12",
                postalCode: "48155",
                city: "Münster",
                country: "DE"
            ),
            ratesCentsPerHour: ["support": 9500],
            categories: [
                Contract.Category(id: "question", kind: .support, rate: "support", usesQuota: true),
                Contract.Category(id: "defect", kind: .warranty, rate: "support"),
            ],
            rounding: Contract.Rounding(stepSeconds: 300, freeUpToSeconds: 60, mergeGapSeconds: 120),
            surcharges: [
                Contract.Surcharge(
                    label: "Night",
                    percentBp: 5000,
                    days: try DaySet.parse("all"),
                    from: try LocalTime.parse("22:00"),
                    to: try LocalTime.parse("06:00")
                )
            ],
            vat: Contract.VAT(category: .standard, percentBp: 1900),
            access: access
        )
    }

    static func terms(
        _ contract: Contract,
        operator: String = "jana",
        category: String = "question",
        purpose: String = "Checkout is slow",
        grants: [String] = ["run", "logs"]
    ) -> Terms {
        Terms(
            invitation: "i-1",
            operator: `operator`,
            version: 3,
            contract: String(decoding: contract.canonicalBytes, as: UTF8.self),
            category: category,
            purpose: purpose,
            grants: grants
        )
    }

    /// Codes that are good as far as digits go; their rooms are their first four digits.
    static let code = "4821-730-5519-4"
}
