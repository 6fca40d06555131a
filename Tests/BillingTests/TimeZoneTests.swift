import Contracts
import Testing

@testable import Billing

@Suite("Time zones") struct TimeZoneTests {
    private func utc(_ date: String, _ time: String, _ zone: TimeZoneRules = Sample.berlin) throws -> String {
        try zone.instant(of: LocalDate.parse(date), LocalTime.parse(time)).description
    }

    @Test("local time becomes UTC in winter and summer, also after the file's last transition")
    func ordinary() throws {
        #expect(try utc("2026-01-15", "12:00") == "2026-01-15T11:00:00Z")
        #expect(try utc("2026-07-15", "12:00") == "2026-07-15T10:00:00Z")
        #expect(try utc("2026-07-15", "24:00") == "2026-07-15T22:00:00Z")
        #expect(try utc("2099-07-15", "12:00") == "2099-07-15T10:00:00Z")
        #expect(try utc("2099-12-15", "12:00") == "2099-12-15T11:00:00Z")
        // Local mean time, before the first transition.
        #expect(try utc("1901-06-01", "12:00") == "1901-06-01T11:00:00Z")
    }

    @Test("in a gap a time moves forward by the gap's length")
    func gap() throws {
        #expect(try utc("2026-03-29", "01:59") == "2026-03-29T00:59:00Z")
        #expect(try utc("2026-03-29", "02:00") == "2026-03-29T01:00:00Z")
        #expect(try utc("2026-03-29", "02:30") == "2026-03-29T01:30:00Z")
        #expect(try utc("2026-03-29", "03:00") == "2026-03-29T01:00:00Z")
        #expect(try utc("2099-03-29", "02:30") == "2099-03-29T01:30:00Z")
    }

    @Test("in an overlap the first of the two holds")
    func overlap() throws {
        #expect(try utc("2026-10-25", "01:59") == "2026-10-24T23:59:00Z")
        #expect(try utc("2026-10-25", "02:00") == "2026-10-25T00:00:00Z")
        #expect(try utc("2026-10-25", "02:30") == "2026-10-25T00:30:00Z")
        #expect(try utc("2026-10-25", "03:00") == "2026-10-25T02:00:00Z")
    }

    @Test("a rule without a file says the same as the file")
    func ruleAgreesWithFile() throws {
        let rule = try TimeZoneRules(posix: "CET-1CEST,M3.5.0,M10.5.0/3")
        var random = Seeded(1)
        // EU rules hold since 1996.
        for _ in 0..<5000 {
            let second = Int64.random(in: 852_076_800...7_000_000_000, using: &random)
            #expect(rule.local(utc: second) == Sample.berlin.local(utc: second))
            #expect(rule.utc(local: second) == Sample.berlin.utc(local: second))
        }
    }

    @Test("every second of UTC comes back from its local time, but for the second pass of an overlap")
    func thereAndBack() throws {
        let texts = [
            "CET-1CEST,M3.5.0,M10.5.0/3", "NST3:30NDT,M3.2.0,M11.1.0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
            "IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "EST5EDT,J60,300/1:30", "UTC0",
            "IST-2IDT,M3.4.4/26,M10.5.0",
        ]
        var random = Seeded(2)
        for text in texts {
            let zone = try TimeZoneRules(posix: text)
            for _ in 0..<2000 {
                let second = Int64.random(in: 0...4_000_000_000, using: &random)
                let back = zone.utc(local: zone.local(utc: second))
                #expect(back == second || (back < second && zone.local(utc: back) == zone.local(utc: second)))
            }
        }
    }

    @Test("a day that a zone skipped moves forward by a day")
    func skippedDay() throws {
        // Apia crossed the date line: after 2011-12-29 came 2011-12-31.
        let bytes = File(transitions: [(1_325_239_200, 1)], offsets: [-36_000, 50_400], footer: "<+14>-14").bytes
        let zone = try TimeZoneRules(tzif: bytes)
        #expect(try utc("2011-12-29", "23:59", zone) == "2011-12-30T09:59:00Z")
        #expect(try utc("2011-12-30", "12:00", zone) == "2011-12-30T22:00:00Z")
        #expect(try utc("2011-12-31", "12:00", zone) == "2011-12-30T22:00:00Z")
    }

    @Test("the last transition's offset holds until the footer's next change")
    func footerAfterLastTransition() throws {
        // Summer time from 2026-01-01 on, two months before the rule's own start.
        let file = File(transitions: [(1_767_225_600, 1)], offsets: [3600, 7200], footer: "CET-1CEST,M3.5.0,M10.5.0/3")
        let zone = try TimeZoneRules(tzif: file.bytes)
        #expect(zone.local(utc: 1_767_225_599) == 1_767_229_199)
        #expect(zone.local(utc: 1_767_225_600) == 1_767_232_800)
        #expect(try utc("2026-11-01", "12:00", zone) == "2026-11-01T11:00:00Z")
    }

