import Billing
import Contracts
import Testing

@testable import Invoicing

/// One invoice of each kind that the program can write, by name.
enum InvoiceSamples {
    static func all() throws -> [(name: String, invoice: Invoice)] {
        let standard = try Sample.invoice()
        return [
            ("standard", standard),
            ("standard-storno", try Sample.storno(standard)),
            ("retainer-only", try Sample.invoice(Sample.contract(retainer: Sample.retainer), [])),
            ("seconds", try seconds()),
            ("warranty-only", try warranty()),
            ("warranty-storno", try Sample.storno(warranty())),
            ("two-rates", try twoRates()),
            ("several-months", try severalMonths()),
            ("credit", try CreditSamples.later()),
            ("credit-warranty", try CreditSamples.later(asWarranty: true)),
            ("credit-same-month", try CreditSamples.sameMonth()),
            ("credit-negative", try CreditSamples.negative()),
            ("credit-negative-storno", try Sample.storno(CreditSamples.negative())),
            ("credit-zero", try CreditSamples.sameMonth(sessions: 1)),
            ("recorded", try recorded()),
            ("small-business", try smallBusiness(vatId: "DE136695976")),
            ("small-business-tax-number", try smallBusiness(vatId: nil)),
            ("reverse-charge", try Sample.invoice(reverseCharge)),
            ("outside-scope", try Sample.invoice(outsideScope)),
            ("outside-scope-storno", try Sample.storno(Sample.invoice(outsideScope))),
            ("consumer", try Sample.invoice(consumer)),
            ("public-body", try Sample.invoice(publicBody)),
            ("english", try Sample.invoice(Sample.contract(retainer: Sample.retainer, language: .english))),
            ("hostile", try hostile()),
            ("long", try long()),
            ("draft", try Sample.invoice(number: InvoiceNumberFormat.draft(contract: "acme-2026", period: "2026-11"))),
        ]
    }

    /// By the second, with a surcharge whose hourly price needs five decimals.
    static func seconds() throws -> Invoice {
        var contract = Sample.contract(step: 1)
        contract.ratesCentsPerHour["support"] = 9501
        contract.surcharges = [Sample.window("Nacht", 1250, .all, 22, 6)]
        return try Sample.invoice(contract, [Sample.session("s1", "2026-11-05T20:30:00Z", "2026-11-05T21:17:43Z")])
    }

    static func warranty() throws -> Invoice {
        let session = try Sample.session("s1", "2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z", "defect")
        return try Sample.invoice(Sample.contract(), [session])
    }

    static func twoRates() throws -> Invoice {
        var later = Sample.contract(vat: .init(category: .standard, percentBp: 700))
        later.validFrom = try Sample.date("2026-11-10")
        let statements = try Sample.statements([Sample.contract(), later], Sample.november(), until: "2026-12")
        return try invoice(statements, later)
    }

    static func severalMonths() throws -> Invoice {
        let contract = Sample.contract()
        let sessions = [
            try Sample.session("s1", "2026-11-30T22:50:00Z", "2026-11-30T22:59:00Z"),
            try Sample.session("s2", "2026-11-30T22:55:00Z", "2026-11-30T23:05:00Z"),
        ]
        return try invoice(Sample.statements([contract], sessions, until: "2027-01"), contract)
    }

    /// Work without a session, written down later.
    static func recorded() throws -> Invoice {
        let contract = Sample.contract()
        var session = try Sample.session("s1", "2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z")
        session.isRecorded = true
        let statements = try Sample.statements([contract], [session], until: "2026-12")
        var rows = Sample.rows(statements, contract)
        rows[0].receipt = .recorded
        return try invoice(InvoiceContent(statements: statements, rows: rows), contract)
    }

    static func smallBusiness(vatId: String?) throws -> Invoice {
        var supplier = Sample.supplier
        (supplier.smallBusiness, supplier.vatId) = (true, vatId)
        let contract = Sample.contract(retainer: Sample.retainer, vat: .init(category: .exempt, percentBp: 0))
        return try Sample.invoice(contract, supplier: supplier)
    }

