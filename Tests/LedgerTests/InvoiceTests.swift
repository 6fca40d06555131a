import Testing

@testable import Ledger

@Suite("Invoices in the ledger")
struct InvoiceTests {
    private struct Broken: Error {}

    private func seeded() async throws -> (Ledger, Fixture) {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        return (ledger, fixture)
    }

    private func kind(_ body: () async throws -> some Sendable) async -> LedgerError.Kind? {
        do {
            _ = try await body()
            return nil
        } catch { return (error as? LedgerError)?.kind }
    }

    @Test("a month is issued once: a second call gives the same bytes and uses up no number")
    func once() async throws {
        let (ledger, fixture) = try await seeded()
        let first = try await ledger.issue("2026-10")
        #expect(try await ledger.issue("2026-10") == first)
        #expect(try await ledger.issue("2026-11").number == "2026-2")
        #expect(try await ledger.invoices().map(\.number) == ["2026-1", "2026-2"])
        #expect(try await ledger.invoice("2026-1")?.invoice.xml == "invoice 1")
        try await ledger.close()
        #expect(try fixture.verify().ok)
    }

    @Test("many calls at once issue one invoice")
    func atOnce() async throws {
        let (ledger, _) = try await seeded()
        let numbers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<30 { group.addTask { try await ledger.issue("2026-10").number } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(numbers == ["2026-1"])
        #expect(try await ledger.invoices().count == 1)
    }

    @Test("an invoice that cannot be made uses up no number, and leaves nothing behind")
    func broken() async throws {
        let (ledger, _) = try await seeded()
        await #expect(throws: Broken.self) {
            try await ledger.issueInvoice(contract: "acme", months: "2026-10"..."2026-10", sequenceKey: "2026") { _ in
                throw Broken()
            }
        }
        #expect(try await ledger.invoices().isEmpty)
        #expect(try await ledger.issue("2026-10").number == "2026-1")
    }

    @Test("after a Storno the month is issued anew; Storni share the sequence, and none is cancelled")
    func storno() async throws {
        let (ledger, fixture) = try await seeded()
        let first = try await ledger.issue("2026-10")
        func cancel(_ number: String) async throws -> InvoiceRecord {
            try await ledger.cancelInvoice(number, sequenceKey: "2026") { ("2026-\($0)", $1.invoice) }
        }
        let storno = try await cancel(first.number)
        #expect(storno.number == "2026-2" && storno.cancels == "2026-1")
        #expect(try await cancel(first.number) == storno)
        #expect(await kind { try await cancel(storno.number) } == .conflict)
        #expect(await kind { try await cancel("none") } == .notFound)
        #expect(try await ledger.invoice("2026-1")?.cancelledBy == "2026-2")
        #expect(try await ledger.issue("2026-10").number == "2026-3")
        try await ledger.close()
        #expect(try fixture.verify().ok)
    }

    @Test("a month that waited stands on one invoice with the later one, and on no other")
    func months() async throws {
        let (ledger, _) = try await seeded()
        let both = try await ledger.issue("2026-11", from: "2026-10")
        #expect(both.firstMonth == "2026-10" && both.month == "2026-11")
        #expect(await kind { try await ledger.issue("2026-10") } == .exists)
        #expect(await kind { try await ledger.issue("2026-12", from: "2026-11") } == .exists)
        #expect(try await ledger.issue("2026-12").number == "2026-2")
    }

    @Test("numbers count within their key, and none is given twice although the pattern would")
    func numbers() async throws {
        let (ledger, _) = try await seeded()
        _ = try await ledger.issue("2026-12")
        let next = try await ledger.issueInvoice(contract: "acme", months: "2027-01"..."2027-01", sequenceKey: "2027") {
            ("2027-\($0)", Ledger.document("x"))
        }
        #expect(next.number == "2027-1")
        let same = await kind {
            try await ledger.issueInvoice(contract: "acme", months: "2027-02"..."2027-02", sequenceKey: "other") {
                ("2027-\($0)", Ledger.document("x"))
            }
        }
        #expect(same == .conflict)
    }

    @Test(
        "numbers go on after those that were given elsewhere, and a mistake is mended until an invoice has followed it"
    )
    func continued() async throws {
        let (ledger, fixture) = try await seeded()
        func after(_ sequence: Int64, _ key: String = "2026") async throws {
            try await ledger.continueNumbers(after: sequence, sequenceKey: key, by: "anna")
        }
        try await after(430)
        try await after(0)
        #expect(try await ledger.nextInvoice(sequenceKey: "2026") == 1)
        try await after(43)
        let count = try await ledger.head().count
        try await after(43)
        #expect(try await ledger.head().count == count)
        #expect(try await ledger.nextInvoice(sequenceKey: "2026") == 44)
        #expect(try await ledger.nextInvoice(sequenceKey: "2027") == 1)
        #expect(try await ledger.issue("2026-10").number == "2026-44")
        #expect(await kind { try await after(43) } == .conflict)
        try await after(44)
        #expect(try await ledger.issue("2026-11").number == "2026-45")
        try await after(60)
        #expect(try await ledger.issue("2026-12").number == "2026-61")
        for wrong: Int64 in [-1, 1_000_000_000, .max] {
            #expect(await kind { try await after(wrong, "new") } == .invalid)
        }
        try await ledger.close()
        #expect(try fixture.verify().ok)
    }

    @Test("the day of payment is the last that was said, and nothing is paid on a Storno or what it took back")
    func paid() async throws {
        let (ledger, _) = try await seeded()
        let invoice = try await ledger.issue("2026-10")
        #expect(try await ledger.payInvoice(invoice.number, on: "2026-12-01").paidOn == "2026-12-01")
        #expect(try await ledger.payInvoice(invoice.number, on: "2026-12-02").paidOn == "2026-12-02")
        let storno = try await ledger.cancelInvoice(invoice.number, sequenceKey: "2026") { ("2026-\($0)", $1.invoice) }
        #expect(await kind { try await ledger.payInvoice(invoice.number, on: "2026-12-03") } == .conflict)
        #expect(await kind { try await ledger.payInvoice(storno.number, on: "2026-12-03") } == .conflict)
    }
}
