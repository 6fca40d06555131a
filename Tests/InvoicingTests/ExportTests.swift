import Billing
import Contracts
import Testing

@testable import Invoicing

@Suite("Exports of sessions") struct ExportTests {
    /// 20:30 to 23:40 UTC with a pause that crosses local midnight and a gap within another break.
    static func rows(summary: String = "Fragen zum Shop") throws -> [ServiceRow] {
        func interval(_ from: String, _ to: String) throws -> WorkSession.Interval {
            .init(from: try Sample.instant("2026-11-05T\(from)Z"), to: try Sample.instant("2026-11-05T\(to)Z"))
        }
        var session = try Sample.session("s1", "2026-11-05T20:30:00Z", "2026-11-05T23:40:05Z")
        session.pauses = [try interval("22:50:00", "23:10:00"), try interval("21:00:00", "21:05:00")]
        session.gaps = [try interval("21:02:00", "21:10:00")]
        let contract = Sample.contract()
        let bill = try #require(try Sample.statements([contract], [session], until: "2026-12").first?.sessions.first)
        return [ServiceRow(bill, contract: contract, operator: "jana", summary: summary, receipt: .timeout)]
    }

    @Test("work is what the breaks leave over, in order, whatever their order and overlap")
    func worked() throws {
        let row = try #require(try Self.rows().first)
        #expect(
            row.worked.map { "\($0.from.compact) \($0.to.compact)" } == [
                "20261105T203000Z 20261105T210000Z", "20261105T211000Z 20261105T225000Z",
                "20261105T231000Z 20261105T234005Z",
            ]
        )
        let seconds = row.worked.map { $0.to.seconds - $0.from.seconds }.reduce(0, +)
        #expect(seconds == row.rawSeconds)
        #expect((row.pausedSeconds, row.disconnectedSeconds) == (120 + 1200, 480))
        var nested = row
        func interval(_ from: String, _ to: String) throws -> WorkSession.Interval {
            .init(from: try Sample.instant("2026-11-05T\(from)Z"), to: try Sample.instant("2026-11-05T\(to)Z"))
        }
        nested.breaks = [try interval("21:00:00", "22:00:00"), try interval("21:10:00", "21:20:00")]
        #expect(nested.worked.map(\.from.compact) == ["20261105T203000Z", "20261105T220000Z"])
        var whole = row
        whole.breaks = [.init(from: row.startedAt, to: row.endedAt)]
        #expect(whole.worked.isEmpty)
        whole.breaks = [
            .init(from: try Sample.instant("2026-11-01T00:00:00Z"), to: try Sample.instant("2026-12-01T00:00:00Z"))
        ]
        #expect(whole.worked.isEmpty)
    }

    @Test("the proof of service has a row of exact figures for each session")
    func csv() throws {
        #expect(
            ServiceRow.csv(try Self.rows(summary: "Frage \"7\", schnell")) == """
                session,contract,operator,category,startedAt,endedAt,rawSeconds,pausedSeconds,disconnectedSeconds,\
                billedSeconds,bands,quotaSeconds,netCents,currency,summary,receipt\r
                s1,acme-2026,jana,question,2026-11-05T20:30:00Z,2026-11-05T23:40:05Z,9605,1320,480,9660,\
                1800:0:base | 7860:50:Nacht,0,35863,EUR,"Frage ""7"", schnell",timeout\r

                """
        )
    }

    @Test(
        "what a spreadsheet would compute begins with an apostrophe",
        arguments: [
            "=1+1", "+49 40 1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{A0}=1", "＝1", "\u{0}=1", "\n", "\tx",
        ]
    )
    func formulas(text: String) throws {
        let table = ServiceRow.csv(try Self.rows(summary: text))
        let cells = try #require(CSVText.parse(table))
        #expect(cells[1][14] == "'" + text)
    }

    @Test("negative cents of our own stay numbers, harmless texts stay as they are")
    func harmless() throws {
        var row = try #require(try Self.rows(summary: "a=b, c").first)
        row.netCents = -1
        let cells = try #require(CSVText.parse(ServiceRow.csv([row])))
        #expect((cells[1][12], cells[1][14]) == ("-1", "a=b, c"))
    }

    @Test("tables come back as they were written, with quotes, line breaks and combining marks")
    func roundTrip() throws {
        for text in ["", "a\"b", "\"", "\"\u{301}x", "a,b", "a\r\nb", "a\nb", "ä€😀", "''", "a\"\"b,\r\n"] {
            let rows = [[CSVText.Cell.plain(text), .plain("x")], [.plain("y"), .plain(text)]]
            #expect(CSVText.parse(CSVText.rows(rows)) == [[text, "x"], ["y", text]])
        }
        for broken in ["a", "a\n", "\"a", "\"a\r\n", "a\"b\r\n", "a\rb\r\n"] {
            #expect(CSVText.parse(broken) == nil, "\(broken)")
        }
    }

    @Test("timeclock has local times, breaks left out, two spaces before the description")
    func timeclock() throws {
        #expect(
            ServiceRow.timeclock(try Self.rows(summary: "Frage;  zum\nShop"), zone: Sample.berlin) == """
                i 2026-11-05 21:30:00 acme-2026:question  Frage, zum Shop
                o 2026-11-05 22:00:00
                i 2026-11-05 22:10:00 acme-2026:question  Frage, zum Shop
                o 2026-11-05 23:50:00
                i 2026-11-06 00:10:00 acme-2026:question  Frage, zum Shop
                o 2026-11-06 00:40:05

                """
        )
    }

    @Test("Timewarrior has UTC stretches in time order, with quoted tags")
    func timewarrior() throws {
        let rows = try Self.rows(summary: "Frage \"7\" # \\")
        var earlier = rows[0]
        (earlier.session, earlier.breaks, earlier.summary) = ("s0", [], "")
        earlier.startedAt = try Sample.instant("2026-11-05T10:00:00Z")
        earlier.endedAt = try Sample.instant("2026-11-05T10:30:00Z")
        let tags = #""ACME Handels GmbH" "acme-2026" "question""#
        let note = ##"# "Frage \"7\" # \\""##
        #expect(
            ServiceRow.timewarrior(rows + [earlier]) == """
                inc 20261105T100000Z - 20261105T103000Z # \(tags) "s0"
                inc 20261105T203000Z - 20261105T210000Z # \(tags) "s1" \(note)
                inc 20261105T211000Z - 20261105T225000Z # \(tags) "s1" \(note)
                inc 20261105T231000Z - 20261105T234005Z # \(tags) "s1" \(note)

                """
        )
    }

    @Test("Kimai has a row for each session, in local time, with connected time and net")
    func kimai() throws {
        #expect(
            ServiceRow.kimai(try Self.rows(), zone: Sample.berlin, email: { "\($0)@lotse.example" }) == """
                Date,From,To,Duration,Rate,User,Email,Customer,Project,Activity,Description,Exported,Tags\r
                2026-11-05,21:30:00,00:40:05,9605,358.63,jana,jana@lotse.example,ACME Handels GmbH,acme-2026,question,\
                Fragen zum Shop,0,s1\r

                """
        )
    }

    @Test("a calendar has an event for each session, its texts escaped")
    func calendar() throws {
        let text = ServiceRow.calendar(try Self.rows(summary: "a;b,c\\d\r\ne\u{7}f"))
        let lines = text.replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
        #expect(lines.first == "BEGIN:VCALENDAR" && lines.last == "END:VCALENDAR")
        for line in [
            "UID:s1@acme-2026.lotse.invalid", "DTSTAMP:20261105T234005Z", "DTSTART:20261105T203000Z",
            "DTEND:20261105T234005Z", #"SUMMARY:ACME Handels GmbH: a\;b\,c\\d\nef"#,
            #"DESCRIPTION:a\;b\,c\\d\nef\nquestion\, jana\, s1\n2h40m5s connected\, 2h41m billed\n358.63 EUR net"#,
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test("an event that takes no time has no end")
    func emptyEvent() throws {
        var row = try #require(try Self.rows().first)
        row.endedAt = row.startedAt
        #expect(!ServiceRow.calendar([row]).contains("DTEND"))
    }

    @Test("lines fold at 75 octets and never within a character")
    func folding() throws {
        for text in ["a", "ä", "€", "😀", "a€", "👩‍👩‍👧"].map({ String(repeating: $0, count: 90) }) {
            let folded = ICalendarText.folded(text)
            let lines = folded.split(separator: "\r\n").map { Array($0.utf8) }
            #expect(lines.allSatisfy { $0.count <= 75 && String(validating: $0, as: UTF8.self) != nil })
            #expect(lines.dropFirst().allSatisfy { $0.first == 0x20 })
            // A line that folds is as full as its next character allows.
            #expect(lines.dropLast().allSatisfy { $0.count > 71 })
            #expect(lines.dropFirst().reduce(lines[0]) { $0 + $1.dropFirst() } == Array(text.utf8))
        }
        #expect(ICalendarText.folded(String(repeating: "x", count: 75)).utf8.count == 75)
        #expect(ICalendarText.folded(String(repeating: "x", count: 76)) == String(repeating: "x", count: 75) + "\r\n x")
    }
}