    static var reverseCharge: Contract {
        var client = Sample.client
        (client.name, client.country, client.vatId) = ("Alpen Logistik GmbH", "AT", "ATU12345675")
        (client.city, client.postalCode) = ("Wien", "1010")
        return Sample.contract(
            retainer: Sample.retainer,
            vat: .init(category: .reverseCharge, percentBp: 0),
            client: client
        )
    }

    static var outsideScope: Contract {
        var client = Sample.client
        (client.name, client.country, client.vatId) = ("Zürisee AG", "CH", "CHE-123.456.788 MWST")
        (client.city, client.postalCode) = ("Zürich", "8001")
        return Sample.contract(
            retainer: Sample.retainer,
            vat: .init(category: .outsideScope, percentBp: 0),
            client: client
        )
    }

    /// Without a reference and an address for electronic invoices of their own.
    static var consumer: Contract {
        var client = Sample.client
        (client.name, client.kind, client.vatId) = ("Mia Klein", .consumer, nil)
        (client.buyerReference, client.eInvoiceAddress) = (nil, nil)
        client.contacts = [.init(name: "Mia Klein", email: "mia@klein.example")]
        return Sample.contract(retainer: Sample.retainer, client: client)
    }

    static var publicBody: Contract {
        var client = Sample.client
        (client.name, client.kind, client.vatId) = ("Stadt Münster", .public, nil)
        client.buyerReference = "04011000-1234512345-06"
        client.eInvoiceAddress = ElectronicAddress(scheme: "0204", value: "04011000-1234512345-06")
        return Sample.contract(retainer: Sample.retainer, client: client)
    }

    /// Texts with markup, quotes, formulas and characters that XML cannot hold.
    static func hostile() throws -> Invoice {
        var contract = Sample.contract(retainer: Sample.retainer)
        contract.title = "<script>alert(\"1\")</script> & Söhne"
        contract.client.name = "</cbc:Name> & \"O'Hara\" <b>"
        contract.surcharges[0].label = "Nacht <&> ]]>"
        let statements = try Sample.statements([contract], Sample.november(), until: "2026-12")
        let rows = Sample.rows(
            statements,
            contract,
            summary: "=HYPERLINK(\"x\")\u{0}\u{B}<img onerror=1>\r\n\u{202E}&amp;"
        )
        return try invoice(InvoiceContent(statements: statements, rows: rows), contract)
    }

    /// More sessions and longer words than a page holds.
    static func long() throws -> Invoice {
        let contract = Sample.contract(retainer: Sample.retainer)
        let sessions = try (1...28).flatMap { day in
            let date = "2026-11-\(day < 10 ? "0" : "")\(day)"
            return [
                try Sample.session("a\(day)", "\(date)T09:00:00Z", "\(date)T09:\(10 + day):07Z"),
                try Sample.session("b\(day)", "\(date)T20:30:00Z", "\(date)T22:\(10 + day):07Z", "extra"),
            ]
        }
        let statements = try Sample.statements([contract], sessions, until: "2026-12")
        let summary =
            "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen /var/log/nginx/shop.acme.example-access.log.1"
        return try invoice(
            InvoiceContent(statements: statements, rows: Sample.rows(statements, contract, summary: summary)),
            contract
        )
    }

    static func invoice(_ statements: [PeriodStatement], _ contract: Contract) throws -> Invoice {
        try invoice(InvoiceContent(statements: statements, rows: Sample.rows(statements, contract)), contract)
    }

    static func invoice(_ content: InvoiceContent, _ contract: Contract) throws -> Invoice {
        try Invoice(
            content,
            contract: contract,
            supplier: Sample.supplier,
            number: "2026-0042",
            issueDate: try Sample.date("2026-12-01"),
            zone: Sample.berlin
        )
    }
}
