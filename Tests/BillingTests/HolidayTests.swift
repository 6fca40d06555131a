import Contracts
import Testing

@testable import Billing

@Suite("Holidays") struct HolidayTests {
    private static let nationwide = [
        2024: "01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26",
        2025: "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26",
        2026: "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26",
        2027: "01-01 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26",
        2038: "01-01 04-23 04-26 05-01 06-03 06-14 10-03 12-25 12-26",
    ]

    /// What a Land has besides.
    private static let ofLand: [Int: [String: String]] = [
        2024: [
            "BW": "01-06 05-30 11-01", "BY": "01-06 05-30 11-01", "BE": "03-08", "BB": "03-31 05-19 10-31",
            "HB": "10-31",
            "HH": "10-31", "HE": "05-30", "MV": "03-08 10-31", "NI": "10-31", "NW": "05-30 11-01", "RP": "05-30 11-01",
            "SL": "05-30 08-15 11-01", "SN": "10-31 11-20", "ST": "01-06 10-31", "SH": "10-31", "TH": "09-20 10-31",
        ],
        2026: [
            "BW": "01-06 06-04 11-01", "BY": "01-06 06-04 11-01", "BE": "03-08", "BB": "04-05 05-24 10-31",
            "HB": "10-31",
            "HH": "10-31", "HE": "06-04", "MV": "03-08 10-31", "NI": "10-31", "NW": "06-04 11-01", "RP": "06-04 11-01",
            "SL": "06-04 08-15 11-01", "SN": "10-31 11-18", "ST": "01-06 10-31", "SH": "10-31", "TH": "09-20 10-31",
        ],
        2027: [
            "BW": "01-06 05-27 11-01", "BY": "01-06 05-27 11-01", "BE": "03-08", "BB": "03-28 05-16 10-31",
            "HB": "10-31",
            "HH": "10-31", "HE": "05-27", "MV": "03-08 10-31", "NI": "10-31", "NW": "05-27 11-01", "RP": "05-27 11-01",
            "SL": "05-27 08-15 11-01", "SN": "10-31 11-17", "ST": "01-06 10-31", "SH": "10-31", "TH": "09-20 10-31",
        ],
    ]

    private func days(_ region: Contract.Region, in year: Int) throws -> [String] {
        let first = try #require(LocalDate(year: year, month: 1, day: 1)).daysSinceEpoch
        return (first..<first + 366).compactMap { LocalDate(daysSinceEpoch: $0) }
            .filter { $0.year == year && region.isHoliday($0) }.map { String($0.description.dropFirst(5)) }
    }

    @Test("nationwide holidays", arguments: [2024, 2025, 2026, 2027, 2038])
    func holidaysOfAll(_ year: Int) throws {
        #expect(try days(.germany, in: year).joined(separator: " ") == Self.nationwide[year])
    }

    @Test("holidays of each of the 16 Länder", arguments: [2024, 2026, 2027])
    func holidaysOfLand(_ year: Int) throws {
        let lands = try #require(Self.ofLand[year])
        #expect(lands.count == 16)
        for (land, besides) in lands {
            let region = try #require(Contract.Region(rawValue: "DE-\(land)"))
            let all = "\(try #require(Self.nationwide[year])) \(besides)".split(separator: " ").map(String.init)
                .sorted()
            #expect(try days(region, in: year) == all, "\(land)")
        }
    }

    @Test("days that became holidays, and days that were holidays once")
    func history() throws {
        func isHoliday(_ land: String, _ date: String) throws -> Bool {
            try #require(Contract.Region(rawValue: land)).isHoliday(try LocalDate.parse(date))
        }
        for region in Contract.Region.allCases { #expect(try isHoliday(region.rawValue, "2017-10-31")) }
        for land in ["DE-HB", "DE-HH", "DE-NI", "DE-SH"] {
            #expect(try !isHoliday(land, "2016-10-31"))
            #expect(try isHoliday(land, "2018-10-31"))
        }
        #expect(try isHoliday("DE-SN", "2016-10-31"))
        #expect(try !isHoliday("DE-BE", "2018-03-08"))
        #expect(try isHoliday("DE-BE", "2019-03-08"))
        #expect(try !isHoliday("DE-MV", "2022-03-08"))
        #expect(try isHoliday("DE-MV", "2023-03-08"))
        #expect(try !isHoliday("DE-TH", "2018-09-20"))
        #expect(try isHoliday("DE-TH", "2019-09-20"))
        #expect(try isHoliday("DE-BE", "2025-05-08"))
        #expect(try isHoliday("DE-BE", "2028-06-17"))
        #expect(try !isHoliday("DE-BE", "2026-05-08"))
        #expect(try !isHoliday("DE-BB", "2025-05-08"))
    }

    @Test("15 August is none in Bavaria, Corpus Christi none in Saxony and Thuringia")
    func wholeLandOnly() throws {
        #expect(!Contract.Region.bavaria.isHoliday(try LocalDate.parse("2026-08-15")))
        #expect(!Contract.Region.saxony.isHoliday(try LocalDate.parse("2026-06-04")))
        #expect(!Contract.Region.thuringia.isHoliday(try LocalDate.parse("2026-06-04")))
    }

    @Test("a contract adds days and drops days, of one year or of all")
    func addAndDrop() throws {
        let holidays = Contract.Holidays(
            region: .germany,
            add: [try .parse("12-24"), try .parse("2026-12-31")],
            drop: [try .parse("05-01"), try .parse("2026-10-03")]
        )
        let expected = [
            "2026-12-24": true, "2027-12-24": true, "2026-12-31": true, "2027-12-31": false, "2026-05-01": false,
            "2026-10-03": false, "2027-10-03": true, "2026-12-25": true,
        ]
        for (date, isHoliday) in expected {
            #expect(holidays.contains(try LocalDate.parse(date)) == isHoliday, "\(date)")
        }
    }

    @Test("Easter is right in the years where rules of thumb fail")
    func easter() throws {
        let known = [
            "1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19", "2000-04-23", "2019-04-21", "2049-04-18",
            "2076-04-19", "2285-03-22",
        ]
        for text in known {
            let parts = text.split(separator: "-").compactMap { Int($0) }
            let day = try #require(CalendarDay(year: parts[0], month: parts[1], day: parts[2]))
            #expect(Contract.Region.easterSunday(in: parts[0]) == day.number, "\(text)")
        }
    }
}
