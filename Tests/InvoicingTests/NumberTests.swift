import Contracts
import Testing

@testable import Invoicing

@Suite("Invoice numbers") struct NumberTests {
    @Test(
        "patterns give numbers",
        arguments: [
            ("{year}-{number:4}", 7, "2026-0007"), ("{number}", 7, "7"), ("RE {number:2}/{year}", 123, "RE 123/2026"),
            ("{year}{number:9}", 1, "2026000000001"), ("a.b_{number:1}", 10, "a.b_10"),
        ]
    )
    func numbers(pattern: String, sequence: Int64, number: String) throws {
        #expect(try InvoiceNumberFormat(pattern).number(sequence, year: 2026) == number)
    }

    @Test(
        "patterns without one number, or with anything unknown, are refused",
        arguments: [
            "", "{year}", "2026", "{number}{number}", "{number", "number}", "{{number}}", "{month}-{number}",
            "{number:0}",
            "{number:10}", "{number:}", "{number:-1}", "{number:4 }", "{Number}", "ä{number}", "{number}\n",
            "{number};",
            "DRAFT-{number}", "{number:４}",
        ]
    )
    func refused(pattern: String) {
        #expect(kind { _ = try InvoiceNumberFormat(pattern) } == .badNumber)
    }

    @Test("a pattern that is refused here is one that the check of the supplier names, and the other way round")
    func sameAsCheck() throws {
        for pattern in [
            "{year}-{number:4}", "{number}", "{year}", "{number:0}", "{month}", "x{number:9}", "{number", "ß",
        ] {
            var supplier = Sample.supplier
            supplier.invoiceNumbers = pattern
            let isNamed = supplier.problems().contains { $0.path == "invoiceNumbers" }
            #expect(isNamed == (kind { _ = try InvoiceNumberFormat(pattern) } == .badNumber), "\(pattern)")
        }
    }

    @Test("the year restarts the sequence only where the pattern holds it")
    func keys() throws {
        let yearly = try InvoiceNumberFormat("{year}-{number:4}")
        #expect(yearly.sequenceKey(year: 2026) != yearly.sequenceKey(year: 2027))
        let endless = try InvoiceNumberFormat("{number}")
        #expect(endless.sequenceKey(year: 2026) == endless.sequenceKey(year: 2027))
    }

    @Test("numbers of a format are all different")
    func unique() throws {
        for pattern in ["{year}-{number:4}", "{number}{year}", "{year}{number}"] {
            let format = try InvoiceNumberFormat(pattern)
            var seen: Set<String> = []
            for year in 2025...2027 {
                for sequence in 1...1200 { seen.insert(try format.number(Int64(sequence), year: year)) }
            }
            #expect(seen.count == 3600, "\(pattern)")
        }
    }

    @Test(
        "a number is found again in its sequence, whatever the pattern",
        arguments: [
            "{year}-{number:4}", "{number}{year}", "{year}{number}", "L-{number:6}/{year}/{year}", "R{number}",
            "{number:1}",
        ]
    )
    func place(pattern: String) throws {
        let format = try InvoiceNumberFormat(pattern)
        for sequence in [1, 9, 43, 9999, 10_000, 999_999_999] as [Int64] {
            let number = try format.number(sequence, year: 2026)
            let place = try #require(format.place(of: number))
            #expect(place.sequence == sequence)
            #expect(place.year == (pattern.contains("year") ? 2026 : nil))
            for other in [number + " ", " " + number, String(number.dropLast()) + "x"] {
                #expect(format.place(of: other) == nil, "\(other)")
            }
        }
        for other in ["", "é", "2026", "-1", "+1", "L-000001/2026/2027", "R007"]
        where other != "2026" || pattern.contains("year") {
            #expect(format.place(of: other) == nil, "\(other)")
        }
    }

