import Contracts
import Testing

@testable import Billing

@Suite("Breaks and rounding") struct RoundingTests {
    @Test("time both paused and disconnected counts as disconnected; breaks may overlap and reach out of the session")
    func breaks() throws {
        let session = try Sample.session(
            "2026-11-05T10:00:00Z",
            "2026-11-05T11:00:00Z",
            pauses: [
                Sample.interval("2026-11-05T10:10:00Z", "2026-11-05T10:20:00Z"),
                Sample.interval("2026-11-05T10:15:00Z", "2026-11-05T10:25:00Z"),
            ],
            gaps: [
                Sample.interval("2026-11-05T10:20:00Z", "2026-11-05T10:30:00Z"),
                Sample.interval("2026-11-05T10:50:00Z", "2026-11-05T12:00:00Z"),
            ]
        )
        let time = try SessionTime(session, mergeGapSeconds: nil)
        #expect(time.rawSeconds == 1800)
        #expect(time.pausedSeconds == 600)
        #expect(time.disconnectedSeconds == 1200)
        #expect(time.units.count == 1)
    }

    @Test("only a break longer than mergeGap starts a new unit; a pause and a gap that touch are one break")
    func units() throws {
        let session = try Sample.session(
            "2026-11-05T10:00:00Z",
            "2026-11-05T11:00:00Z",
            pauses: [
                Sample.interval("2026-11-05T10:10:00Z", "2026-11-05T10:12:00Z"),
                Sample.interval("2026-11-05T10:20:00Z", "2026-11-05T10:21:30Z"),
            ],
            gaps: [Sample.interval("2026-11-05T10:21:30Z", "2026-11-05T10:22:01Z")]
        )
        let units = try SessionTime(session, mergeGapSeconds: 120).units.map(SessionTime.length)
        #expect(units == [600 + 480, 3600 - 1321])
        #expect(try SessionTime(session, mergeGapSeconds: 121).units.count == 1)
        #expect(try SessionTime(session, mergeGapSeconds: nil).units.count == 1)
        #expect(try SessionTime(session, mergeGapSeconds: 0).units.count == 3)
    }

    @Test("each unit has its own free time and minimum")
    func unitsRoundAlone() throws {
        let rounding = Contract.Rounding(
            stepSeconds: 300,
            minimumSeconds: 900,
            freeUpToSeconds: 60,
            mergeGapSeconds: 120
        )
        let session = try Sample.session(
            "2026-11-05T10:00:00Z",
            "2026-11-05T10:30:00Z",
            pauses: [
                Sample.interval("2026-11-05T10:01:00Z", "2026-11-05T10:06:00Z"),
                Sample.interval("2026-11-05T10:10:00Z", "2026-11-05T10:13:00Z"),
            ]
        )
        let bill = try Sample.bill(session, under: Sample.contract(rounding: rounding))
        // 60 s are free, 240 s are the minimum, 1020 s are four steps.
        #expect(bill.rounded.billedSeconds == 0 + 900 + 1200)
        #expect(bill.rounded.unbilled == [Unbilled(session: "s1", seconds: 60, reason: .freeUpTo)])
    }

    @Test(
        "up, nearest and down",
        arguments: [
            (Contract.Rounding.Mode.up, [0, 60, 60, 60, 60, 120]), (.nearest, [0, 0, 0, 60, 60, 60]),
            (.down, [0, 0, 0, 0, 60, 60]),
        ]
    )
    func modes(_ mode: Contract.Rounding.Mode, _ expected: [Int64]) throws {
        let rounding = Contract.Rounding(stepSeconds: 60, mode: mode)
        #expect(try [0, 1, 29, 30, 60, 61].map { try rounding.billedSeconds(raw: $0) } == expected)
    }

    @Test("what rounding adds goes to the last band, or to the last of the cheapest")
    func excess() throws {
        let bands = [
            Band(100, 50, "night"), Band(100, 0, "base"), Band(100, 50, "night"), Band(100, 0, "base"),
            Band(100, 50, "night"),
        ]
        let last = try Contract.Rounding(excess: .last).allocate(bands, billedSeconds: 900)
        #expect(last.map(\.seconds) == [100, 100, 100, 100, 500])
        let cheapest = try Contract.Rounding(excess: .cheapest).allocate(bands, billedSeconds: 900)
        #expect(cheapest.map(\.seconds) == [100, 100, 100, 500, 100])
    }

