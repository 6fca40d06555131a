import Contracts
import Testing

@testable import Invoicing

@Suite("Checking an invoice") struct InvoiceCheckTests {
    private func changed(_ invoice: Invoice, _ old: String, _ new: String) throws -> ParsedInvoice {
        var text = String(decoding: try XRechnung.bytes(invoice), as: UTF8.self)
        text.replaceSubrange(try #require(text.firstRange(of: old), "\(old)"), with: new)
        return try ParsedInvoice(Array(text.utf8))
    }

    @Test("nothing is found in what the program writes, and no difference from what it computed")
    func clean() throws {
        for (name, invoice) in try InvoiceSamples.all() {
            let parsed = try ParsedInvoice(XRechnung.bytes(invoice))
            #expect(InvoiceCheck.findings(in: parsed).map(\.description) == [], "\(name)")
            #expect(InvoiceCheck.differences(parsed, from: invoice).map(\.description) == [], "\(name)")
        }
    }

    @Test("any cent, quantity, price or percentage that is changed alone is found in the file itself")
    func everyFigure() throws {
        let names = [
            "LineExtensionAmount", "TaxAmount", "TaxableAmount", "TaxExclusiveAmount", "TaxInclusiveAmount",
            "PayableAmount",
            "InvoicedQuantity", "CreditedQuantity", "PriceAmount", "BaseQuantity", "Percent",
        ]
        var count = 0
        // The long one has nothing that the others have not, and a thousand figures.
        for (name, invoice) in try InvoiceSamples.all() where name != "long" {
            let bytes = try XRechnung.bytes(invoice)
            let lines = bytes.split(separator: 0x0A)
            for (index, line) in lines.enumerated() {
                let text = String(decoding: line, as: UTF8.self)
                guard names.contains(where: { text.contains("<cbc:\($0)") }), let start = line.firstIndex(of: 0x3E)
                else {
                    continue
                }
                var altered = lines
                // The first digit, since the last of a price may be too small to change a cent.
                let digit = line[start...].firstIndex { (0x30...0x39).contains($0) } ?? start
                altered[index][digit] = altered[index][digit] == 0x39 ? 0x38 : altered[index][digit] + 1
                guard let parsed = try? ParsedInvoice(Array(altered.joined(separator: [0x0A])) + [0x0A]) else {
                    continue
                }
                count += 1
                #expect(!InvoiceCheck.findings(in: parsed).isEmpty, "\(name): \(text)")
                #expect(!InvoiceCheck.differences(parsed, from: invoice).isEmpty, "\(name): \(text)")
            }
        }
        #expect(count > 500)
    }

    @Test("a difference is named by its place, with both amounts")
    func named() throws {
        let invoice = try Sample.invoice()
        let line = try changed(invoice, ">91.83<", ">91.84<")
        #expect(
            InvoiceCheck.findings(in: line).map(\.description).contains(
                "line 3: says 91.84, but 58 MIN at 95.00 for 60 gives 91.83"
            )
        )
        #expect(
            InvoiceCheck.differences(line, from: invoice).map(\.description) == [
                "line 3: net is \"91.84\", not \"91.83\""
            ]
        )
        let percent = try changed(invoice, "<cbc:Value>50</cbc:Value>", "<cbc:Value>60</cbc:Value>")
        #expect(
            InvoiceCheck.findings(in: percent).map(\.description) == [
                "line 5: has the price 47.50, but 60 % of 95.00 gives 57.00"
            ]
        )
    }

    @Test(
        "every text that is changed differs from what was expected",
        arguments: [
            ("2026-0001", "2026-0002"), ("4711", "4712"), ("DE02120300000000202051", "DE02120300000000202052"),
            ("ACME", "ACNE"), ("Jana Lotse IT", "Jane Lotse IT"), ("2026-12-15", "2026-12-16"),
            ("2026-11-30", "2026-11-29"),
            ("Fragen", "Klagen"), (">question<", ">questiom<"), ("acme-2026<", "acme-2027<"),
            ("DE136695976", "DE136695977"),
            ("BYLADEM1001", "BYLADEM1002"), ("Zahlbar", "Zahlbat"), (">s2<", ">s1<"), (">time<", ">warranty<"),
        ]
    )
    func texts(old: String, new: String) throws {
        let invoice = try Sample.invoice()
        #expect(!InvoiceCheck.differences(try changed(invoice, old, new), from: invoice).isEmpty)
    }

    @Test("lines that are missing, added or in another order are named")
    func lines() throws {
        let invoice = try Sample.invoice()
        var parsed = try ParsedInvoice(XRechnung.bytes(invoice))
        let last = try #require(parsed.lines.last)
        parsed.lines.removeLast()
        #expect(InvoiceCheck.differences(parsed, from: invoice).contains { $0.place == "line 7" })
        #expect(InvoiceCheck.findings(in: parsed).contains { $0.place == "session s4" })
        parsed.lines += [last, last]
        #expect(InvoiceCheck.findings(in: parsed).map(\.place).contains("line 7"))
        parsed.lines = []
        #expect(InvoiceCheck.findings(in: parsed).contains { $0.sentence == "has no line" })
    }

    @Test("a proof of service that tells of other cents, seconds or sessions than the lines is named")
    func proof() throws {
        let invoice = try Sample.invoice()
        let original = try ParsedInvoice(XRechnung.bytes(invoice))
        func findings(_ edit: (inout [ServiceRow]) -> Void) -> [String] {
            var (parsed, rows) = (original, invoice.proof)
            edit(&rows)
            parsed.proof = Array(ServiceRow.csv(rows).utf8)
            #expect(!InvoiceCheck.differences(parsed, from: invoice).isEmpty)
            return InvoiceCheck.findings(in: parsed).map(\.description)
        }
        #expect(findings { $0[1].netCents += 1 } == ["session s2: says 129.05, but adding its lines gives 129.04"])
        #expect(findings { $0[1].billedSeconds -= 60 } == ["session s2: has 4560 s billed, but lines of 4620 s"])
        #expect(findings { $0.removeLast() } == ["line 7: bills session s4, which the proof of service does not show"])
        #expect(findings { $0.append($0[0]) } == ["proof of service: is not a table of this program"])
        var parsed = original
        parsed.proof = nil
        #expect(InvoiceCheck.findings(in: parsed).map(\.description) == ["proof of service: is missing"])
        for bytes in [[], [0xFF], Array("a,b\r\n".utf8), Array("\"".utf8)] {
            parsed.proof = bytes
            #expect(InvoiceCheck.findings(in: parsed).count == 1)
        }
    }

    @Test("a session that its receipt tells otherwise is named, one without a receipt is not")
    func receipts() throws {
        let parsed = try ParsedInvoice(XRechnung.bytes(Sample.invoice()))
        let sessions = try #require(parsed.sessions)
        #expect(sessions.map(\.session) == ["s1", "s2", "s3", "s4"])
        #expect(sessions.map(\.quotaSeconds) == [2460, 1140, 0, 0])
        #expect(InvoiceCheck.differences(parsed, fromReceipts: sessions).isEmpty)
        var receipt = sessions[1]
        receipt.rawSeconds -= 1
        receipt.billedSeconds -= 60
        receipt.quotaSeconds += 60
        receipt.netCents -= 158
        #expect(
            InvoiceCheck.differences(parsed, fromReceipts: [receipt]).map(\.description) == [
                "session s2: has 4620 s connected, but its receipt 4619 s",
                "session s2: has 4620 s billed, but its receipt 4560 s",
                "session s2: has 1140 s from the quota, but its receipt 1200 s",
                "session s2: says 129.04, but its receipt gives 127.46",
            ]
        )
        receipt.session = "s9"
        #expect(InvoiceCheck.differences(parsed, fromReceipts: [receipt]).isEmpty)
    }

    @Test("the law's words, and a Storno's original, must be there")
    func words() throws {
        let reverse = try Sample.invoice(InvoiceSamples.reverseCharge)
        let mute = try changed(reverse, "Steuerschuldnerschaft des Leistungsempfängers", "Keine Steuer")
        #expect(InvoiceCheck.findings(in: mute).map(\.place) == ["VAT AE 0 %"])
        var storno = try ParsedInvoice(XRechnung.bytes(Sample.storno(reverse)))
        storno.original = nil
        #expect(InvoiceCheck.findings(in: storno).map(\.place) == ["original"])
        var twice = try ParsedInvoice(XRechnung.bytes(reverse))
        twice.groups += twice.groups
        #expect(InvoiceCheck.findings(in: twice).contains { $0.sentence.contains("stands 2 times") })
    }

    @Test("a defect that has a price is named, however little it costs")
    func warrantyPrice() throws {
        var parsed = try ParsedInvoice(XRechnung.bytes(InvoiceSamples.warranty()))
        parsed.lines[0].price = UnitPrice(cents: 0)
        #expect(InvoiceCheck.findings(in: parsed).isEmpty)
        // Half an hour at 0.0001 is 0.00.
        parsed.lines[0].price = UnitPrice(units: 1, decimals: 4)
        #expect(InvoiceCheck.findings(in: parsed).map(\.description) == ["line 1: charges 0.0001 an hour for a defect"])
    }

    @Test("numbers at the end of their range are found, and never trap")
    func extremes() throws {
        var parsed = try ParsedInvoice(XRechnung.bytes(Sample.invoice()))
        parsed.lines[0].netCents = .max
        parsed.lines[1].netCents = .max
        parsed.lines[2].quantity = 999_999_999_999_999_999
        #expect(!InvoiceCheck.findings(in: parsed).isEmpty)
        parsed.lines[2].baseQuantity = 0
        parsed.lines[2].quantity = .min
        #expect(!InvoiceCheck.findings(in: parsed).isEmpty)
    }
}
