import Contracts
import Testing

@testable import Invoicing

@Suite("What an invoice lacks") struct IncompleteTests {
    private func diagnostics(_ contract: Contract, _ supplier: Supplier) throws -> String {
        let content = try Sample.content(contract, Sample.november())
        do {
            _ = try Invoice(
                content,
                contract: contract,
                supplier: supplier,
                number: "1",
                issueDate: try Sample.date("2026-12-01"),
                zone: Sample.berlin
            )
            return ""
        } catch let error as InvoicingError {
            return error.kind == .incomplete ? error.diagnostics : "\(error.kind)"
        }
    }

    @Test("every missing field is named at once, with the law that wants it")
    func allAtOnce() throws {
        var supplier = Sample.supplier
        (supplier.street, supplier.phone, supplier.iban) = ("", "", "")
        (supplier.vatId, supplier.taxNumber) = (nil, nil)
        var contract = Sample.contract()
        contract.client.city = ""
        let sentence = try diagnostics(contract, supplier)
        for part in [
            "street is missing: § 14 (4) Nr. 1 UStG", "phone is missing", "BR-DE-6", "iban is missing", "BR-DE-23",
            "§ 14 (4) Nr. 2 UStG", "client.city is missing", "BR-DE-8",
        ] {
            #expect(sentence.contains(part), "\(part)")
        }
    }

    @Test("numbers of the booking batch and the books' time zone do not keep an invoice from being written")
    func unneeded() throws {
        var supplier = Sample.supplier
        (supplier.timeZone, supplier.datev) = ("", .init(consultant: 0, client: 0, revenueAccount: 0))
        #expect(try diagnostics(Sample.contract(), supplier) == "")
    }

    @Test("AE needs both VAT ids, O the tax number, E a small business, S none")
    func categories() throws {
        var supplier = Sample.supplier
        supplier.vatId = nil
        #expect(try diagnostics(InvoiceSamples.reverseCharge, supplier).contains("the supplier's VAT id too"))
        var client = InvoiceSamples.reverseCharge
        client.client.vatId = nil
        #expect(try diagnostics(client, Sample.supplier).contains("VAT ids of both sides"))
        supplier = Sample.supplier
        supplier.taxNumber = nil
        #expect(try diagnostics(InvoiceSamples.outsideScope, supplier).contains("tax number"))
        let exempt = Sample.contract(vat: .init(category: .exempt, percentBp: 0))
        #expect(try diagnostics(exempt, Sample.supplier).contains("§ 19 UStG"))
        supplier = Sample.supplier
        supplier.smallBusiness = true
        #expect(try diagnostics(Sample.contract(), supplier).contains("shows no VAT"))
    }

    @Test("what lines of an earlier version of the contract need is asked for too")
    func earlierVersion() throws {
        let problems = Invoice.problems(
            [.init(category: .exempt, percentBp: 0), Sample.contract().vat],
            contract: Sample.contract(),
            supplier: Sample.supplier
        )
        #expect(problems.map(\.path) == ["vat.category"])
    }

    @Test("a consumer without any address for electronic invoices gets a page, and no electronic invoice")
    func consumer() throws {
        var contract = InvoiceSamples.consumer
        contract.client.contacts = []
        let invoice = try Sample.invoice(contract)
        #expect(invoice.buyer.reference == "acme-2026")
        #expect(kind { _ = try XRechnung.bytes(invoice) } == .incomplete)
        #expect(try Sample.invoice(InvoiceSamples.consumer).buyer.eInvoiceAddress?.value == "mia@klein.example")
    }

    @Test("a term of payment that no calendar can hold is refused")
    func term() throws {
        for (days, due) in [(Int64(0), "2026-12-01"), (31, "2027-01-01"), (365, "2027-12-01")] {
            var contract = Sample.contract()
            contract.payment.termDays = days
            #expect(try Sample.invoice(contract).dueDate?.description == due)
        }
        for days in [-1, 3651, Int64.max] {
            var contract = Sample.contract()
            contract.payment.termDays = days
            #expect(throws: InvoicingError.self) { try Sample.invoice(contract) }
        }
    }
}