    @Test("what rounding takes comes off the end, and no band has 0 seconds")
    func taken() throws {
        let bands = [Band(100, 0, "base"), Band(50, 50, "night")]
        for excess in Contract.Rounding.Excess.allCases {
            let rounding = Contract.Rounding(excess: excess)
            #expect(try rounding.allocate(bands, billedSeconds: 120) == [Band(100, 0, "base"), Band(20, 50, "night")])
            #expect(try rounding.allocate(bands, billedSeconds: 100) == [Band(100, 0, "base")])
            #expect(try rounding.allocate(bands, billedSeconds: 0) == [])
        }
    }

    private func billed(_ per: Contract.Rounding.Unit, _ sessions: [WorkSession]) throws -> [Int64] {
        var account = try Sample.account(Sample.contract(rounding: .init(per: per, stepSeconds: 900)))
        return try sessions.map { try account.bill($0).rounded.billedSeconds }
    }

    @Test("per day a receipt once signed never changes: three times 600 s are 900, 900, 0")
    func perDay() throws {
        let sessions = try [
            Sample.session("a", "2026-11-05T10:00:00Z", "2026-11-05T10:10:00Z"),
            Sample.session("b", "2026-11-05T11:00:00Z", "2026-11-05T11:10:00Z"),
            Sample.session("c", "2026-11-05T12:00:00Z", "2026-11-05T12:10:00Z"),
            // Ends at local midnight: still that day.
            Sample.session("d", "2026-11-05T22:50:00Z", "2026-11-05T23:00:00Z"),
            Sample.session("e", "2026-11-06T10:00:00Z", "2026-11-06T10:10:00Z"),
        ]
        #expect(try billed(.day, sessions) == [900, 900, 0, 900, 900])
        #expect(try billed(.period, sessions) == [900, 900, 0, 900, 900])
        #expect(try billed(.session, sessions) == [900, 900, 900, 900, 900])
        var account = try Sample.account(Sample.contract(rounding: .init(per: .day, stepSeconds: 900)))
        let third = try sessions.prefix(3).map { try account.bill($0) }.last
        #expect(third?.rounded.unbilled == [Unbilled(session: "c", seconds: 600, reason: .roundedDown)])
    }

    @Test("per day and per period keep categories, days and months apart")
    func groups() throws {
        let sessions = try [
            Sample.session("a", "2026-11-29T10:00:00Z", "2026-11-29T10:10:00Z", category: "question"),
            Sample.session("b", "2026-11-29T11:00:00Z", "2026-11-29T11:10:00Z", category: "extra"),
            Sample.session("c", "2026-11-30T11:00:00Z", "2026-11-30T11:05:00Z", category: "question"),
            Sample.session("d", "2026-12-01T11:00:00Z", "2026-12-01T11:05:00Z", category: "question"),
        ]
        #expect(try billed(.day, sessions) == [900, 900, 900, 900])
        #expect(try billed(.period, sessions) == [900, 900, 0, 900])
    }

    @Test("free time per day is used up by the day's sessions together")
    func freePerDay() throws {
        let rounding = Contract.Rounding(per: .day, stepSeconds: 60, freeUpToSeconds: 100)
        var account = try Sample.account(Sample.contract(rounding: rounding))
        let first = try account.bill(Sample.session("a", "2026-11-05T10:00:00Z", "2026-11-05T10:01:30Z"))
        let second = try account.bill(Sample.session("b", "2026-11-05T11:00:00Z", "2026-11-05T11:00:20Z"))
        #expect(first.rounded.unbilled == [Unbilled(session: "a", seconds: 90, reason: .freeUpTo)])
        #expect(second.rounded.billedSeconds == 120)
        #expect(second.rounded.bands == [Band(120, 0, "base")])
    }

    @Test("idle time and time after a cap are connected, not billed, and listed")
    func unbilledTails() throws {
        var session = try Sample.session("2026-11-05T10:00:00Z", "2026-11-05T10:30:00Z")
        session.idleFrom = try Sample.instant("2026-11-05T10:15:00Z")
        var bill = try Sample.bill(session, under: Sample.contract())
        #expect(bill.time.rawSeconds == 1800)
        #expect(bill.rounded.billedSeconds == 900)
        #expect(bill.rounded.unbilled == [Unbilled(session: "s1", seconds: 900, reason: .idle)])
        session.cappedFrom = try Sample.instant("2026-11-05T10:10:00Z")
        bill = try Sample.bill(session, under: Sample.contract())
        #expect(bill.rounded.unbilled == [Unbilled(session: "s1", seconds: 1200, reason: .cap)])
    }
}
