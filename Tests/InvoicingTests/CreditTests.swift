import Billing
import Contracts
import QRCodes
import Testing

@testable import Invoicing

@Suite("Sessions that are given back") struct CreditTests {
    private func xml(_ invoice: Invoice) throws -> String {
        String(decoding: try XRechnung.bytes(invoice), as: UTF8.self)
    }

    private func page(_ invoice: Invoice) throws -> String {
        try InvoicePage.html(invoice, zone: Sample.berlin, qrCode: QRMatrix.encode)
    }

    private func changed(_ invoice: Invoice, _ old: String, _ new: String) throws -> [String] {
        var text = try xml(invoice)
        text.replaceSubrange(try #require(text.firstRange(of: old), "\(old)"), with: new)
        return InvoiceCheck.findings(in: try ParsedInvoice(Array(text.utf8))).map(\.description)
    }

    @Test("each line of the session stands on the invoice again, with a negative quantity at the same price")
    func mirrored() throws {
        let november = try Sample.invoice()
        let december = try CreditSamples.later()
        let billed = november.lines.filter { $0.session == "s2" }
        let back = december.lines.filter { $0.credit != nil }
        #expect(back.map(\.quantity) == billed.map { -$0.quantity })
        #expect(back.map(\.netCents) == billed.map { -$0.netCents })
        #expect(back.map(\.price) == billed.map(\.price) && back.map(\.vat) == billed.map(\.vat))
        #expect(back.map(\.session) == billed.map(\.session))
        #expect(back.first?.text == "Zurückgegeben: question")
        let detail = try #require(back.first?.detail)
        #expect(detail.contains("zurückgegeben am 08.12.2026, berechnet mit Rechnung 2026-0007 vom 01.12.2026"))
        #expect(detail.hasSuffix("Der Fehler kam wieder"))
        #expect(december.netCents == 25_000 - billed.map(\.netCents).reduce(0, +))
    }

    @Test("the file names what is given back and refers to the invoice that had billed it, once")
    func references() throws {
        let text = try xml(CreditSamples.later())
        #expect(text.components(separatedBy: "<cac:BillingReference>").count == 2)
        for part in [
            "<cbc:ID>2026-0007</cbc:ID>", "<cbc:InvoiceTypeCode>380<", "<cbc:Name>credit</cbc:Name>",
            "<cbc:Value>returned</cbc:Value>", "<cbc:Name>creditedInvoice</cbc:Name>",
        ] { #expect(text.contains(part), "\(part)") }
        #expect(!text.contains("Gutschrift"))
        let parsed = try ParsedInvoice(XRechnung.bytes(CreditSamples.later()))
        #expect(parsed.corrected == [CreditSamples.original] && parsed.original == nil)
        #expect(try !xml(CreditSamples.sameMonth()).contains("BillingReference"))
        let storno = try ParsedInvoice(XRechnung.bytes(Sample.storno(CreditSamples.negative())))
        #expect(storno.original?.number == "2026-0042" && storno.corrected == [CreditSamples.original])
    }

    @Test("as warranty the time stays on the invoice, at 0.00")
    func warranty() throws {
        let invoice = try CreditSamples.later(asWarranty: true)
        let back = invoice.lines.filter { $0.credit?.kind == .warranty }
        let kept = try #require(back.last)
        #expect((kept.kind, kept.quantity, kept.netCents) == (.warranty, 77, 0))
        #expect(try invoice.netCents == CreditSamples.later().netCents)
        #expect(try page(invoice).contains("am 08.12.2026 als Gewährleistung anerkannt"))
    }

    @Test("the proof has a row that says what changes, why, and which invoice had billed it")
    func proof() throws {
        let invoice = try CreditSamples.later()
        let row = try #require(invoice.proof.first)
        #expect((row.rawSeconds, row.billedSeconds, row.quotaSeconds) == (0, -4620, -1140))
        let csv = ServiceRow.csv(invoice.proof)
        #expect(csv.hasPrefix(ServiceRow.columns.joined(separator: ",") + ",credit,creditReason,creditedInvoice\r\n"))
        #expect(csv.contains(",signed,returned,Der Fehler kam wieder,2026-0007\r\n"))
        #expect(!ServiceRow.csv(try Sample.invoice().proof).contains("credit"))
        let both = try ParsedInvoice(XRechnung.bytes(CreditSamples.sameMonth()))
        #expect(both.sessions?.map(\.session) == ["s1", "s2"] && both.credits?.map(\.session) == ["s1"])
    }

    @Test("content without a row for what is given back, or with another's figures, is refused")
    func badProof() throws {
        let contract = Sample.contract()
        let credit = try CreditSamples.credit("s2", "2026-12-08T09:00:00Z")
        let months = try CreditSamples.statements(contract, Sample.november(), [credit], until: "2027-01")
        #expect(kind { _ = try InvoiceContent(statements: [months[1]], rows: []) } == .badProof)
        var rows = CreditSamples.rows([months[1]], contract, nil)
        rows[0].netCents += 1
        #expect(kind { _ = try InvoiceContent(statements: [months[1]], rows: rows) } == .badProof)
        rows = CreditSamples.rows([months[1]], contract, nil)
        rows[0].credit = nil
        #expect(kind { _ = try InvoiceContent(statements: [months[1]], rows: rows) } == .badProof)
    }

    @Test("where more is given back than billed it stays an invoice: negative sums, nothing to pay, no due date")
    func negative() throws {
        let invoice = try CreditSamples.negative()
        #expect(invoice.kind == .invoice && invoice.netCents == -15_913 && invoice.vatCents == -3023)
        #expect(invoice.dueDate == nil)
        let text = try xml(invoice)
        #expect(text.contains("<cbc:InvoiceTypeCode>380<") && text.contains(">-189.36</cbc:PayableAmount>"))
        #expect(text.contains("189,36\u{A0}€ zu Ihren Gunsten wird erstattet oder verrechnet"))
        #expect(try !page(invoice).contains("GiroCode"))
        #expect(invoice.bookedGrossCents == -18_936)
        #expect(try Sample.storno(invoice).bookedGrossCents == 18_936)
        #expect(try CreditSamples.sameMonth(sessions: 1).grossCents == 0)
    }

    @Test("a consumer's page shows what is given back gross, and its lines add up to the total")
    func consumer() throws {
        let contract = InvoiceSamples.consumer
        let credit = try CreditSamples.credit("s2", "2026-12-08T09:00:00Z")
        let months = try CreditSamples.statements(contract, Sample.november(), [credit], until: "2027-01")
        let content = try CreditSamples.content([months[1]], contract, CreditSamples.original)
        let invoice = try InvoiceSamples.invoice(content, contract)
        let amounts = try ShownAmounts(invoice)
        #expect(amounts.isGross && amounts.lines.reduce(0, +) == invoice.grossCents)
        #expect(amounts.lines.filter { $0 < 0 }.count == 2)
    }

    @Test("what was reverse charge is given back as that, although the client has moved home since")
    func moved() throws {
        let abroad = InvoiceSamples.reverseCharge
        var home = Sample.contract()
        home.validFrom = try Sample.date("2026-12-01")
        let history = try ContractHistory([
            ContractVersion(number: 1, contract: abroad, zone: Sample.berlin),
            ContractVersion(number: 2, contract: home, zone: Sample.berlin),
        ])
        var session = try Sample.session("s1", "2026-11-03T09:00:00Z", "2026-11-03T10:40:00Z", "extra")
        session.settled = 1
        let credit = try CreditSamples.credit("s1", "2026-12-08T09:00:00Z")
        var account = try Account(history: history, postings: [.session(session), credit])
        try account.advance(to: try #require(LocalMonth("2027-01")))
        let december = [account.closed[1]]
        let invoice = try InvoiceSamples.invoice(CreditSamples.content(december, home, nil), home)
        #expect(invoice.groups.map(\.vat.category) == [.reverseCharge] && invoice.vatCents == 0)
        var unknown = home
        unknown.client.vatId = nil
        #expect(
            kind { _ = try InvoiceSamples.invoice(CreditSamples.content(december, unknown, nil), unknown) }
                == .incomplete
        )
    }

    @Test("a booking of more given back than billed stands in credit")
    func booking() throws {
        let month = try #require(LocalMonth("2026-12"))
        let bytes = try DATEVBatch.bytes(
            [CreditSamples.negative()],
            month: month,
            supplier: Sample.supplier,
            createdAt: Sample.instant("2026-12-31T10:00:00Z")
        )
        let rows = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(rows[2].hasPrefix("189,36;\"H\""))
    }

    @Test("a file whose credit was touched is found out")
    func found() throws {
        let later = try CreditSamples.later()
        #expect(
            try changed(later, "<cbc:Value>returned<", "<cbc:Value>warranty<").contains {
                $0.contains("returned on one line")
            }
        )
        #expect(
            try changed(later, "<cbc:Value>2026-0007<", "<cbc:Value>2026-0008<").contains { $0.contains("correct") }
        )
        let same = try CreditSamples.sameMonth()
        var other = same
        other.proof[2].quotaSeconds = 60
        let parsed = try ParsedInvoice(XRechnung.bytes(other))
        #expect(InvoiceCheck.findings(in: parsed).map(\.description).contains { $0.contains("s of quota back") })
        var bills = later
        let index = try #require(bills.lines.firstIndex { $0.credit != nil })
        bills.lines[index].quantity *= -1
        bills.lines[index].netCents *= -1
        let positive = try ParsedInvoice(XRechnung.bytes(bills))
        #expect(InvoiceCheck.findings(in: positive).map(\.description).contains { $0.contains("and bills it") })
        var none = later
        none.proof = []
        let silent = try ParsedInvoice(XRechnung.bytes(none))
        #expect(InvoiceCheck.findings(in: silent).map(\.description) == ["proof of service: is missing"])
    }

