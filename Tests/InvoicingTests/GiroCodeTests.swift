import QRCodes
import Testing

@testable import Invoicing

@Suite("GiroCode") struct GiroCodeTests {
    @Test("the payload is that of EPC069-12, line by line")
    func payload() throws {
        #expect(
            GiroCode.payload(try Sample.invoice()) == """
                BCD
                002
                1
                SCT
                BYLADEM1001
                Jana Lotse IT-Service
                DE02120300000000202051
                EUR510.56


                2026-0001
                """
        )
    }

    @Test("without a BIC its line is empty; a name is cut at 70 characters and stays on its line")
    func variants() throws {
        var invoice = try Sample.invoice()
        invoice.seller.bic = nil
        invoice.seller.name = "Zeile\nEUR1.00 " + String(repeating: "ä", count: 80)
        let lines = try #require(GiroCode.payload(invoice)).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 11)
        #expect(lines[4] == "")
        #expect(lines[5] == "Zeile EUR1.00 " + String(repeating: "ä", count: 56))
    }

    @Test("there is none for a Storno, a dry run, 0.00, another currency and more than banks transfer")
    func none() throws {
        var invoice = try Sample.invoice()
        #expect(GiroCode.payload(try Sample.storno(invoice)) == nil)
        #expect(GiroCode.payload(try Sample.invoice(number: "DRAFT-x")) == nil)
        #expect(GiroCode.payload(try InvoiceSamples.warranty()) == nil)
        invoice.currency = "CHF"
        #expect(GiroCode.payload(invoice) == nil)
        invoice.currency = "EUR"
        invoice.grossCents = 99_999_999_999
        #expect(GiroCode.payload(invoice)?.contains("EUR999999999.99") == true)
        invoice.grossCents += 1
        #expect(GiroCode.payload(invoice) == nil)
    }

    @Test("the code is a QR code: three finders, timing lines between them, a quiet zone around")
    func matrix() throws {
        let matrix = try #require(QRMatrix.encode(Array("Lotse".utf8), mostVersion: 13))
        #expect(matrix.size == 21)
        for (top, left) in [(0, 0), (0, 14), (14, 0)] {
            for row in 0..<7 {
                for column in 0..<7 {
                    let ring = min(row, column, 6 - row, 6 - column)
                    #expect(matrix.isDark(row: top + row, column: left + column) == (ring != 1))
                }
            }
        }
        for place in 8...12 {
            #expect(matrix.isDark(row: 6, column: place) == place.isMultiple(of: 2))
            #expect(matrix.isDark(row: place, column: 6) == place.isMultiple(of: 2))
        }
        #expect(!matrix.isDark(row: -1, column: 0) && !matrix.isDark(row: 0, column: 21))
        #expect(matrix.svg(title: "<x>").text.contains("viewBox=\"0 0 29 29\""))
        #expect(matrix.svg(title: "<x>").text.contains("<title>&lt;x&gt;</title>"))
    }

    @Test("what needs a larger code than banks read has none")
    func tooLarge() {
        #expect(QRMatrix.encode([UInt8](repeating: 0x61, count: 331), mostVersion: 13)?.size == 69)
        #expect(QRMatrix.encode([UInt8](repeating: 0x61, count: 332), mostVersion: 13) == nil)
        #expect(QRMatrix.encode([UInt8](repeating: 0x61, count: 5000), mostVersion: 40) == nil)
        #expect(QRMatrix.encode([], mostVersion: 13) == nil)
        #expect(QRMatrix(size: 2, modules: [true, false, true]) == nil)
        #expect(QRMatrix(size: .max, modules: []) == nil)
    }
}
