import Billing
import Contracts
import Testing

@testable import Invoicing

@Suite("Booking batches for DATEV") struct DATEVTests {
    private func batch(
        _ invoices: [Invoice],
        month: String = "2026-12",
        supplier: Supplier = Sample.supplier
    ) throws -> [[String]] {
        let bytes = try DATEVBatch.bytes(
            invoices,
            month: try #require(LocalMonth(month)),
            supplier: supplier,
            createdAt: try Sample.instant("2027-01-02T08:09:10Z")
        )
        let text = String(decoding: bytes.map { UInt16($0) }, as: UTF16.self)
        #expect(text.hasSuffix("\r\n"))
        return text.split(separator: "\r\n").map { line in
            line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("the head is that of EXTF 700, category 21, version 13")
    func head() throws {
        let rows = try batch([])
        #expect(
            rows[0].joined(separator: ";")
                == #""EXTF";700;21;"Buchungsstapel";13;20270102080910000;;"RE";"";"";1001;1;20260101;4;20261201;"#
                + #"20261231;"Rechnungen 2026-12";"";1;0;0;"EUR";;"";;;"03";;;"";"""#
        )
        #expect(rows.count == 2 && rows[1].count == 125)
        #expect((rows[1][0], rows[1][124]) == ("Umsatz (ohne Soll/Haben-Kz)", "Abw. Skontokonto"))
        #expect(
            (rows[1][113], rows[1][116], rows[1][39]) == (
                "Festschreibung", "Fälligkeit", "EU-Land u. UStID (Bestimmung)"
            )
        )
    }

    @Test("an invoice books receivables to revenue, its Storno the same the other way round")
    func sides() throws {
        let invoice = try Sample.invoice()
        let rows = try batch([invoice, Sample.storno(invoice)])
        #expect(rows.count == 4 && rows[2].count == 125 && rows[3].count == 125)
        func cells(_ row: [String]) -> [String] { [0, 1, 2, 6, 7, 8, 9, 10, 13, 116].map { row[$0] } }
        #expect(
            cells(rows[2]) == [
                "510,56", "\"S\"", "\"EUR\"", "1410", "8400", "\"\"", "0112", "\"2026-0001\"", "\"ACME Handels GmbH\"",
                "15122026",
            ]
        )
        #expect(
            cells(rows[3]) == [
                "510,56", "\"H\"", "\"EUR\"", "1410", "8400", "\"\"", "0212", "\"2026-0099\"",
                "\"Storno 2026-0001, ACME Handels GmbH\"", "",
            ]
        )
    }

    @Test("each VAT group is a booking to its own account; 0.00 is none")
    func groups() throws {
        let rates = try batch([InvoiceSamples.twoRates()])
        #expect(rates.dropFirst(2).map { [$0[0], $0[7]] } == [["266,62", "8400"], ["53,50", "8300"]])
        #expect(try batch([InvoiceSamples.warranty()]).count == 2)
        let reverse = try batch([Sample.invoice(InvoiceSamples.reverseCharge)])[2]
        #expect([reverse[0], reverse[7], reverse[39]] == ["429,04", "8336", "\"ATU12345675\""])
        #expect(try batch([Sample.invoice(InvoiceSamples.outsideScope)])[2][7] == "8338")
        #expect(try batch([InvoiceSamples.smallBusiness(vatId: nil)])[2][7] == "8195")
    }

    @Test("other months and dry runs are left out")
    func months() throws {
        let draft = try Sample.invoice(number: "DRAFT-x")
        #expect(try batch([Sample.invoice(), draft], month: "2026-11").count == 2)
        #expect(try batch([draft]).count == 2)
    }

    @Test("accounts are those of the chart, in its length; an account of the freelancer's own is kept")
    func accounts() {
        let long = DATEVAccounts(revenueAccount: 44_000)
        #expect((long.chart, long.receivables, long.reduced, long.exempt) == ("04", 12_100, 43_000, 41_850))
        #expect((long.reverseCharge, long.outsideScope) == (43_360, 43_380))
        let own = DATEVAccounts(revenueAccount: 8410)
        #expect((own.standard, own.reduced, own.exempt, own.reverseCharge) == (8410, 8410, 8410, 8336))
        let other = DATEVAccounts(revenueAccount: 70_000_000)
        #expect((other.chart, other.outsideScope, other.receivables) == ("", 70_000_000, 14_100_000))
        for account in [Int64.min, -1, 0, 9, .max] {
            #expect(DATEVAccounts(revenueAccount: account).standard == account)
        }
    }

    @Test("text is Windows-1252; quotes are doubled, control characters and unknown letters replaced")
    func text() throws {
        #expect(
            WindowsText.bytes("Müller €–„x“ ÿ") == [
                0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x20, 0x80, 0x96, 0x84, 0x78, 0x93, 0x20, 0xFF,
            ]
        )
        #expect(
            WindowsText.bytes("Łódź Ő ẞ 日\n\u{85}\u{7F}") == Array("L".utf8) + [0xF3] + Array("dz ".utf8) + [0xD6]
                + Array(" SS ?   ".utf8)
        )
        var invoice = try Sample.invoice()
        invoice.buyer.name = "A \"B\"; C\r\n日本 " + String(repeating: "x", count: 80)
        invoice.number = "RE 1.2_ä/3"
        let rows = try DATEVBatch.bytes(
            [invoice],
            month: try #require(LocalMonth("2026-12")),
            supplier: Sample.supplier,
            createdAt: try Sample.instant("2027-01-02T08:09:10Z")
        )
        let text = String(decoding: rows.map { UInt16($0) }, as: UTF16.self)
        #expect(text.contains(";\"A \"\"B\"\"; C ?? \(String(repeating: "x", count: 48))\";"))
        #expect(text.contains(";\"RE-1-2--/3\";"))
        #expect(text.split(separator: "\r\n").count == 3)
    }

    @Test("without the adviser's numbers, and beyond ten digits, there is no batch")
    func refused() throws {
        var supplier = Sample.supplier
        supplier.datev = nil
        #expect(kind { _ = try batch([], supplier: supplier) } == .notExportable)
        var invoice = try Sample.invoice()
        invoice.groups[0].netCents = 999_999_999_999
        invoice.groups[0].vatCents = 0
        #expect(try batch([invoice])[2][0] == "9999999999,99")
        invoice.groups[0].vatCents = 1
        #expect(kind { _ = try batch([invoice]) } == .outOfRange)
        invoice.groups[0].netCents = .max
        #expect(kind { _ = try batch([invoice]) } == .outOfRange)
    }

    @Test("what is given back beyond a group's bills stands on the other side")
    func negative() throws {
        var invoice = try Sample.invoice()
        (invoice.groups[0].netCents, invoice.groups[0].vatCents) = (-100, -19)
        #expect(try Array(batch([invoice])[2][0...1]) == ["1,19", "\"H\""])
        #expect(try Array(batch([Sample.storno(invoice)])[2][0...1]) == ["1,19", "\"S\""])
    }
}