    @Test("it explains itself: the decision, the mirror, and how the session had been billed")
    func explained() throws {
        let contract = Sample.contract(retainer: Sample.retainer)
        let credit = try CreditSamples.credit("s2", "2026-12-08T09:00:00Z")
        let months = try CreditSamples.statements(contract, Sample.november(), [credit], until: "2027-01")
        let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin)
        let text = try Explanation(
            CreditSamples.later(),
            bills: months.flatMap(\.sessions),
            credits: months.flatMap(\.credits),
            versions: [version]
        ).text
        for part in [
            "session s2 given back on 2026-12-08: Der Fehler kam wieder", "invoice 2026-0007 of 2026-12-01",
            "included time: 0:19:00 come back as a lot of 2026-12", "2026-11-05 21:30:00  started",
            "-3480 s x 95.00 per hour / 3600 = -91.83",
        ] { #expect(text.contains(part), "\(part)\n\(text)") }
        #expect {
            try Explanation(CreditSamples.later(), bills: months.flatMap(\.sessions), versions: [version])
        } throws: { "\($0)".contains("is not what the ledger says of session s2") }
    }

    @Test("what the client gets back waits like what they would pay, and no longer")
    func rollover() throws {
        func decide(_ cents: Int64) -> Rollover {
            Rollover.decide(
                netCents: cents,
                smallestInvoiceCents: 2000,
                monthsWaiting: 0,
                isYearEnd: false,
                isContractEnd: false,
                isReverseCharge: false
            )
        }
        #expect(decide(-1999) == .wait && decide(-2000) == .issue(.large) && decide(.min) == .issue(.large))
    }

    @Test("work that was written down later says so on line, proof and page")
    func recorded() throws {
        let invoice = try InvoiceSamples.recorded()
        #expect(invoice.lines[0].detail == "20.11.2026 09:00–09:30 (nachgetragen): Fragen zum Shop")
        #expect(ServiceRow.csv(invoice.proof).contains(",recorded\r\n"))
        #expect(try page(invoice).contains("nachgetragen"))
    }
}
