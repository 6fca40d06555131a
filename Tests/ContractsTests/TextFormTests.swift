import Contracts
import Testing

@Suite("Texts of amounts, durations, dates and days")
struct TextFormTests {
    @Test(
        "amounts are read to the cent",
        arguments: [("95.00", 9500), ("0.00", 0), ("0.05", 5), ("9999999999.99", 999_999_999_999)]
    )
    func amounts(text: String, cents: Int64) throws {
        #expect(try Cents.parse(text) == cents)
        #expect(Cents.text(cents) == text)
    }

    @Test(
        "an amount that could be misread is refused, with the mend where it has one meaning",
        arguments: [
            ("95,00", "write \"95.00\""), ("95.5", "write \"95.50\""), ("95", "write \"95.00\""),
            ("1.200,00", "write \"1200.00\""), ("1,200.00", "write \"1200.00\""), ("95.00 €", "write \"95.00\""),
            ("EUR 95", "write \"95.00\""), ("1.200", "write euros and cents, like \"95.00\""),
            ("abc", "write euros and cents, like \"95.00\""), ("1e3", "write euros and cents, like \"95.00\""),
            ("-5.00", "write an amount of 0.00 or more, like \"95.00\""),
            ("٩٥.٠٠", "write euros and cents, like \"95.00\""),
            ("99999999999.00", "write an amount below 10^10"), ("", "write euros and cents, like \"95.00\""),
        ]
    )
    func badAmounts(text: String, mend: String) {
        expect(mend) { _ = try Cents.parse(text) }
    }

    @Test(
        "sizes are read to the byte, and written as short as they are read",
        arguments: [
            ("64kB", 64_000), ("500MB", 500_000_000), ("2GB", 2_000_000_000), ("999999GB", 999_999_000_000_000),
        ]
    )
    func sizes(text: String, bytes: Int64) throws {
        #expect(try Bytes.parse(text) == bytes)
        #expect(Bytes.text(bytes) == text)
    }

    @Test(
        "a size without a clear meaning is refused, with the mend where it has one",
        arguments: [
            ("500 MB", "write 500MB"), ("500M", "write 500MB"), ("2gb", "write 2GB"), ("64K", "write 64kB"),
            ("500", "write a whole number with its unit, like 500MB or 2GB"),
            ("1.5GB", "write a whole number with its unit, like 500MB or 2GB"),
            ("-1MB", "write a whole number with its unit, like 500MB or 2GB"),
            ("1000000GB", "write a whole number with its unit, like 500MB or 2GB"),
            ("", "write a whole number with its unit, like 500MB or 2GB"),
        ]
    )
    func badSizes(text: String, mend: String) {
        expect(mend) { _ = try Bytes.parse(text) }
    }

    @Test(
        "percentages are exact",
        arguments: [("19", 1900), ("19.5", 1950), ("0.25", 25), ("0.05", 5), ("0", 0), ("7.25", 725)]
    )
    func percentages(text: String, basisPoints: Int64) throws {
        #expect(try BasisPoints.parse(text) == basisPoints)
        #expect(BasisPoints.text(basisPoints) == text)
    }

    @Test(
        "other percentages are refused",
        arguments: [
            ("19%", "write 19"), ("19,5", "write 19.5"),
            ("19.555", "write a number with at most two decimals, like 19 or 19.5"),
            ("-1", "write a number with at most two decimals, like 19 or 19.5"),
            ("12345", "write a number with at most two decimals, like 19 or 19.5"),
        ]
    )
    func badPercentages(text: String, mend: String) {
        expect(mend) { _ = try BasisPoints.parse(text) }
    }

    @Test(
        "durations are read by their units",
        arguments: [("5m", 300), ("0m", 0), ("1m30s", 90), ("4h", 14400), ("1h30m", 5400)]
    )
    func durations(text: String, seconds: Int64) throws {
        #expect(try Seconds.parse(text) == seconds)
        #expect(Seconds.text(seconds) == text)
    }

    @Test("a duration may be written in smaller units")
    func smallUnits() throws {
        #expect(try Seconds.parse("60s") == 60)
        #expect(try Seconds.parse("90m") == 5400)
    }

    @Test(
        "other durations are refused",
        arguments: [
            ("5", "say which unit: 5s, 5m or 5h"), ("5min", "write 5m"), ("5 m", "write 5m"), ("2d", "write 48h"),
            ("4 hours", "write 4h"), ("", "write a whole number with its unit, like 60s, 5m, 4h or 1h30m"),
            ("30m1h", "write a whole number with its unit, like 60s, 5m, 4h or 1h30m"),
            ("-5m", "write a whole number with its unit, like 60s, 5m, 4h or 1h30m"),
            ("1.5h", "write a whole number with its unit, like 60s, 5m, 4h or 1h30m"),
            ("999999999h", "write a whole number with its unit, like 60s, 5m, 4h or 1h30m"),
        ]
    )
    func badDurations(text: String, mend: String) {
        expect(mend) { _ = try Seconds.parse(text) }
    }

