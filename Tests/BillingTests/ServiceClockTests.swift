import Contracts
import Testing

@testable import Billing

@Suite("Service hours") struct ServiceClockTests {
    private func clock(_ hours: [(String, String, String)]) throws -> ServiceClock {
        var contract = Sample.contract()
        contract.serviceHours = try hours.map {
            .init(days: try .parse($0.0), from: try .parse($0.1), to: try .parse($0.2))
        }
        return ServiceClock(contract: contract, zone: Sample.berlin)
    }

    private func after(_ seconds: Int64, _ from: String, _ clock: ServiceClock) throws -> String {
        try clock.instant(after: seconds, from: Sample.instant(from)).description
    }

    @Test("the clock starts at the next opening and stands still at night, on weekends and holidays")
    func opening() throws {
        let clock = try clock([("mon-fri", "09:00", "17:00")])
        // Friday 18:00 local; Monday 9:00 is 8:00 UTC.
        #expect(try after(0, "2026-11-06T17:00:00Z", clock) == "2026-11-09T08:00:00Z")
        #expect(try after(8 * 3600, "2026-11-06T17:00:00Z", clock) == "2026-11-09T16:00:00Z")
        #expect(try after(8 * 3600 + 1, "2026-11-06T17:00:00Z", clock) == "2026-11-10T08:00:01Z")
        // 24 December 16:59:59 local, then two holidays, a Sunday.
        #expect(try after(2, "2026-12-24T15:59:59Z", clock) == "2026-12-28T08:00:01Z")
    }

    @Test("overlapping hours count once, hours over midnight belong to the day they start on")
    func overlapping() throws {
        let clock = try clock([("mon-fri", "09:00", "17:00"), ("mon-fri", "12:00", "18:00"), ("fri", "22:00", "02:00")])
        #expect(try after(9 * 3600, "2026-11-05T08:00:00Z", clock) == "2026-11-05T17:00:00Z")
        #expect(try after(9 * 3600 + 4 * 3600, "2026-11-06T08:00:00Z", clock) == "2026-11-07T01:00:00Z")
    }

    @Test("hours that name holidays are open on them") func namedHolidays() throws {
        #expect(try after(0, "2026-12-25T10:00:00Z", try clock([("all", "00:00", "24:00")])) == "2026-12-26T23:00:00Z")
        #expect(
            try after(0, "2026-12-25T10:00:00Z", try clock([("all,holidays", "00:00", "24:00")]))
                == "2026-12-25T10:00:00Z"
        )
    }

    @Test("the seconds between two moments are those of the deadline") func inverse() throws {
        let clock = try clock([("mon-fri", "09:00", "17:00"), ("sat", "22:00", "04:00"), ("tue", "16:00", "20:00")])
        var random = Seeded(9)
        for _ in 0..<300 {
            let from = try Instant(seconds: .random(in: 1_774_000_000...1_800_000_000, using: &random))
            let seconds = Int64.random(in: 1...200_000, using: &random)
            #expect(try clock.seconds(from: from, to: try clock.instant(after: seconds, from: from)) == seconds)
        }
    }

    @Test("a calendar clock counts all seconds; service that never opens is an error")
    func never() throws {
        let clock = try clock([])
        let reaction = Contract.Reaction(priority: "P1", means: "down", withinSeconds: 90, clock: .calendar)
        let at = try Sample.instant("2026-11-05T08:00:00Z")
        #expect(try clock.deadline(of: reaction, requestedAt: at).description == "2026-11-05T08:01:30Z")
        #expect(throws: BillingError.self) { try clock.instant(after: 1, from: at) }
    }
}
