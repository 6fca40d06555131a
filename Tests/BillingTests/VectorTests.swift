import Contracts
import FoundationEssentials
import Testing

@testable import Billing

/// The agreed cases, one test per section.
@Suite struct VectorTests {
    private struct Anything: Decodable {
        var kind: String
    }

    /// The cases of one section, read as `Case`.
    private func cases<Case: Decodable>(_ kind: String, as _: Case.Type) throws -> [Case] {
        let data = Data(VectorFile.json.utf8)
        let kinds = try JSONDecoder().decode([Anything].self, from: data)
        let lenient = try JSONDecoder().decode([Lenient<Case>].self, from: data)
        let cases = try zip(kinds, lenient).filter { $0.0.kind == kind }.map { try $0.1.result.get() }
        try #require(!cases.isEmpty)
        return cases
    }

    /// An element of another section has other members.
    private struct Lenient<Case: Decodable>: Decodable {
        var result: Result<Case, any Error>
        init(from decoder: any Decoder) throws { result = Result { try Case(from: decoder) } }
    }

    private struct Rounding: Decodable {
        var raw, quantum, minimum, freeUpTo, expect: Int64
        var mode: Contract.Rounding.Mode
    }

    @Test("round") func round() throws {
        for one in try cases("round", as: Rounding.self) {
            let rounding = Contract.Rounding(
                stepSeconds: one.quantum,
                minimumSeconds: one.minimum,
                mode: one.mode,
                freeUpToSeconds: one.freeUpTo
            )
            #expect(try rounding.billedSeconds(raw: one.raw) == one.expect)
        }
    }

    private struct Net: Decodable { var seconds, centsPerHour, expect: Int64 }

    @Test("money") func money() throws {
        for one in try cases("money", as: Net.self) {
            #expect(try Money.netCents(seconds: one.seconds, centsPerHour: one.centsPerHour) == one.expect)
        }
    }

    private struct Tax: Decodable { var netCents, basisPoints, expect: Int64 }

    @Test("vat") func vat() throws {
        for one in try cases("vat", as: Tax.self) {
            #expect(try Money.vatCents(netCents: one.netCents, percentBp: one.basisPoints) == one.expect)
        }
    }

    private struct Bands: Decodable {
        struct Expected: Decodable { var seconds, pct: Int64, band: String }
        var start, end: Instant
        var windows: [String]
        var expect: [Expected]
    }

    @Test("bands") func bands() throws {
        let known = ["night": Sample.night, "weekend": Sample.weekend, "holiday": Sample.holiday]
        for one in try cases("bands", as: Bands.self) {
            let contract = Sample.contract(surcharges: try one.windows.map { try #require(known[$0]) })
            let bands = try Band.split(from: one.start, to: one.end, contract: contract, zone: Sample.berlin)
            #expect(bands == one.expect.map { Band($0.seconds, $0.pct, $0.band) })
        }
    }

    private struct Triple: Decodable {
        var band: Band
        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            let (seconds, percent) = (try list.decode(Int64.self), try list.decode(Int64.self))
            band = Band(seconds, percent, try list.decode(String.self))
        }
    }

    private struct Allocation: Decodable {
        var bands, expect: [Triple]
        var rounded: Int64
    }

    @Test("allocate") func allocate() throws {
        for one in try cases("allocate", as: Allocation.self) {
            let bands = try Contract.Rounding().allocate(one.bands.map(\.band), billedSeconds: one.rounded)
            #expect(bands == one.expect.map(\.band))
        }
    }

    private struct Quota: Decodable { var seconds, left: Int64, expect: [Int64] }

    @Test("quota") func quota() throws {
        for one in try cases("quota", as: Quota.self) {
            let month = try #require(LocalMonth("2026-11"))
            var quota = QuotaLedger()
            _ = try quota.grant(one.left, for: month, expiresAfterPeriods: nil)
            let used = quota.use(one.seconds, by: "s1", in: month).map(\.seconds).reduce(0, +)
            #expect([used, one.seconds - used] == one.expect)
        }
    }

    private struct Deadline: Decodable {
        var start, expect: Instant
        var targetSeconds: Int64
        var service: String
    }

    @Test("sla") func sla() throws {
        for one in try cases("sla", as: Deadline.self) {
            try #require(one.service == "Mo-Fr 09-17 Europe/Berlin, DE holidays")
            var contract = Sample.contract()
            contract.serviceHours = [
                .init(days: try DaySet.parse("mon-fri"), from: try .parse("09:00"), to: try .parse("17:00"))
            ]
            let reaction = Contract.Reaction(priority: "P1", means: "down", withinSeconds: one.targetSeconds)
            let clock = ServiceClock(contract: contract, zone: Sample.berlin)
            #expect(try clock.deadline(of: reaction, requestedAt: one.start) == one.expect)
        }
    }
}
