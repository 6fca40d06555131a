import Contracts
import Testing

@testable import Billing

@Suite("Bands") struct BandTests {
    private func split(_ from: String, _ to: String, _ contract: Contract) throws -> [Band] {
        try Band.split(from: Sample.instant(from), to: Sample.instant(to), contract: contract, zone: Sample.berlin)
    }

    @Test("with max the highest percentage wins, at equal percentage the one listed first")
    func max() throws {
        let all = [Sample.night, Sample.weekend, Sample.holiday]
        // Saturday, 3 October 2026 is a holiday; Sunday is not.
        let bands = try split("2026-10-03T18:00:00Z", "2026-10-04T06:00:00Z", Sample.contract(surcharges: all))
        #expect(bands == [Band(14_400, 100, "holiday"), Band(21_600, 50, "night"), Band(7200, 50, "weekend")])
        let turned = Sample.contract(surcharges: [Sample.weekend, Sample.night])
        #expect(try split("2026-11-07T20:00:00Z", "2026-11-07T22:00:00Z", turned) == [Band(7200, 50, "weekend")])
    }

    @Test("with sum percentages and labels add up")
    func sum() throws {
        let contract = Sample.contract(surcharges: [Sample.night, Sample.weekend], stacking: .sum)
        let bands = try split("2026-11-07T20:30:00Z", "2026-11-07T21:30:00Z", contract)
        #expect(bands == [Band(1800, 50, "weekend"), Band(1800, 100, "night + weekend")])
    }

    @Test("a window over midnight belongs to the day it starts on")
    func overMidnight() throws {
        let friday = Sample.window("friday night", 50, DaySet(.friday), 22, 6)
        let contract = Sample.contract(surcharges: [friday])
        // Thursday to Friday: nothing. Friday to Saturday: until 6.
        #expect(try split("2026-11-05T22:00:00Z", "2026-11-06T01:00:00Z", contract) == [Band(10_800, 0, "base")])
        let bands = try split("2026-11-06T22:00:00Z", "2026-11-07T06:00:00Z", contract)
        #expect(bands == [Band(25_200, 50, "friday night"), Band(3600, 0, "base")])
    }

    @Test("bands of equal percentage and label are one across midnight and a month's end")
    func acrossMidnight() throws {
        let day = Sample.window("day", 25, .all, 0, 24)
        let bands = try split("2026-11-30T20:00:00Z", "2026-12-01T02:00:00Z", Sample.contract(surcharges: [day]))
        #expect(bands == [Band(21_600, 25, "day")])
    }

    @Test("a window inside a gap moves forward; one that ends before it then starts is none")
    func windowInGap() throws {
        func window(_ from: String, _ to: String) throws -> Contract {
            let days = DaySet(.sunday)
            let surcharge = Contract.Surcharge(
                label: "w",
                percentBp: 5000,
                days: days,
                from: try .parse(from),
                to: try .parse(to)
            )
            return Sample.contract(surcharges: [surcharge])
        }
        let night = ("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z")
        // 02:15 to 02:45 becomes 03:15 to 03:45 summer time.
        let moved = try split(night.0, night.1, try window("02:15", "02:45"))
        #expect(moved == [Band(4500, 0, "base"), Band(1800, 50, "w"), Band(4500, 0, "base")])
        #expect(try split(night.0, night.1, try window("02:30", "03:15")) == [Band(10_800, 0, "base")])
    }

    @Test("no time, no bands") func nothing() throws {
        #expect(try split("2026-11-05T20:30:00Z", "2026-11-05T20:30:00Z", Sample.contract()) == [])
    }

    // MARK: Against other ways to say the same

    /// German clocks of 2026: summer time from 2026-03-29T01:00:00Z to 2026-10-25T01:00:00Z.
    private func localSeconds(_ utc: Int64) -> Int64 {
        utc + (1_774_746_000..<1_792_890_000 ~= utc ? 7200 : 3600)
    }

    /// The first minute of UTC that shows a local time, found by trying; in a gap the one that shows it an hour later.
    private func utcMinute(showing local: Int64) -> Int64 {
        for wanted in [local, local + 3600] {
            for minute in stride(from: wanted - 7200, through: wanted, by: 60) where localSeconds(minute) == wanted {
                return minute
            }
        }
        return -1
    }

