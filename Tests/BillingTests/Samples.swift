import Contracts
import Testing

@testable import Billing

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

enum Sample {
    static let berlin: TimeZoneRules = {
        guard let zone = try? TimeZoneRules(tzif: BerlinFile.bytes) else { return .utc }
        return zone
    }()

    static func instant(_ text: String) throws -> Instant { try Instant(rfc3339: text) }

    static func interval(_ from: String, _ to: String) throws -> WorkSession.Interval {
        WorkSession.Interval(from: try instant(from), to: try instant(to))
    }

    static func session(
        _ from: String,
        _ to: String,
        category: String? = nil,
        pauses: [WorkSession.Interval] = [],
        gaps: [WorkSession.Interval] = []
    ) throws -> WorkSession {
        WorkSession(
            session: "s1",
            category: category,
            startedAt: try instant(from),
            endedAt: try instant(to),
            pauses: pauses,
            gaps: gaps
        )
    }

    static func session(_ id: String, _ from: String, _ to: String, category: String? = nil) throws -> WorkSession {
        var session = try session(from, to, category: category)
        session.session = id
        return session
    }

    static func window(_ label: String, _ percent: Int64, _ days: DaySet, _ from: Int, _ to: Int) -> Contract.Surcharge
    {
        Contract.Surcharge(
            label: label,
            percentBp: percent * 100,
            days: days,
            from: LocalTime(minutes: from * 60) ?? .midnight,
            to: LocalTime(minutes: to * 60) ?? .endOfDay
        )
    }

    static let night = window("night", 50, .all, 22, 6)
    static let weekend = window("weekend", 50, [DaySet(.saturday), DaySet(.sunday)], 0, 24)
    static let holiday = window("holiday", 100, .holidays, 0, 24)

    static func retainer(
        hours: Int64 = 3,
        feeCents: Int64 = 25_000,
        carryOver: Contract.CarryOver = .init(policy: .none),
        overageRate: String? = nil
    ) -> Contract.Retainer {
        Contract.Retainer(
            kind: .takeOrPay,
            feeCents: feeCents,
            includedSeconds: hours * 3600,
            overageRate: overageRate,
            carryOver: carryOver
        )
    }

    /// 95.00 an hour, 120.00 for `extra`; `question` uses quota, `defect` is warranty; nothing is rounded.
    static func contract(
        validFrom: LocalDate? = nil,
        rounding: Contract.Rounding = .init(stepSeconds: 1),
        surcharges: [Contract.Surcharge] = [],
        stacking: Contract.SurchargeStacking = .max,
        onQuota: Contract.SurchargeOnQuota = .billed,
        retainer: Contract.Retainer? = nil,
        cap: Contract.Cap? = nil,
        vat: Contract.VAT = .init(category: .standard, percentBp: 1900)
    ) -> Contract {
        Contract(
            contract: "acme",
            title: "Support",
            timeZone: "Europe/Berlin",
            validFrom: validFrom ?? LocalDate(year: 2026, month: 11, day: 1) ?? .unixEpoch,
            client: Contract.Client(
                name: "ACME",
                kind: .business,
                street: "Hafen 1",
                postalCode: "48155",
                city: "Münster",
                country: "DE"
            ),
            holidays: Contract.Holidays(region: .germany),
            ratesCentsPerHour: ["support": 9500, "extra": 12_000],
            categories: [
                .init(id: "question", kind: .support, rate: "support", usesQuota: true),
                .init(id: "extra", kind: .support, rate: "extra"),
                .init(id: "defect", kind: .warranty, rate: "support"),
            ],
            rounding: rounding,
            surcharges: surcharges,
            surchargeStacking: stacking,
            surchargeOnQuota: onQuota,
            retainer: retainer,
            cap: cap,
            vat: vat
        )
    }

    static func account(_ contract: Contract) throws -> Account {
        let version = ContractVersion(number: 1, contract: contract, zone: berlin)
        return Account(history: try ContractHistory([version]))
    }

    static func bill(_ session: WorkSession, under contract: Contract) throws -> SessionBill {
        var account = try account(contract)
        return try account.bill(session)
    }

    static func date(_ text: String) throws -> LocalDate { try LocalDate.parse(text) }
}

extension Band {
    init(_ seconds: Int64, _ percent: Int64, _ label: String) {
        self.init(seconds: seconds, percentBp: percent * 100, label: label)
    }
}