    @Test("the place before the first has a number too, which is never given")
    func none() throws {
        let format = try InvoiceNumberFormat("{year}-{number:4}")
        #expect(format.place(of: "2026-0000")?.sequence == 0)
        #expect(kind { _ = try format.number(0, year: 2026) } == .outOfRange)
    }

    @Test("numbers begin at 1, in years of four digits")
    func range() throws {
        let format = try InvoiceNumberFormat("{year}-{number}")
        for (sequence, year) in [(0, 2026), (-1, 2026), (Int64.min, 2026), (1, 999), (1, 10_000)] {
            #expect(kind { _ = try format.number(sequence, year: year) } == .outOfRange)
        }
        #expect(try format.number(.max, year: 2026) == "2026-9223372036854775807")
    }

    @Test("a dry run's number says so")
    func draft() throws {
        let number = InvoiceNumberFormat.draft(contract: "acme", period: "2026-11")
        #expect(number == "DRAFT-acme-2026-11")
        #expect(try Sample.invoice(number: number).isDraft)
        #expect(try !Sample.invoice().isDraft)
    }
}

@Suite("Invoices that wait") struct RolloverTests {
    private func decide(
        _ net: Int64,
        _ smallest: Int64?,
        waiting: Int = 0,
        _ due: (Bool, Bool, Bool) = (false, false, false)
    )
        -> Rollover
    {
        .decide(
            netCents: net,
            smallestInvoiceCents: smallest,
            monthsWaiting: waiting,
            isYearEnd: due.0,
            isContractEnd: due.1,
            isReverseCharge: due.2
        )
    }

    @Test("a net below the smallest invoice waits, the smallest one itself does not")
    func smallest() {
        #expect(decide(1999, 2000) == .wait)
        #expect(decide(2000, 2000) == .issue(.large))
        #expect(decide(0, nil) == .issue(.large))
        #expect(decide(0, 1) == .wait)
    }

    @Test("reverse charge, five waiting months, the year's and the contract's end let nothing wait")
    func due() {
        #expect(decide(1, 2000, (false, false, true)) == .issue(.reverseCharge))
        #expect(decide(1, 2000, waiting: 4) == .wait)
        #expect(decide(1, 2000, waiting: 5) == .issue(.fiveMonths))
        #expect(decide(1, 2000, (true, false, false)) == .issue(.yearEnd))
        #expect(decide(1, 2000, (false, true, false)) == .issue(.contractEnd))
    }

    @Test("months decide by their sum, their last one and the contract's end")
    func months() throws {
        var contract = Sample.contract()
        contract.payment.smallestInvoiceCents = 15_000
        let sessions = [
            try Sample.session("a", "2026-11-03T09:00:00Z", "2026-11-03T10:00:00Z"),
            try Sample.session("b", "2027-01-03T09:00:00Z", "2027-01-03T10:00:00Z"),
        ]
        let months = try Sample.statements([contract], sessions, until: "2027-03")
        #expect(try Rollover.decide([months[0]], contract: contract) == .wait)
        #expect(try Rollover.decide(Array(months[0...1]), contract: contract) == .issue(.yearEnd))
        #expect(try Rollover.decide([months[2]], contract: contract) == .wait)
        #expect(try Rollover.decide([months[0], months[2]], contract: contract) == .issue(.large))
        let end = try Sample.date("2026-11-15")
        #expect(try Rollover.decide([months[0]], contract: contract, endsOn: end) == .issue(.contractEnd))
        contract.validUntil = try Sample.date("2026-12-01")
        #expect(try Rollover.decide([months[0]], contract: contract) == .wait)
        #expect(kind { _ = try Rollover.decide([], contract: contract) } == .nothingToBill)
        let reverse = InvoiceSamples.reverseCharge
        var small = reverse
        small.payment.smallestInvoiceCents = 1_000_000
        let statements = try Sample.statements([small], Sample.november(), until: "2026-12")
        #expect(try Rollover.decide(statements, contract: small) == .issue(.reverseCharge))
    }
}
