import Contracts
import Testing

@testable import Invoicing

@Suite("Storni") struct CancellationTests {
    @Test("a Storno mirrors every line and sum of its original and refers to it")
    func mirrors() throws {
        for (name, original) in try InvoiceSamples.all() where original.kind == .invoice && !original.isDraft {
            let storno = try Sample.storno(original)
            #expect(storno.lines == original.lines && storno.groups == original.groups, "\(name)")
            #expect(storno.grossCents == original.grossCents, "\(name)")
            #expect(storno.bookedGrossCents + original.bookedGrossCents == 0, "\(name)")
            #expect(storno.original?.number == original.number, "\(name)")
            #expect(storno.original?.issueDate == original.issueDate, "\(name)")
            #expect(storno.number != original.number && storno.dueDate == nil, "\(name)")
        }
    }

    @Test("it is a CreditNote of type 381, called Stornorechnung and never Gutschrift")
    func document() throws {
        let text = String(decoding: try XRechnung.bytes(Sample.storno(Sample.invoice())), as: UTF8.self)
        for part in [
            "<CreditNote ", "<cbc:CreditNoteTypeCode>381<", "<cac:CreditNoteLine>", "<cbc:CreditedQuantity ",
            "Stornorechnung zur Rechnung 2026-0001 vom 01.12.2026", "Falsche Anschrift",
            "<cbc:ID>2026-0001</cbc:ID>",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("Gutschrift") && !text.contains("InvoiceLine") && !text.contains(">-"))
    }

    @Test("Storni, dry runs, earlier days and the original's own number are refused")
    func refused() throws {
        let invoice = try Sample.invoice()
        let storno = try Sample.storno(invoice)
        let draft = try Sample.invoice(number: "DRAFT-acme-2026-11")
        let (before, after) = (try Sample.date("2026-11-30"), try Sample.date("2026-12-02"))
        #expect(kind { _ = try storno.cancelled(number: "x", issueDate: after) } == .badCancellation)
        #expect(kind { _ = try draft.cancelled(number: "x", issueDate: after) } == .badCancellation)
        #expect(kind { _ = try invoice.cancelled(number: "x", issueDate: before) } == .badCancellation)
        #expect(kind { _ = try invoice.cancelled(number: "2026-0001", issueDate: after) } == .badCancellation)
    }
}
