import Billing
import Contracts
import Foundation
import Testing

@testable import Invoicing

@Suite("Invoices") struct InvoiceTests {
    @Test("a month's lines, groups and sums to the cent")
    func november() throws {
        let invoice = try Sample.invoice()
        #expect(invoice.lines.map(\.number) == Array(1...7))
        #expect(
            invoice.lines.map(\.text) == [
                "Pauschale 2026-11", "question (im Kontingent)", "question", "question (im Kontingent)",
                "Zuschlag Nacht 50 %", "extra", "defect (Gewährleistung)",
            ]
        )
        #expect(invoice.lines.map(\.quantity) == [1, 41, 58, 19, 47, 25, 30])
        #expect(invoice.lines.map(\.unit) == [.month, .minute, .minute, .minute, .minute, .minute, .minute])
        #expect(
            invoice.lines.map(\.price.description) == ["250.00", "0.00", "95.00", "0.00", "47.50", "120.00", "0.00"]
        )
        #expect(invoice.lines.map(\.netCents) == [25_000, 0, 9183, 0, 3721, 5000, 0])
        #expect(invoice.lines.map(\.seconds) == [0, 2460, 3480, 1140, 2820, 1500, 1800])
        #expect((invoice.netCents, invoice.vatCents, invoice.grossCents) == (42_904, 8152, 51_056))
        #expect(invoice.groups.map(\.netCents) == [42_904])
        #expect((invoice.from.description, invoice.to.description) == ("2026-11-01", "2026-11-30"))
        #expect(invoice.dueDate?.description == "2026-12-15")
        #expect(invoice.lines[2].detail == "05.11.2026 21:30–22:47: Fragen zum Shop")
    }

    @Test("time that is no whole minute is counted in seconds, a surcharge's hourly price is not rounded")
    func seconds() throws {
        let lines = try InvoiceSamples.seconds().lines
        // 2863 s at 95.01; 1063 s of them by night at 12.5 %.
        #expect(lines.map(\.unit) == [.second, .second])
        #expect(lines.map(\.quantity) == [2863, 1063])
        #expect(lines.map(\.price.description) == ["95.01", "11.87625"])
        #expect(lines.map(\.netCents) == [7556, 351])
    }

    @Test("every kind of invoice adds up: lines to groups, groups to totals")
    func sums() throws {
        for (name, invoice) in try InvoiceSamples.all() {
            #expect(invoice.lines.map(\.netCents).reduce(0, +) == invoice.netCents, "\(name)")
            #expect(invoice.groups.map(\.netCents).reduce(0, +) == invoice.netCents, "\(name)")
            #expect(invoice.groups.map(\.vatCents).reduce(0, +) == invoice.vatCents, "\(name)")
            #expect(invoice.netCents + invoice.vatCents == invoice.grossCents, "\(name)")
            for line in invoice.lines {
                let net = try line.price.netCents(quantity: line.quantity, baseQuantity: line.unit.baseQuantity)
                #expect(net == line.netCents, "\(name), line \(line.number)")
            }
        }
    }

    @Test("tax is rounded once for each group, and one invoice may have several")
    func groups() throws {
        let invoice = try InvoiceSamples.twoRates()
        #expect(invoice.groups.map(\.vat.percentBp) == [1900, 700])
        // 41 and 77 minutes at 95.00 and 47 at 47.50; then 25 at 120.00 and the defect.
        #expect(invoice.groups.map(\.netCents) == [6492 + 12_192 + 3721, 5000])
        #expect(invoice.groups.map(\.vatCents) == [4257, 350])
    }

    @Test("an invoice of nothing but a defect is written over 0.00")
    func warranty() throws {
        let invoice = try InvoiceSamples.warranty()
        #expect(invoice.lines.map(\.kind) == [.warranty])
        #expect((invoice.netCents, invoice.vatCents, invoice.grossCents) == (0, 0, 0))
    }

    @Test("months that waited are one invoice over all of them")
    func months() throws {
        let invoice = try InvoiceSamples.severalMonths()
        #expect((invoice.from.description, invoice.to.description) == ("2026-11-01", "2026-12-31"))
        #expect(invoice.proof.map(\.session) == ["s1", "s2"])
        #expect(invoice.lines.last?.detail == "30.11.2026 23:55–01.12.2026 00:05: Fragen zum Shop")
    }

    @Test("O is never beside another category: the content comes apart, each part with its own proof")
    func outsideScope() throws {
        var later = InvoiceSamples.outsideScope
        later.validFrom = try Sample.date("2026-11-10")
        let statements = try Sample.statements(
            [InvoiceSamples.reverseCharge, later],
            Sample.november(),
            until: "2026-12"
        )
        let content = try InvoiceContent(statements: statements, rows: Sample.rows(statements, later))
        #expect(kind { _ = try invoice(content, later) } == .mixedScope)
        let parts = content.separated()
        #expect(parts.map { $0.rows.map(\.session) } == [["s1", "s2"], ["s3", "s4"]])
        #expect(try parts.map { try $0.netCents() }.reduce(0, +) == content.netCents())
        #expect(try invoice(parts[1], later).groups.map(\.vat.category) == [.outsideScope])
        // Without O nothing comes apart.
        #expect(try Sample.content(Sample.contract(), Sample.november()).separated().count == 1)
    }

    @Test("reverse charge shows both VAT ids, O shows none")
    func vatIDs() throws {
        let reverse = try Sample.invoice(InvoiceSamples.reverseCharge)
        #expect((reverse.seller.vatId, reverse.buyer.vatId) == ("DE136695976", "ATU12345675"))
        #expect(reverse.vatCents == 0)
        let outside = try Sample.invoice(InvoiceSamples.outsideScope)
        #expect((outside.seller.vatId, outside.buyer.vatId, outside.seller.taxNumber) == (nil, nil, "22/815/08154"))
    }

    @Test("the proof of service must tell of the very sessions that are billed")
    func proof() throws {
        let contract = Sample.contract()
        let statements = try Sample.statements([contract], Sample.november(), until: "2026-12")
        let rows = Sample.rows(statements, contract)
        var changed = rows
        changed[0].netCents += 1
        for wrong in [[], Array(rows.dropLast()), rows + [rows[0]], [rows[0]] + rows.dropLast(), changed] {
            #expect(
                kind { _ = try InvoiceContent(statements: statements, rows: wrong) }
                    == .badProof
            )
        }
        let content = try InvoiceContent(statements: statements, rows: rows.reversed())
        #expect(content.rows == rows)
    }

    @Test("a month without fee and billed session is nothing to invoice")
    func nothing() throws {
        let statements = try Sample.statements([Sample.contract()], [], until: "2026-12")
        #expect(statements.count == 1)
        for months in [statements, []] {
            #expect(
                kind { _ = try InvoiceContent(statements: months, rows: []) }
                    == .nothingToBill
            )
        }
    }

    @Test("an invoice survives JSON, and the same input gives the same bytes")
    func codable() throws {
        for (name, invoice) in try InvoiceSamples.all() {
            let data = try JSONEncoder().encode(invoice)
            #expect(try JSONDecoder().decode(Invoice.self, from: data) == invoice, "\(name)")
        }
        #expect(try XRechnung.bytes(Sample.invoice()) == XRechnung.bytes(Sample.invoice()))
    }

    private func invoice(_ content: InvoiceContent, _ contract: Contract) throws(InvoicingError) -> Invoice {
        try Invoice(
            content,
            contract: contract,
            supplier: Sample.supplier,
            number: "2026-0042",
            issueDate: content.last.lastDay,
            zone: Sample.berlin
        )
    }
}

/// The kind of error that is thrown; nil where none is, or one of another module.
func kind(of work: () throws -> Void) -> InvoicingError.Kind? {
    do {
        try work()
        return nil
    } catch {
        return (error as? InvoicingError)?.kind
    }
}
