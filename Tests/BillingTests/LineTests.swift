import Contracts
import Testing

@testable import Billing

@Suite("Lines") struct LineTests {
    private func lines(_ contract: Contract, _ category: String, _ from: String, _ to: String) throws -> [Line] {
        try Sample.bill(Sample.session(from, to, category: category), under: contract).lines
    }

    @Test("one base line over all seconds and a surcharge line per band, the price never rounded first")
    func surcharges() throws {
        var contract = Sample.contract(surcharges: [Sample.night, Sample.window("late", 25, .all, 21, 22)])
        contract.ratesCentsPerHour["support"] = 9501
        // 20:59:59 to 22:00:01 local.
        let lines = try lines(contract, "question", "2026-11-05T19:59:59Z", "2026-11-05T21:00:01Z")
        #expect(lines.map(\.kind) == [.time, .surcharge, .surcharge])
        #expect(lines.map(\.seconds) == [3602, 3600, 1])
        #expect(lines.map(\.percentBp) == [0, 2500, 5000])
        #expect(lines.map(\.centsPerHour) == [9501, 9501, 9501])
        // 9506.28, 2375.25, 1.32
        #expect(lines.map(\.netCents) == [9506, 2375, 1])
    }

    @Test("a surcharge on quota time is billed, or absorbed and due only after the covered seconds")
    func onQuota() throws {
        let retainer = Sample.retainer(hours: 1)
        for (onQuota, seconds) in [(Contract.SurchargeOnQuota.billed, Int64(7200)), (.absorbed, 5400)] {
            let contract = Sample.contract(surcharges: [Sample.night], onQuota: onQuota, retainer: retainer)
            // 21:30 to 00:00 local: 1800 s base, 7200 s night; 3600 s are covered.
            let lines = try lines(contract, "question", "2026-11-05T20:30:00Z", "2026-11-05T23:00:00Z")
            #expect(lines.map(\.kind) == [.time, .time, .surcharge])
            #expect(lines.map(\.seconds) == [5400, 3600, seconds])
            #expect(lines.map(\.netCents) == [14_250, 0, seconds == 7200 ? 9500 : 7125])
        }
    }

    @Test("uncovered seconds cost the overage rate, their surcharge is of the category's rate")
    func overage() throws {
        let retainer = Sample.retainer(hours: 1, overageRate: "extra")
        let contract = Sample.contract(surcharges: [Sample.night], retainer: retainer)
        let lines = try lines(contract, "question", "2026-11-05T21:00:00Z", "2026-11-05T23:00:00Z")
        #expect(lines.map(\.centsPerHour) == [12_000, 0, 9500])
        #expect(lines.map(\.netCents) == [12_000, 0, 9500])
    }

    @Test("warranty is one line of its rounded seconds at 0.00, without surcharge")
    func warranty() throws {
        let contract = Sample.contract(rounding: .init(stepSeconds: 900), surcharges: [Sample.night])
        let lines = try lines(contract, "defect", "2026-11-05T21:30:00Z", "2026-11-05T21:50:00Z")
        #expect(lines.map(\.kind) == [.warranty])
        #expect((lines[0].seconds, lines[0].centsPerHour, lines[0].netCents) == (1800, 0, 0))
    }

    @Test("a session rounded to nothing has no line and no band")
    func nothing() throws {
        let contract = Sample.contract(rounding: .init(stepSeconds: 60, freeUpToSeconds: 60))
        let bill = try Sample.bill(Sample.session("2026-11-05T10:00:00Z", "2026-11-05T10:01:00Z"), under: contract)
        #expect(bill.lines.isEmpty && bill.rounded.bands.isEmpty && bill.netCents == 0)
        #expect(bill.rounded.unbilled == [Unbilled(session: "s1", seconds: 60, reason: .freeUpTo)])
    }

    @Test("a session without a category has the first of kind support; an unknown one is refused")
    func category() throws {
        let session = try Sample.session("2026-11-05T10:00:00Z", "2026-11-05T10:01:00Z")
        #expect(try Sample.bill(session, under: Sample.contract()).category.id == "question")
        #expect(throws: BillingError.self) {
            try Sample.bill(
                Sample.session("2026-11-05T10:00:00Z", "2026-11-05T10:01:00Z", category: "x"),
                under: Sample.contract()
            )
        }
    }

    @Test("a German contract has German lines")
    func german() throws {
        var contract = Sample.contract(surcharges: [Sample.night], retainer: Sample.retainer(hours: 1))
        contract.language = .german
        contract.surcharges[0].percentBp = 1250
        let lines = try lines(contract, "question", "2026-11-05T21:00:00Z", "2026-11-05T23:00:00Z")
        #expect(lines.map(\.text) == ["question", "question (im Kontingent)", "Zuschlag night 12,5 %"])
    }

    @Test("negation mirrors: half up is away from zero")
    func negation() throws {
        var random = Seeded(7)
        for _ in 0..<5000 {
            let seconds = Int64.random(in: 0...1_000_000, using: &random)
            let rate = Int64.random(in: 0...100_000, using: &random)
            let percent = Int64.random(in: 1...20_000, using: &random)
            let net = try Money.netCents(seconds: seconds, centsPerHour: rate)
            #expect(try Money.netCents(seconds: -seconds, centsPerHour: rate) == -net)
            let surcharge = try Money.surchargeCents(seconds: seconds, centsPerHour: rate, percentBp: percent)
            #expect(try Money.surchargeCents(seconds: -seconds, centsPerHour: rate, percentBp: percent) == -surcharge)
            let vat = try Money.vatCents(netCents: net, percentBp: percent)
            #expect(try Money.vatCents(netCents: -net, percentBp: percent) == -vat)
            // The definition, in numbers that cannot overflow here.
            #expect(net == (seconds * rate * 2 + 3600) / 7200)
        }
    }

    @Test("a taken-back line has a negative quantity and amount and the same price")
    func negatedLine() throws {
        let line = try #require(
            try lines(Sample.contract(), "extra", "2026-11-05T10:00:00Z", "2026-11-05T10:00:01Z").first
        )
        #expect((line.seconds, line.netCents) == (1, 3))
        #expect((line.negated.seconds, line.negated.netCents, line.negated.centsPerHour) == (-1, -3, 12_000))
        #expect(
            try Money.netCents(seconds: line.negated.seconds, centsPerHour: line.negated.centsPerHour)
                == line.negated.netCents
        )
    }
}