    @Test("bytes that are no rules are refused, wherever they are cut or bent")
    func refused() throws {
        let whole = BerlinFile.bytes
        for length in [0, 4, 43, 44, 100, whole.count - 40, whole.count - 1] {
            #expect(throws: BillingError.self) { try TimeZoneRules(tzif: Array(whole.prefix(length))) }
        }
        var random = Seeded(3)
        for _ in 0..<3000 {
            var bent = whole
            for _ in 0..<3 {
                bent[Int.random(in: 0..<bent.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            // Whatever it says, it must say it without a trap.
            let zone = try? TimeZoneRules(tzif: bent)
            _ = zone?.utc(local: 1_800_000_000)
        }
        let leap = File(transitions: [], offsets: [0], footer: "UTC0", leaps: 1)
        #expect(throws: BillingError.self) { try TimeZoneRules(tzif: leap.bytes) }
        let old = File(transitions: [], offsets: [0], footer: "UTC0", version: 0)
        #expect(throws: BillingError.self) { try TimeZoneRules(tzif: old.bytes) }
    }

    @Test(
        "texts that are no rule are refused",
        arguments: [
            "", "CET", "CE-1", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "<CET-1",
            "CET-1CEST,M3.5.0,M10.5.0/3 ", "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0/168,M10.5.0",
            "CET-1CEST,M3.0.0,M10.5.0",
        ]
    )
    func refusedRule(_ text: String) {
        #expect(throws: BillingError.self) { try TimeZoneRules(posix: text) }
    }

    /// A TZif file with an empty first part, as `zic -b slim` writes.
    private struct File {
        var transitions: [(at: Int64, type: UInt8)]
        var offsets: [Int32]
        var footer: String
        var leaps: UInt32 = 0
        var version = UInt8(ascii: "2")

        var bytes: [UInt8] {
            var bytes = header(types: 1, times: 0, leaps: 0) + [0, 0, 0, 0, 0, 0, 0]
            bytes += header(types: UInt32(offsets.count), times: UInt32(transitions.count), leaps: leaps)
            for transition in transitions { bytes += big(UInt64(bitPattern: transition.at), 8) }
            bytes += transitions.map(\.type)
            for offset in offsets { bytes += big(UInt64(UInt32(bitPattern: offset)), 4) + [0, 0] }
            bytes += [0]
            bytes += [UInt8](repeating: 0, count: Int(leaps) * 12)
            return bytes + [10] + Array(footer.utf8) + [10]
        }

        private func header(types: UInt32, times: UInt32, leaps: UInt32) -> [UInt8] {
            let counts = [0, 0, leaps, times, types, 1].flatMap { big(UInt64($0), 4) }
            return Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts
        }

        private func big(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (UInt64($0) * 8)) }
        }
    }
}

@Suite("Instants and months") struct InstantTests {
    @Test("an instant is read and written as RFC 3339, fractions dropped")
    func text() throws {
        #expect(try Instant(rfc3339: "2026-11-05T20:30:00Z").seconds == 1_793_910_600)
        #expect(try Instant(rfc3339: "2026-11-05T21:30:00.999+01:00").description == "2026-11-05T20:30:00Z")
        #expect(try Instant(rfc3339: "1969-12-31T23:59:59.5Z").seconds == -1)
        #expect(try Instant(seconds: 951_782_400).description == "2000-02-29T00:00:00Z")
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "2026-11-05", "2026-11-05T20:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-11-05T24:00:00Z",
            "2026-11-05T20:30:60Z", "2026-11-05 20:30:00Z", "1900-12-31T23:59:59Z", "9999-01-01T00:00:00Z",
            "2026-11-05T20:30:00.Z",
            "2026-11-05T20:30:00+0100", "+026-11-05T20:30:00Z",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: BillingError.self) { try Instant(rfc3339: text) }
    }

    @Test("a session that ends at 00:00 on the 1st belongs to the old month")
    func monthOfEnd() throws {
        func month(_ text: String) throws -> String {
            LocalMonth(ofSessionEnding: try Instant(rfc3339: text), in: Sample.berlin).description
        }
        #expect(try month("2026-11-30T22:59:59Z") == "2026-11")
        #expect(try month("2026-11-30T23:00:00Z") == "2026-11")
        #expect(try month("2026-11-30T23:00:01Z") == "2026-12")
        #expect(try month("2026-06-30T22:00:00Z") == "2026-06")
    }

    @Test("months follow each other over the year's end")
    func months() throws {
        let december = try #require(LocalMonth("2026-12"))
        #expect(december.next.description == "2027-01")
        #expect(december.next.previous == december)
        #expect(LocalMonth("2026-13") == nil && LocalMonth("2026-1") == nil && LocalMonth("20261-1") == nil)
    }
}