    /// The surcharge of one minute, without any interval arithmetic.
    private func charge(at minute: Int64, _ contract: Contract) throws -> (Int64, String) {
        let today = Int(localSeconds(minute) / 86_400)
        var best: (Int64, String) = (0, "base")
        for surcharge in contract.surcharges {
            for day in today - 2...today + 1 {
                let date = try #require(LocalDate(daysSinceEpoch: day))
                let isHoliday = try #require(contract.holidays).contains(date)
                guard surcharge.days.includes(date.weekday, isHoliday: isHoliday) else { continue }
                let midnight = Int64(day) * 86_400
                let end = midnight + Int64(surcharge.to.minutes) * 60 + (surcharge.to <= surcharge.from ? 86_400 : 0)
                let from = utcMinute(showing: midnight + Int64(surcharge.from.minutes) * 60)
                guard from <= minute, minute < utcMinute(showing: end) else { continue }
                switch contract.surchargeStacking {
                case .max: if surcharge.percentBp > best.0 { best = (surcharge.percentBp, surcharge.label) }
                case .sum:
                    let label = best.0 == 0 ? surcharge.label : "\(best.1) + \(surcharge.label)"
                    best = (best.0 + surcharge.percentBp, label)
                }
                break
            }
        }
        return best
    }

    private func randomContract(_ random: inout Seeded) throws -> Contract {
        let surcharges = try (0..<Int.random(in: 1...4, using: &random)).map { index in
            // Edges crowd around the change of the clocks.
            let near = [0, 60, 90, 120, 135, 150, 165, 180, 195, 210, 240, 1320, 1380, 1440]
            let (from, to) = (near.dropLast().randomElement(using: &random), near.randomElement(using: &random))
            return Contract.Surcharge(
                label: "w\(index)",
                percentBp: [2500, 5000, 10_000].randomElement(using: &random) ?? 0,
                days: [.all, DaySet(.saturday), DaySet(.sunday), .holidays].randomElement(using: &random) ?? .all,
                from: try #require(LocalTime(minutes: from ?? 0)),
                to: try #require(LocalTime(minutes: to ?? 0))
            )
        }
        var contract = Sample.contract(surcharges: surcharges, stacking: Bool.random(using: &random) ? .max : .sum)
        contract.holidays?.add = [.yearly(month: 3, day: 29), .yearly(month: 10, day: 25)]
        return contract
    }

    @Test(
        "minute by minute the bands are the same over both nights of changing clocks",
        arguments: [
            "2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z",
        ]
    )
    func bruteForce(_ start: String) throws {
        var random = Seeded(4)
        let from = try Sample.instant(start)
        let to = try from.advanced(by: 2 * 86_400)
        var contracts = [Sample.contract(surcharges: [Sample.night, Sample.weekend, Sample.holiday])]
        for _ in 0..<12 { contracts.append(try randomContract(&random)) }
        for contract in contracts {
            let minutes = try stride(from: from.seconds, to: to.seconds, by: 60).map { minute in
                let (percentBp, label) = try charge(at: minute, contract)
                return Band(seconds: 60, percentBp: percentBp, label: label)
            }
            let expected = try Band.merged(minutes)
            #expect(try Band.split(from: from, to: to, contract: contract, zone: Sample.berlin) == expected)
        }
    }

    @Test("bands add up, and splitting at any point and merging gives the same")
    func splitAndMerge() throws {
        var random = Seeded(5)
        for _ in 0..<300 {
            let contract = try randomContract(&random)
            // Around both changes, New Year and any other time.
            let around: [Int64] = [
                1_774_746_000, 1_792_890_000, 1_798_758_000, .random(in: 0...4_000_000_000, using: &random),
            ]
            let middle = try #require(around.randomElement(using: &random))
            let from = try Instant(seconds: middle - .random(in: 0...100_000, using: &random))
            let to = try from.advanced(by: .random(in: 1...200_000, using: &random))
            let whole = try Band.split(from: from, to: to, contract: contract, zone: Sample.berlin)
            #expect(whole.map(\.seconds).reduce(0, +) == to.seconds - from.seconds)
            #expect(whole.allSatisfy { $0.seconds > 0 })
            let point = try Instant(seconds: .random(in: from.seconds...to.seconds, using: &random))
            let first = try Band.split(from: from, to: point, contract: contract, zone: Sample.berlin)
            let second = try Band.split(from: point, to: to, contract: contract, zone: Sample.berlin)
            #expect(try Band.merged(first + second) == whole)
        }
    }
}
