import RelayAPI
import Testing

@testable import Operator

@Suite("Timesheet")
struct TimesheetPageTests {
    private func sheet(summaries: [String], zone: String = "Europe/Berlin") throws -> Timesheet {
        let start = try #require(Timestamp(rfc3339: "2026-07-01T08:00:00Z"))
        let rows = summaries.enumerated().map { index, summary in
            Timesheet.Row(
                session: "s\(index + 1)",
                operator: "jan",
                category: "question",
                startedAt: start,
                endedAt: Timestamp(seconds: start.seconds + 3725),
                rawSeconds: 3725,
                pausedSeconds: 60,
                disconnectedSeconds: 5,
                billedSeconds: 3780,
                netCents: 9975,
                currency: "EUR",
                summary: summary,
                reason: nil
            )
        }
        let total = Int64(summaries.count) * 3725
        return Timesheet(
            contract: "acme",
            timeZone: zone,
            from: try #require(Timestamp(rfc3339: "2026-06-30T22:00:00Z")),
            to: try #require(Timestamp(rfc3339: "2026-07-31T22:00:00Z")),
            sessions: rows,
            totals: .init(
                rawSeconds: total,
                billedSeconds: Int64(summaries.count) * 3780,
                quotaUsedSeconds: 7200,
                quotaLeftSeconds: 3600,
                netCents: Int64(summaries.count) * 9975,
                currency: "EUR"
            )
        )
    }

    @Test("what is given back stands behind the sessions, with negative time and money, and counts in the sums")
    func credits() throws {
        var sheet = try sheet(summaries: ["one"])
        sheet.credits = [
            .init(
                session: "s9",
                operator: "jan",
                category: "question",
                givenAt: try #require(Timestamp(rfc3339: "2026-07-08T08:00:00Z")),
                reason: "=no(help)",
                asWarranty: false,
                billedSeconds: -3600,
                quotaReturnedSeconds: 0,
                netCents: -9500
            )
        ]
        let lines = TimesheetPage.table(sheet).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[4].hasPrefix("2026-07-08 10:00") && lines[4].contains("s9"))
        #expect(lines[4].contains("-1:00:00") && lines[4].contains("-95.00"))
        #expect(lines[4].hasSuffix("given back: =no(help)") && lines[5].hasPrefix("total"))
        let csv = TimesheetPage.csv(sheet)
        #expect(
            csv.hasSuffix(
                "s9,jan,question,2026-07-08T08:00:00Z,2026-07-08T08:00:00Z,0,0,0,-3600,-9500,EUR,'=no(help),given back\r\n"
            )
        )
    }

    @Test("the table has local times, clock durations and sums")
    func table() throws {
        let lines = TimesheetPage.table(try sheet(summaries: ["one", "two"])).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(lines[0] == "acme, 2026-07-01 to 2026-07-31, times in Europe/Berlin")
        #expect(lines[2].split(separator: " ").first == "STARTED")
        #expect(lines[3].hasPrefix("2026-07-01 10:00  2026-07-01 11:02  s1"))
        #expect(lines[3].contains("1:02:05") && lines[3].contains("0:01:00") && lines[3].hasSuffix("one"))
        #expect(lines[2].contains("NET EUR") && lines[3].contains("99.75") && lines[5].contains("199.50"))
        #expect(lines[5].hasPrefix("total") && lines[5].contains("2:04:10") && lines[5].contains("0:02:00"))
        #expect(lines[7] == "included time: 2:00:00 used, 1:00:00 left")
        #expect(lines.count == 9)
    }

    @Test("an unknown zone is shown as UTC, and says so")
    func unknownZone() throws {
        let table = TimesheetPage.table(try sheet(summaries: ["one"], zone: "Mars/Olympus"))
        #expect(table.contains("times in UTC"))
        #expect(table.contains("2026-07-01 08:00"))
    }

    @Test("a summary cannot break out of its line of the table")
    func hostileTable() throws {
        let table = TimesheetPage.table(try sheet(summaries: ["a\nb\u{1B}[2Jc"]))
        #expect(!table.contains("\u{1B}"))
        #expect(table.split(separator: "\n").count == 5)
    }

    @Test("CSV follows RFC 4180")
    func csv() throws {
        let csv = TimesheetPage.csv(try sheet(summaries: ["plain", "a, \"b\"\nc"]))
        let header =
            "session,operator,category,startedAt,endedAt,rawSeconds,pausedSeconds,disconnectedSeconds,billedSeconds,netCents,currency,summary,reason"
        let times = "2026-07-01T08:00:00Z,2026-07-01T09:02:05Z,3725,60,5,3780,9975,EUR"
        let expected =
            "\(header)\r\ns1,jan,question,\(times),plain,\r\n"
            + "s2,jan,question,\(times),\"a, \"\"b\"\"\nc\",\r\n"
        #expect(csv.utf8.elementsEqual(expected.utf8))
    }

    @Test(
        "a cell that a spreadsheet would run is defused",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("=\"a\"", "\"'=\"\"a\"\"\""),
            ("\t=1", "'\t=1"), ("a=1", "a=1"), ("\"\u{301}x", "\"\"\"\u{301}x\""),
        ]
    )
    func formula(summary: String, cell: String) throws {
        let csv = TimesheetPage.csv(try sheet(summaries: [summary]))
        #expect(csv.unicodeScalars.contains(",9975,EUR,\(cell),\r\n".unicodeScalars))
    }

    @Test(
        "durations are h:mm:ss",
        arguments: [(0, "0:00:00"), (59, "0:00:59"), (3725, "1:02:05"), (360_000, "100:00:00"), (-61, "-0:01:01")]
            as [(Int64, String)]
    )
    func clock(seconds: Int64, text: String) { #expect(DurationText.clock(seconds) == text) }

}
