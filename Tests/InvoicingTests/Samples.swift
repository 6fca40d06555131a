import Billing
import Contracts
import Testing

@testable import Invoicing

/// A repeatable stream of numbers (SplitMix64), so that a failing case fails again.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Contracts, suppliers and sessions that the tests share.
enum Sample {
    static let berlin: TimeZoneRules = {
        guard let zone = try? TimeZoneRules(posix: "CET-1CEST,M3.5.0,M10.5.0/3") else { return .utc }
        return zone
    }()

    static let supplier = Supplier(
        name: "Jana Lotse IT-Service",
        contact: "Jana Lotse",
        street: "Deichweg 3",
        postalCode: "20457",
        city: "Hamburg",
        country: "DE",
        phone: "+49 40 5550100",
        email: "jana@lotse.example",
        eInvoiceAddress: ElectronicAddress(scheme: "EM", value: "jana@lotse.example"),
        vatId: "DE136695976",
        taxNumber: "22/815/08154",
        timeZone: "Europe/Berlin",
        datev: .init(consultant: 1001, client: 1, revenueAccount: 8400),
        iban: "DE02120300000000202051",
        bic: "BYLADEM1001"
    )

    static let client = Contract.Client(
        name: "ACME Handels GmbH",
        kind: .business,
        street: "Hafenstraße 12",
        postalCode: "48155",
        city: "Münster",
        country: "DE",
        vatId: "DE123456788",
        buyerReference: "4711",
        eInvoiceAddress: ElectronicAddress(scheme: "EM", value: "rechnung@acme.example")
    )

    static func window(_ label: String, _ percentBp: Int64, _ days: DaySet, _ from: Int, _ to: Int)
        -> Contract.Surcharge
    {
        Contract.Surcharge(
            label: label,
            percentBp: percentBp,
            days: days,
            from: LocalTime(minutes: from * 60) ?? .midnight,
            to: LocalTime(minutes: to * 60) ?? .endOfDay
        )
    }

    /// 95.00 an hour, 120.00 for `extra`; `question` uses quota, `defect` is warranty; nights cost half as much again.
    static func contract(
        step: Int64 = 60,
        retainer: Contract.Retainer? = nil,
        vat: Contract.VAT = .init(category: .standard, percentBp: 1900),
        client: Contract.Client = Sample.client,
        language: Contract.Language? = .german
    ) -> Contract {
        Contract(
            contract: "acme-2026",
            title: "Support Webshop",
            language: language,
            timeZone: "Europe/Berlin",
            validFrom: LocalDate(year: 2026, month: 11, day: 1) ?? .unixEpoch,
            client: client,
            ratesCentsPerHour: ["support": 9500, "extra": 12_000],
            categories: [
                .init(id: "question", kind: .support, rate: "support", usesQuota: true),
                .init(id: "extra", kind: .support, rate: "extra"),
                .init(id: "defect", kind: .warranty, rate: "support"),
            ],
            rounding: .init(stepSeconds: step),
            surcharges: [window("Nacht", 5000, .all, 22, 6)],
            retainer: retainer,
            payment: .init(termDays: 14, smallestInvoiceCents: 2000),
            vat: vat
        )
    }

    static let retainer = Contract.Retainer(
        kind: .takeOrPay,
        feeCents: 25_000,
        includedSeconds: 3600,
        overageRate: "support"
    )

    static func instant(_ text: String) throws -> Instant { try Instant(rfc3339: text) }

    static func date(_ text: String) throws -> LocalDate { try LocalDate.parse(text) }

    static func session(_ id: String, _ from: String, _ to: String, _ category: String = "question") throws
        -> WorkSession
    {
        WorkSession(session: id, category: category, startedAt: try instant(from), endedAt: try instant(to))
    }

    /// A month with everything: a fee, covered and uncovered time, a surcharge by night, a defect.
    static func november() throws -> [WorkSession] {
        [
            try session("s1", "2026-11-03T09:00:00Z", "2026-11-03T09:40:30Z"),
            try session("s2", "2026-11-05T20:30:00Z", "2026-11-05T21:47:00Z"),
            try session("s3", "2026-11-12T13:00:00Z", "2026-11-12T13:25:00Z", "extra"),
            try session("s4", "2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z", "defect"),
        ]
    }

    static func statements(_ versions: [Contract], _ sessions: [WorkSession], until month: String) throws
        -> [PeriodStatement]
    {
        let history = try ContractHistory(
            versions.enumerated().map { ContractVersion(number: Int64($0 + 1), contract: $1, zone: berlin) }
        )
        var account = Account(history: history)
        for session in sessions { _ = try account.bill(session) }
        try account.advance(to: try #require(LocalMonth(month)))
        return account.closed
    }

    static func rows(_ statements: [PeriodStatement], _ contract: Contract, summary: String = "Fragen zum Shop")
        -> [ServiceRow]
    {
        statements.flatMap(\.sessions).map {
            ServiceRow($0, contract: contract, operator: "jana", summary: summary, receipt: .signed)
        }
    }

    static func content(_ contract: Contract, _ sessions: [WorkSession], until month: String = "2026-12") throws
        -> InvoiceContent
    {
        let statements = try statements([contract], sessions, until: month)
        return try InvoiceContent(statements: statements, rows: rows(statements, contract))
    }

    static func invoice(
        _ contract: Contract = contract(retainer: retainer),
        _ sessions: [WorkSession]? = nil,
        supplier: Supplier = Sample.supplier,
        number: String = "2026-0001"
    ) throws -> Invoice {
        try Invoice(
            try content(contract, try sessions ?? november()),
            contract: contract,
            supplier: supplier,
            number: number,
            issueDate: try date("2026-12-01"),
            zone: berlin
        )
    }

    static func storno(_ invoice: Invoice) throws -> Invoice {
        try invoice.cancelled(number: "2026-0099", issueDate: try date("2026-12-02"), reason: "Falsche Anschrift")
    }
}
