import Billing
import ContractFiles
import Contracts
import Foundation
import Invoicing
import Ledger
import Receipts
import RelayAPI
import Testing

@testable import Relay

@Suite("From sessions to invoices")
struct InvoiceOfficeTests {
    static let supplier = Supplier(
        name: "Jana Lotse IT-Service",
        contact: "Jana Lotse",
        street: "Deichweg 3",
        postalCode: "20457",
        city: "Hamburg",
        country: "DE",
        phone: "+49 40 5550100",
        email: "jana@lotse.example",
        eInvoiceAddress: ElectronicAddress(scheme: "EM", value: "jana@lotse.example"),
        taxNumber: "22/815/08154",
        timeZone: "Europe/Berlin",
        iban: "DE02120300000000202051"
    )

    private func office(_ stage: DeskStage, supplier: Supplier? = supplier) -> InvoiceOffice {
        InvoiceOffice(
            ledger: stage.ledger,
            accounts: ContractAccounts(ledger: stage.ledger),
            book: stage.desk.settlement.book,
            clock: stage.hands.clock,
            supplier: { SupplierFile(supplier: supplier) }
        )
    }

    /// A session of `seconds`, then the month's end; returns the session and its month.
    private func work(_ stage: DeskStage, seconds: Int64) async throws -> (session: String, month: String) {
        let session = try await stage.session()
        stage.hands.advance(seconds)
        let record = try await stage.desk.end(
            EndRequest(summary: "Cleared the queue"),
            session: session,
            by: stage.jana
        )
        let month = String(try #require(record.endedAt).rfc3339.prefix(7))
        stage.hands.advance(40 * 86_400)
        return (session, month)
    }

    @Test("a month that is over is issued once, says what was signed, and explains itself")
    func issued() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (session, month) = try await work(stage, seconds: 1230)
            let office = office(stage)
            let request = InvoiceRequest(contract: "minute", month: month, isDryRun: false)
            let first = try #require(try await office.invoice(request).invoices.first)
            let before = try await stage.kinds()
            #expect(try await office.invoice(request).invoices == [first])
            #expect(try await stage.kinds() == before)

            let parsed = try ParsedInvoice(Array(first.xml.utf8))
            #expect(InvoiceCheck.findings(in: parsed) == [])
            #expect(parsed.sessions?.map(\.session) == [session])
            #expect(parsed.sessions?.map(\.rawSeconds) == [1230])
            let rows = try await office.services(contract: "minute", month: month)
            #expect(rows.map(\.receipt) == [.consented])
            #expect(rows.map(\.summary) == ["Cleared the queue"])

            let steps = try await office.explain(first.summary.number, line: nil).text
            #expect(steps.contains("session \(session), category"))
            #expect(steps.contains("0:20:30 = 0:20:30 connected"))
            #expect(steps.contains("0:20:30 -> 0:21:00"))
            #expect(steps.contains("-> \(Cents.text(parsed.netCents))"))
            await #expect(throws: Refusal.self) { try await office.explain(first.summary.number, line: "7") }
            await #expect(throws: Refusal.self) { try await office.explain("2000-1", line: nil) }
        }
    }

    @Test("numbers go on after the last of another program; what is no number of this year's pattern is refused")
    func continuedNumbers() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (_, month) = try await work(stage, seconds: 600)
            let office = office(stage)
            let year = String(TimeZoneRules.utc.date(at: try Instant(seconds: stage.hands.clock.wall())).year)
            func after(_ number: String) async throws -> String {
                try await office.continueNumbers(NumbersContinuation(after: number), by: "jana").next
            }
            for wrong in ["43", "\(year)-43", "\(year)-0043 ", "1999-0043", ""] {
                await #expect(throws: Refusal.self) { try await after(wrong) }
            }
            #expect(try await after("\(year)-0043") == "\(year)-0044")
            let issued = try await office.invoice(
                InvoiceRequest(contract: "minute", month: month, isDryRun: false)
            )
            #expect(issued.invoices.first?.summary.number == "\(year)-0044")
            await #expect(throws: LedgerError.self) { try await after("\(year)-0043") }
            #expect(try await stage.ledger.verify().ok)
        }
    }

    @Test("a month that is not over is only shown, and uses up no number")
    func notOver() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(60)
            let record = try await stage.desk.end(EndRequest(summary: "x"), session: session, by: stage.jana)
            let month = String(try #require(record.endedAt).rfc3339.prefix(7))
            let office = office(stage)
            await #expect {
                try await office.invoice(InvoiceRequest(contract: "minute", month: month, isDryRun: false))
            } throws: {
                "\($0)".contains("is not over")
            }
            let draft = try #require(
                try await office.invoice(InvoiceRequest(contract: "minute", month: month, isDryRun: true)).invoices
                    .first
            )
            #expect(draft.summary.number.contains("DRAFT"))
            #expect(try await office.list().isEmpty)
        }
    }

    @Test("without a supplier nothing is issued, and the sentence says what to mend")
    func noSupplier() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (_, month) = try await work(stage, seconds: 60)
            let office = office(stage, supplier: nil)
            await #expect {
                try await office.invoice(InvoiceRequest(contract: "minute", month: month, isDryRun: false))
            } throws: {
                "\($0)".contains("supplier.yaml")
            }
            #expect(try await office.list().isEmpty)
        }
    }

    @Test("a consumer without an electronic address is invoiced by the page alone, and so is the Storno")
    func pageAlone() async throws {
        let business = #"kind: business"#
        let address = #", buyerReference: MK-1, eInvoiceAddress: { scheme: EM, value: mia@klein.example }"#
        let contract = exampleContract.replacing(business, with: "kind: consumer").replacing(address, with: "")
        let stage = try await DeskStage(contract: contract)
        try await stage.with {
            let (session, month) = try await work(stage, seconds: 600)
            var supplier = Self.supplier
            supplier.datev = Supplier.DATEV(consultant: 1001, client: 1, revenueAccount: 8400)
            let office = office(stage, supplier: supplier)
            let request = InvoiceRequest(contract: "minute", month: month, isDryRun: true)
            #expect(try await office.invoice(request).invoices.map(\.xml) == [""])
            let issue = InvoiceRequest(contract: "minute", month: month, isDryRun: false)
            let invoice = try #require(try await office.invoice(issue).invoices.first)
            #expect(invoice.xml.isEmpty)
            #expect(invoice.html.contains(invoice.summary.number))
            #expect(invoice.summary.xmlHash == Digest.sha256([]).hex)
            #expect(try await office.invoice(issue).invoices == [invoice])
            #expect(try await office.show(invoice.summary.number) == invoice)
            #expect(try await office.explain(invoice.summary.number, line: nil).text.contains(session))
            let issued = try #require(try await office.list().first)
            #expect(try await !office.datev(month: String(issued.issueDate.prefix(7))).base64.isEmpty)
            let storno = try await office.cancel(CancelInvoice(number: invoice.summary.number, reason: "wrong street"))
            #expect(storno.xml.isEmpty)
            #expect(storno.html.contains(invoice.summary.number))
            #expect(try await stage.ledger.verify().ok)
        }
    }

    @Test("what was cancelled is issued anew under a number of its own; each Storno explains what it takes back")
    func cancelled() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (session, month) = try await work(stage, seconds: 600)
            let office = office(stage)
            let request = InvoiceRequest(contract: "minute", month: month, isDryRun: false)
            let first = try #require(try await office.invoice(request).invoices.first)
            let cancel = CancelInvoice(number: first.summary.number, reason: "wrong address")
            let storno = try await office.cancel(cancel)
            #expect(try await office.cancel(cancel) == storno)
            let second = try #require(try await office.invoice(request).invoices.first)
            #expect(Set([first, storno, second].map(\.summary.number)).count == 3)
            #expect(try await office.explain(storno.summary.number, line: nil).text.contains(session))
        }
    }

    // MARK: What waits

    private static let waiting =
        exampleContract + "\npayment: { termDays: 14, cycle: monthly, smallestInvoice: \"50.00\" }\n"

    private func invoices(_ stage: DeskStage, _ month: String) async throws -> InvoiceAnswer {
        try await office(stage).invoice(InvoiceRequest(contract: "minute", month: month, isDryRun: false))
    }

    @Test("a month that waited stands on the next invoice, whatever a later version says of small ones")
    func waited() async throws {
        let stage = try await DeskStage(contract: Self.waiting)
        try await stage.with {
            let (first, january) = try await work(stage, seconds: 600)
            #expect(try await invoices(stage, january).invoices.isEmpty)
            try await stage.add(exampleContract.replacing("validFrom: 2026-01-01", with: "validFrom: 2027-02-01"))
            let (second, february) = try await work(stage, seconds: 600)
            let invoice = try #require(try await invoices(stage, february).invoices.first)
            #expect(try ParsedInvoice(Array(invoice.xml.utf8)).sessions?.map(\.session) == [first, second])
        }
    }

    @Test("what is written down in a month after a later one was invoiced is issued by itself, however small")
    func overtaken() async throws {
        let stage = try await DeskStage(contract: Self.waiting)
        try await stage.with {
            stage.hands.advance(20 * 86_400)
            let (_, february) = try await work(stage, seconds: 3000)
            #expect(try await invoices(stage, february).invoices.count == 1)
            _ = try await stage.phone(from: "2027-01-20T10:00", to: "2027-01-20T10:20")
            let invoice = try #require(try await invoices(stage, "2027-01").invoices.first)
            #expect(invoice.summary.netCents == 3000)
        }
    }

    @Test("of a month that needs two invoices the one that was taken back is issued anew, and the other stays")
    func parts() async throws {
        let outside = exampleContract.replacing("vat: { category: S, percent: 19 }", with: "vat: { category: O }")
            .replacing("country: DE", with: "country: CH").replacing(
                "\"10115\", city: Berlin",
                with: "\"8001\", city: Zürich"
            )
        let stage = try await DeskStage()
        try await stage.with {
            let first = try await stage.session()
            stage.hands.advance(600)
            _ = try await stage.desk.end(EndRequest(summary: "inside"), session: first, by: stage.jana)
            try await stage.add(outside.replacing("validFrom: 2026-01-01", with: "validFrom: 2027-01-15"))
            stage.hands.advance(86_400)
            let (_, month) = try await work(stage, seconds: 1200)
            let both = try await invoices(stage, month).invoices
            #expect(both.map(\.summary.netCents) == [1500, 3000])
            let outside = try #require(both.last).summary.number
            _ = try await office(stage).cancel(CancelInvoice(number: outside, reason: "wrong address"))
            let anew = try await invoices(stage, month).invoices
            #expect(anew.map(\.summary.netCents) == [1500, 3000])
            #expect(anew.first == both.first)
            #expect(anew.last?.summary.number != outside)
            #expect(try await invoices(stage, month).invoices.map(\.summary.number) == anew.map(\.summary.number))
        }
    }
}
