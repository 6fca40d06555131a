import Contracts
import Testing

@testable import Billing

@Suite("Absurd input") struct RobustnessTests {
    private static let absurd: [Int64] = [.min, .min + 1, -1, 0, 1, 59, 1 << 31, 1 << 53, 1 << 62, .max - 1, .max]

    @Test("money and rounding throw and never trap") func numbers() {
        for seconds in Self.absurd {
            for rate in Self.absurd {
                _ = try? Money.netCents(seconds: seconds, centsPerHour: rate)
                _ = try? Money.vatCents(netCents: seconds, percentBp: rate)
                for percent in Self.absurd {
                    _ = try? Money.surchargeCents(seconds: seconds, centsPerHour: rate, percentBp: percent)
                }
                for mode in Contract.Rounding.Mode.allCases {
                    let rounding = Contract.Rounding(stepSeconds: rate, minimumSeconds: seconds, mode: mode)
                    _ = try? rounding.billedSeconds(raw: seconds)
                    _ = try? rounding.allocate([Band(seconds: seconds, percentBp: 0, label: "")], billedSeconds: rate)
                }
            }
        }
        #expect(throws: BillingError.self) { try Money.netCents(seconds: .max, centsPerHour: .max) }
        #expect(throws: BillingError.self) { try Money.netCents(seconds: .min, centsPerHour: 3600) }
        #expect(throws: BillingError.self) { try Contract.Rounding(stepSeconds: 60).billedSeconds(raw: .max) }
        #expect(throws: BillingError.self) { try Contract.Rounding(stepSeconds: 0).billedSeconds(raw: 1) }
        #expect(throws: BillingError.self) { try Contract.Rounding().billedSeconds(raw: -1) }
        #expect(throws: BillingError.self) { try Instant(seconds: .max) }
        #expect(throws: BillingError.self) { try Instant(seconds: 0).advanced(by: .max) }
    }

    @Test("whole simulations of nonsense throw and never trap") func simulations() throws {
        var random = Seeded(12)
        func absurd() -> Int64 { Self.absurd.randomElement(using: &random) ?? 0 }
        func absurdInstant() throws -> Instant {
            let near = Int64.random(in: 1_793_000_000...1_793_100_000, using: &random)
            let seconds = Bool.random(using: &random) ? near : .random(in: Instant.range, using: &random)
            return try Instant(seconds: seconds)
        }
        var failures = 0
        for _ in 0..<400 {
            let surcharge = Contract.Surcharge(
                label: "w",
                percentBp: absurd(),
                days: .all,
                from: .endOfDay,
                to: .midnight
            )
            var contract = Sample.contract(
                rounding: .init(
                    per: Contract.Rounding.Unit.allCases.randomElement(using: &random) ?? .day,
                    stepSeconds: absurd(),
                    minimumSeconds: absurd(),
                    freeUpToSeconds: absurd(),
                    mergeGapSeconds: absurd()
                ),
                surcharges: [surcharge, surcharge, Sample.night],
                stacking: .sum,
                retainer: .init(
                    kind: .takeOrPay,
                    feeCents: absurd(),
                    includedSeconds: absurd(),
                    overageRate: "support",
                    carryOver: .init(policy: .capped, capSeconds: absurd(), expiresAfterPeriods: absurd())
                ),
                vat: .init(category: .standard, percentBp: absurd())
            )
            contract.ratesCentsPerHour["support"] = absurd()
            let sessions = try (0..<3).map { index in
                let pause = WorkSession.Interval(from: try absurdInstant(), to: try absurdInstant())
                return WorkSession(
                    session: "s\(index)",
                    startedAt: try absurdInstant(),
                    endedAt: try absurdInstant(),
                    pauses: Bool.random(using: &random) ? [pause] : []
                )
            }
            do {
                _ = try Simulation(contract: contract, zone: Sample.berlin, sessions: sessions).result()
            } catch {
                failures += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(failures > 0)
    }

    @Test("huge but possible amounts are exact") func huge() throws {
        var contract = Sample.contract(validFrom: try Sample.date("1950-01-01"))
        contract.ratesCentsPerHour["support"] = Cents.largest
        let start = try Instant(seconds: 0)
        let session = WorkSession(session: "s", startedAt: start, endedAt: try start.advanced(by: 366 * 86_400))
        #expect(try Sample.bill(session, under: contract).netCents == 366 * 24 * Cents.largest)
        let longer = WorkSession(session: "s", startedAt: start, endedAt: try start.advanced(by: 366 * 86_400 + 1))
        #expect(throws: BillingError.self) { try Sample.bill(longer, under: contract) }
    }

    @Test("sessions more than 100 years apart are refused and not waited for") func apart() throws {
        let sessions = try [
            Sample.session("a", "2026-11-05T10:00:00Z", "2026-11-05T10:10:00Z"),
            Sample.session("b", "9026-11-05T10:00:00Z", "9026-11-05T10:10:00Z"),
        ]
        let simulation = Simulation(contract: Sample.contract(), zone: Sample.berlin, sessions: sessions)
        #expect(throws: BillingError.self) { try simulation.result() }
        var account = try Sample.account(Sample.contract())
        #expect(try account.bill(sessions[1]).rounded.billedSeconds == 600)
    }

    @Test("the first and the last moments can be billed") func edges() throws {
        let contract = Sample.contract(
            validFrom: try Sample.date("1900-01-01"),
            surcharges: [Sample.night, Sample.holiday],
            retainer: Sample.retainer()
        )
        for start in [Instant.range.lowerBound, Instant.range.upperBound - 3600] {
            let from = try Instant(seconds: start)
            let session = WorkSession(
                session: "s",
                category: "extra",
                startedAt: from,
                endedAt: try from.advanced(by: 3600)
            )
            #expect(try Sample.bill(session, under: contract).rounded.billedSeconds == 3600)
        }
    }
}
