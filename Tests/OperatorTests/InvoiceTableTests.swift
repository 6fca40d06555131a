import Operator
import RelayAPI
import Testing

@Suite("What is printed about invoices")
struct InvoiceTableTests {
    private let invoice = InvoiceSummary(
        number: "2026-0007",
        contract: "acme",
        firstMonth: "2026-10",
        month: "2026-10",
        kind: "invoice",
        issueDate: "2026-11-02",
        netCents: 10_000,
        vatCents: 1900,
        grossCents: 11_900,
        currency: "EUR",
        xmlHash: ""
    )

    private var paid: InvoiceSummary {
        var paid = invoice
        paid.paidOn = "2026-11-20"
        return paid
    }

    private func storno(of invoice: InvoiceSummary) -> InvoiceSummary {
        var storno = invoice
        (storno.number, storno.kind, storno.cancels, storno.paidOn) = ("2026-0008", "cancellation", "2026-0007", nil)
        return storno
    }

    @Test("whoever takes a paid invoice back is told what to give back")
    func refund() {
        let text = InvoiceTable.storno(storno(of: paid), of: paid)
        #expect(text.hasPrefix("Stornorechnung 2026-0008 of 2026-0007, acme 2026-10: "))
        #expect(text.contains("\n2026-0007 was paid on 2026-11-20: give 119.00 EUR back, or set it off"))
        #expect(!InvoiceTable.storno(storno(of: invoice), of: invoice).contains("\n"))
    }

    @Test("a day of payment that takes the place of another one says so")
    func payment() {
        #expect(InvoiceTable.payment(paid, before: invoice) == "invoice 2026-0007 was paid on 2026-11-20")
        #expect(InvoiceTable.payment(paid, before: paid) == "invoice 2026-0007 was paid on 2026-11-20")
        var before = paid
        before.paidOn = "2026-11-12"
        #expect(InvoiceTable.payment(paid, before: before).hasSuffix(" (2026-11-12 was written down before)"))
    }

    @Test("the list says of a cancelled invoice that it had been paid")
    func list() {
        var cancelled = paid
        cancelled.cancelledBy = "2026-0008"
        #expect(InvoiceTable.list([cancelled]).contains("paid 2026-11-20, cancelled by 2026-0008"))
        #expect(InvoiceTable.list([invoice]).contains("open"))
    }
}
