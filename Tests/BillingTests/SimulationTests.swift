import Contracts
import FoundationEssentials
import Testing

@testable import Billing

@Suite("Simulation") struct SimulationTests {
    private func json(_ result: Simulation.Result) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(result), as: UTF8.self)
    }

    @Test("a sessions file becomes exactly the members of the result, months without sessions too")
    func example() throws {
        let file = """
            [{"session":"s1","category":"question","startedAt":"2026-12-05T20:30:00Z","endedAt":"2026-12-05T21:30:00Z",
              "pauses":[{"from":"2026-12-05T20:40:00Z","to":"2026-12-05T20:41:00Z"}],"gaps":[]}]
            """
        let sessions = try JSONDecoder().decode([WorkSession].self, from: Data(file.utf8))
        var contract = Sample.contract(surcharges: [Sample.night], retainer: Sample.retainer(hours: 1))
        contract.retainer?.includedSeconds = 540
        let result = try Simulation(contract: contract, zone: Sample.berlin, sessions: sessions).result()
        let retainer =
            #"{"centsPerHour":0,"kind":"retainer","netCents":25000,"percentBp":0,"seconds":0,"session":null,"text":"Retainer "#
        let december = [
            retainer + #"2026-12"}"#,
            #"{"centsPerHour":9500,"kind":"time","netCents":7917,"percentBp":0,"seconds":3000,"session":"s1","text":"question"}"#,
            #"{"centsPerHour":0,"kind":"time","netCents":0,"percentBp":0,"seconds":540,"session":"s1","text":"question (within the quota)"}"#,
            #"{"centsPerHour":9500,"kind":"surcharge","netCents":2375,"percentBp":5000,"seconds":1800,"session":"s1","text":"Surcharge night 50 %"}"#,
        ].joined(separator: ",")
        let expected =
            #"{"currency":"EUR","periods":["#
            + #"{"grossCents":29750,"lines":["# + retainer
            + #"2026-11"}],"netCents":25000,"period":"2026-11","quotaCarriedSeconds":0,"quotaExpiredSeconds":540,"quotaGrantedSeconds":540,"quotaLeftSeconds":0,"quotaUsedSeconds":0,"unbilled":[],"vatCents":4750},"#
            + #"{"grossCents":41997,"lines":["# + december
            + #"],"netCents":35292,"period":"2026-12","quotaCarriedSeconds":0,"quotaExpiredSeconds":0,"quotaGrantedSeconds":540,"quotaLeftSeconds":0,"quotaUsedSeconds":540,"unbilled":[],"vatCents":6705}"#
            + #"],"sessions":[{"bands":[{"label":"base","percentBp":0,"seconds":1740},{"label":"night","percentBp":5000,"seconds":1800}],"billedSeconds":3540,"disconnectedSeconds":0,"netCents":10292,"pausedSeconds":60,"quotaSeconds":540,"rawSeconds":3540,"session":"s1"}]}"#
        #expect(try json(result) == expected)
        #expect(try JSONDecoder().decode(Simulation.Result.self, from: Data(try json(result).utf8)) == result)
    }

    @Test(
        "a file that is none is refused",
        arguments: [
            #"[{"session":"a","startedAt":"2026-12-05T20:30:00","endedAt":"2026-12-05T21:30:00Z"}]"#,
            #"[{"session":"a","startedAt":"2026-12-05T20:30:00Z"}]"#,
            #"[{"session":"a","startedAt":"2026-12-05T20:30:00Z","endedAt":"2026-12-05T21:30:00Z","pauses":[{"from":"x","to":"y"}]}]"#,
        ]
    )
    func refusedFile(_ text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([WorkSession].self, from: Data(text.utf8)) }
    }

    private func randomContract(_ random: inout Seeded) -> Contract {
        let surcharges = [Sample.night, Sample.weekend, Sample.holiday].shuffled(using: &random)
        let retainer = Sample.retainer(
            hours: .random(in: 1...4, using: &random),
            carryOver: .init(policy: .unlimited, expiresAfterPeriods: .random(in: 1...3, using: &random)),
            overageRate: Bool.random(using: &random) ? "extra" : nil
        )
        let rounding = Contract.Rounding(
            per: Contract.Rounding.Unit.allCases.randomElement(using: &random) ?? .day,
            stepSeconds: .random(in: 1...1800, using: &random),
            minimumSeconds: .random(in: 0...900, using: &random),
            mode: Contract.Rounding.Mode.allCases.randomElement(using: &random) ?? .up,
            freeUpToSeconds: .random(in: 0...600, using: &random),
            mergeGapSeconds: Bool.random(using: &random) ? .random(in: 0...900, using: &random) : nil,
            excess: Bool.random(using: &random) ? .last : .cheapest
        )
        return Sample.contract(
            rounding: rounding,
            surcharges: Array(surcharges.prefix(.random(in: 0...3, using: &random))),
            stacking: Bool.random(using: &random) ? .max : .sum,
            onQuota: Bool.random(using: &random) ? .billed : .absorbed,
            retainer: Bool.random(using: &random) ? retainer : nil
        )
    }

    private func randomSessions(_ random: inout Seeded) throws -> [WorkSession] {
        try (0..<Int.random(in: 1...12, using: &random)).map { index in
            let start = try Instant(seconds: .random(in: 1_793_500_000...1_799_000_000, using: &random))
            let length = Int64.random(in: 0...12_000, using: &random)
            func intervals() throws -> [WorkSession.Interval] {
                try (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    let from = try start.advanced(by: .random(in: 0...12_000, using: &random))
                    return .init(from: from, to: try from.advanced(by: .random(in: 0...1500, using: &random)))
                }
            }
            return WorkSession(
                session: "s\(index)",
                category: ["question", "extra", "defect", nil].randomElement(using: &random) ?? nil,
                startedAt: start,
                endedAt: try start.advanced(by: length),
                pauses: try intervals(),
                gaps: try intervals()
            )
        }
    }

    @Test("every billable second stands on exactly one line or on the unbilled list; all sums add up")
    func everySecond() throws {
        var random = Seeded(10)
        for _ in 0..<150 {
            let contract = randomContract(&random)
            let sessions = try randomSessions(&random)
            let statements = try Simulation(contract: contract, zone: Sample.berlin, sessions: sessions).statements()
            #expect(statements.flatMap(\.sessions).count == sessions.count)
            for month in statements {
                #expect(month.lines.map(\.netCents).reduce(0, +) == month.netCents)
                #expect(month.netCents + month.vatCents == month.grossCents)
                for bill in month.sessions { try check(bill, contract) }
            }
        }
    }

    private func check(_ bill: SessionBill, _ contract: Contract) throws {
        let (time, rounded) = (bill.time, bill.rounded)
        let length = bill.session.endedAt.seconds - bill.session.startedAt.seconds
        #expect(time.rawSeconds + time.pausedSeconds + time.disconnectedSeconds == length)
        #expect(rounded.bands.map(\.seconds).reduce(0, +) == rounded.billedSeconds)
        #expect(rounded.bands.allSatisfy { $0.seconds > 0 } && bill.lines.allSatisfy { $0.seconds > 0 })
        let onLines = bill.lines.filter { $0.kind != .surcharge }.map(\.seconds).reduce(0, +)
        #expect(onLines == rounded.billedSeconds)
        let unbilled = rounded.unbilled.map(\.seconds).reduce(0, +)
        #expect(unbilled >= 0 && unbilled <= time.rawSeconds)
        // Billed and unbilled hold all raw seconds; what is more is what rounding added.
        #expect(rounded.billedSeconds + unbilled >= time.rawSeconds)
        if contract.rounding.per != .session || time.units.count == 1 {
            #expect(unbilled == max(0, time.rawSeconds - rounded.billedSeconds))
        }
        #expect(bill.lines.map(\.netCents).reduce(0, +) == bill.netCents)
    }

    @Test("the order of the input does not matter") func order() throws {
        var random = Seeded(11)
        for _ in 0..<40 {
            let contract = randomContract(&random)
            var sessions = try randomSessions(&random)
            // Ties in the end are broken by the id.
            if let end = sessions.map(\.endedAt).max() {
                for index in sessions.indices.prefix(3) { sessions[index].endedAt = end }
            }
            let result = try Simulation(contract: contract, zone: Sample.berlin, sessions: sessions).result()
            for _ in 0..<3 {
                sessions.shuffle(using: &random)
                for index in sessions.indices { sessions[index].gaps.shuffle(using: &random) }
                #expect(try Simulation(contract: contract, zone: Sample.berlin, sessions: sessions).result() == result)
            }
        }
    }

    @Test("caps, idle times, signedOn and a later validFrom are ignored; two sessions of one name are refused")
    func ignored() throws {
        var session = try Sample.session("2026-10-05T10:00:00Z", "2026-10-05T14:00:00Z")
        session.idleFrom = session.startedAt
        session.cappedFrom = session.startedAt
        session.version = 7
        let contract = Sample.contract(cap: .init(perSessionCents: 1, onReach: .stop))
        let simulation = Simulation(contract: contract, zone: Sample.berlin, sessions: [session])
        #expect(try simulation.result().periods.map(\.netCents) == [38_000])
        let twins = Simulation(contract: contract, zone: Sample.berlin, sessions: [session, session])
        #expect(throws: BillingError.self) { try twins.result() }
        let nothing = Simulation(contract: contract, zone: Sample.berlin, sessions: [])
        #expect(try nothing.result().periods.isEmpty)
    }
}
