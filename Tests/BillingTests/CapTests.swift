import Contracts
import Testing

@testable import Billing

@Suite("Caps") struct CapTests {
    private func forecast(
        _ cap: Contract.Cap,
        from: String = "2026-11-05T10:00:00Z",
        rounding: Contract.Rounding = .init(stepSeconds: 1),
        surcharges: [Contract.Surcharge] = [],
        retainer: Contract.Retainer? = nil,
        before: [WorkSession] = [],
        within: Int64 = 14_400
    ) throws -> CapForecast? {
        var account = try Sample.account(
            Sample.contract(rounding: rounding, surcharges: surcharges, retainer: retainer, cap: cap)
        )
        for session in before { _ = try account.bill(session) }
        return try account.capForecast(for: Sample.session("z", from, from), within: within)
    }

    @Test("a cap is reached at the last second that costs no more than it")
    func lastSecond() throws {
        // 95.00 an hour: 19.00 are 720 s; 720.19 s round to 19.00, 721 s are 19.03.
        let reached = try #require(try forecast(.init(perSessionCents: 1900, onReach: .stop)))
        #expect(reached.reachedAt.description == "2026-11-05T10:12:00Z")
        #expect((reached.limit, reached.netCents) == (.session, 1900))
        #expect(try forecast(.init(perSessionCents: 1900, onReach: .stop), within: 719) == nil)
    }

    @Test("rounding is included: the second that opens a step which costs too much is not begun")
    func rounding() throws {
        let reached = try forecast(.init(perSessionCents: 3000, onReach: .stop), rounding: .init(stepSeconds: 900))
        // 15 minutes are 23.75, 30 are 47.50.
        #expect(reached?.reachedAt.description == "2026-11-05T10:15:00Z")
        let never = try forecast(.init(perSessionCents: 2000, onReach: .stop), rounding: .init(stepSeconds: 900))
        #expect(never?.reachedAt.description == "2026-11-05T10:00:00Z")
        #expect(never?.netCents == 0)
    }

    @Test("surcharges are included") func surcharges() throws {
        let reached = try forecast(
            .init(perSessionCents: 19_000, onReach: .stop),
            from: "2026-11-05T20:00:00Z",
            surcharges: [Sample.night]
        )
        // An hour at 95.00, then 40 minutes at 142.50.
        #expect(reached?.reachedAt.description == "2026-11-05T21:40:00Z")
    }

    @Test("quota does not count towards a cap") func quota() throws {
        let reached = try forecast(.init(perSessionCents: 1900, onReach: .stop), retainer: Sample.retainer(hours: 1))
        #expect(reached?.reachedAt.description == "2026-11-05T11:12:00Z")
    }

    @Test("the month's cap counts the month's sessions without the fee, and a new month begins anew")
    func month() throws {
        let before = try [Sample.session("a", "2026-11-30T20:00:00Z", "2026-11-30T21:00:00Z", category: "extra")]
        let cap = Contract.Cap(perMonthCents: 13_900, onReach: .stop)
        let retainer = Sample.retainer(hours: 0, feeCents: 100_000)
        let reached = try forecast(cap, from: "2026-11-30T21:00:00Z", retainer: retainer, before: before)
        #expect(reached?.reachedAt.description == "2026-11-30T21:12:00Z")
        #expect(reached?.limit == .month)
        // A second past midnight the whole session is December's, which has nothing else.
        let later = try forecast(cap, from: "2026-11-30T22:50:00Z", before: before)
        #expect(later?.reachedAt.description == "2026-12-01T00:17:47Z")
    }

    @Test("the forecast is the first second at which the bill exceeds the cap, second by second")
    func bruteForce() throws {
        var random = Seeded(8)
        for _ in 0..<12 {
            let rounding = Contract.Rounding(
                stepSeconds: [1, 60, 300].randomElement(using: &random) ?? 1,
                mode: Contract.Rounding.Mode.allCases.randomElement(using: &random) ?? .up,
                excess: Contract.Rounding.Excess.allCases.randomElement(using: &random) ?? .last
            )
            let cap = Contract.Cap(perSessionCents: .random(in: 1...3000, using: &random), onReach: .stop)
            let contract = Sample.contract(rounding: rounding, surcharges: [Sample.night], cap: cap)
            let start = try Sample.instant("2026-11-05T04:50:00Z")
            var expected: Instant?
            for passed in 0..<Int64(1200) where expected == nil {
                let session = WorkSession(session: "z", startedAt: start, endedAt: try start.advanced(by: passed + 1))
                let net = try Sample.bill(session, under: contract).netCents
                if net > cap.perSessionCents ?? 0 { expected = try start.advanced(by: passed) }
            }
            let account = try Sample.account(contract)
            let session = WorkSession(session: "z", startedAt: start, endedAt: start)
            #expect(try account.capForecast(for: session, within: 1199)?.reachedAt == expected)
        }
    }
}
