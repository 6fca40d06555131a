import Billing
import Contracts
import Receipts
import RelayAPI
import SupportChannel
import Testing
import TimeZoneFiles

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

    /// Terms that jana offers at `moment`, Unix seconds.
    static func terms(
        _ contract: Contract,
        operator: String = "jana",
        category: String = "question",
        purpose: String = "Checkout is slow",
        grants: [String] = ["run", "logs"],
        quotaLeftSeconds: Int64? = nil,
        at moment: Int64 = SystemTime().epochSeconds
    ) -> Terms {
        let found = contract.category(category)
        let surcharge = found.flatMap { SurchargeNow(contract, $0, at: moment) } ?? .none
        return Terms(
            session: "s-1",
            invitation: "i-1",
            room: "4821",
            authority: RelayAPI.Hexadecimal.encode((try? TestAuthority.shared.get().pin) ?? []),
            operator: `operator`,
            contract: String(decoding: contract.canonicalBytes, as: UTF8.self),
            contractVersion: 3,
            category: category,
            purpose: purpose,
            price: Terms.Price(
                currency: contract.currency,
                centsPerHour: found.flatMap { contract.rateCentsPerHour(of: $0) } ?? 0,
                surchargePercentBp: surcharge.percentBp,
                surchargeLabel: surcharge.label,
                quotaLeftSeconds: contract.retainer == nil ? nil : quotaLeftSeconds ?? 3600
            ),
            grants: grants,
            offeredAt: Timestamp(seconds: moment).rfc3339
        )
    }

    /// What a client who typed `code` knows.
    static func situation(
        allowed: Set<Contract.Grant> = [.run, .logs],
        logs: [String]? = nil,
        approval: ConsentRecord.Approval = .session,
        at moment: Int64 = SystemTime().epochSeconds
    ) -> Offer.Situation {
        Offer.Situation(
            authority: RelayAPI.Hexadecimal.encode((try? TestAuthority.shared.get().pin) ?? []),
            room: "4821",
            moment: moment,
            allowed: allowed,
            logs: logs,
            approval: approval
        )
    }

    /// Terms as if they had been proven.
    static func proven(_ terms: Terms) throws -> ProvenTerms {
        ProvenTerms(
            terms: terms,
            operatorKey: try #require(TestOperator.jana.get().verifyingKey),
            authority: try TestAuthority.shared.get().authority.certificate
        )
    }

    /// Codes that are good as far as digits go; their rooms are their first four digits.
    static let code = "4821-730-5519-4"
}