    @Test("a date is a day that exists")
    func dates() throws {
        #expect(try LocalDate.parse("2028-02-29").description == "2028-02-29")
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2100-02-29", "26-01-01", "2026-1-1", "x"]
        {
            #expect(throws: ContractsError.self) { try LocalDate.parse(text) }
        }
        expect("write 2026-01-31") { _ = try LocalDate.parse("31.1.2026") }
    }

    @Test("dates know their weekday and count days across leap years")
    func calendar() throws {
        #expect(LocalDate.unixEpoch.daysSinceEpoch == 0)
        #expect(try LocalDate.parse("2000-03-01").daysSinceEpoch == 11017)
        #expect(try LocalDate.parse("1969-12-31").daysSinceEpoch == -1)
        #expect(try LocalDate.parse("2026-11-05").weekday == .thursday)
        #expect(try LocalDate.parse("1900-01-01").weekday == .monday)
        #expect(try LocalDate.parse("2026-01-31") < LocalDate.parse("2026-02-01"))
    }

    @Test("times of day run from 00:00 to 24:00")
    func times() throws {
        #expect(try LocalTime.parse("09:30").minutes == 570)
        #expect(try LocalTime.parse("24:00") == .endOfDay)
        #expect(LocalTime.endOfDay.description == "24:00")
        for text in ["24:01", "25:00", "09:60", "0930", "", "aa:bb"] {
            #expect(throws: ContractsError.self) { try LocalTime.parse(text) }
        }
        expect("write \"09:00\"") { _ = try LocalTime.parse("9:00") }
        expect("write \"17:00\"") { _ = try LocalTime.parse("17") }
    }

    @Test("day sets are ranges, words and lists, with one canonical text")
    func days() throws {
        let texts = [
            "mon-fri": "mon,tue,wed,thu,fri", "sat-sun": "sat,sun", "all": "all", "mon-sun": "all",
            "holidays": "holidays", "wed, mon": "mon,wed", "fri-mon": "mon,fri,sat,sun", "sun,holidays": "sun,holidays",
        ]
        for (text, canonical) in texts {
            let days = try DaySet.parse(text)
            #expect(days.description == canonical)
            #expect(try DaySet.parse(canonical) == days)
        }
        for text in ["", "monday", "mon-", "mon-tue-wed", "mon,,tue", "Mon"] {
            #expect(throws: ContractsError.self) { try DaySet.parse(text) }
        }
    }

    @Test("a holiday is in the set of holidays whatever its weekday")
    func holidays() {
        #expect(DaySet.holidays.includes(.monday, isHoliday: true))
        #expect(!DaySet.holidays.includes(.monday, isHoliday: false))
        #expect(DaySet.all.includes(.sunday, isHoliday: true))
    }

    @Test("a holiday is of one year or of every year")
    func holidayDates() throws {
        let christmasEve = try LocalDate.parse("2026-12-24")
        #expect(try Contract.HolidayDate.parse("12-24").matches(christmasEve))
        #expect(try Contract.HolidayDate.parse("2026-12-24").matches(christmasEve))
        #expect(try !Contract.HolidayDate.parse("2027-12-24").matches(christmasEve))
        for text in ["13-01", "02-30", "1-1", "12-24-2026"] {
            #expect(throws: ContractsError.self) { try Contract.HolidayDate.parse(text) }
        }
    }

    @Test("a data processing agreement is a date or a reason")
    func dataProcessingAgreement() throws {
        typealias Agreement = Contract.DataProcessingAgreement
        #expect(try Agreement.parse("2025-12-15").description == "2025-12-15")
        #expect(try Agreement.parse("notApplicable: no data") == .notApplicable("no data"))
        for text in ["notApplicable", "notApplicable: ", "yes", "2025-02-30"] {
            #expect(throws: ContractsError.self) { try Agreement.parse(text) }
        }
    }

    @Test("command patterns match word by word")
    func commands() {
        let commands = Contract.Commands.patterns([["df", "-h"], ["journalctl", "*"], ["ls", "*", "-l"]])
        #expect(commands.allows(["df", "-h"]))
        #expect(commands.allows(["journalctl"]))
        #expect(commands.allows(["journalctl", "-u", "nginx"]))
        #expect(commands.allows(["ls", "/x", "-l"]))
        for refused in [[], ["df"], ["df", "-h", "/"], ["ls", "-l"], ["rm"]] { #expect(!commands.allows(refused)) }
        #expect(Contract.Commands.any.allows(["rm"]))
        #expect(!Contract.Commands.patterns([["caf\u{E9}"]]).allows(["cafe\u{301}"]))
    }

    @Test("a text in a sentence shows what a terminal would hide")
    func quoting() {
        #expect(quoted("a\u{1B}[2J\u{202E}") == "\"a\\u{1b}[2J\\u{202e}\"")
        #expect(quoted(String(repeating: "x", count: 100)).count == 63)
    }

    private func expect(_ mend: String, _ body: () throws -> Void) {
        #expect { try body() } throws: { ($0 as? ContractsError)?.mend == mend }
    }
}
