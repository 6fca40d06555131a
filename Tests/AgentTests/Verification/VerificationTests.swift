import Billing
import Contracts
import Invoicing
import Receipts
import Synchronization
import Testing

@testable import Agent

/// Three quarters of an hour, agreed to on the client's computer and billed a month later.
private struct Bill {
    static let session = "s-1"
    let home = TemporaryFolder()
    var folder: AgentFolder { AgentFolder(path: home.path) }

    /// Keeps a consent for the session as the agent does when it starts.
    ///
    /// - Parameters:
    ///   - agreed: the contract, which is kept too; `Samples.contract()`, which is not, where nil.
    ///   - version: its version.
    func agree(
        centsPerHour: Int64 = 9500,
        contract: String = "acme-2026",
        to agreed: Contract? = nil,
        version: Int64 = 3,
        session: String = Self.session
    ) throws {
        if let agreed { try folder.keep(agreed) }
        var terms = Samples.terms(try agreed ?? Samples.contract())
        terms.session = session
        terms.contractVersion = version
        terms.price.centsPerHour = centsPerHour
        let jana = try TestOperator.jana.get()
        let key = try folder.key()
        let operatorKey = try #require(jana.verifyingKey)
        let record = ConsentRecord(
            terms,
            contractID: contract,
            answer: .init(grants: ["run"], approval: .session, machine: "till", key: key.verifyingKey),
            operatorKey: operatorKey,
            exporter: []
        )
        let message = try record.signedBytes()
        let signatures = [
            try Signature(by: .operator, of: message, key: operatorKey) { try jana.key.sign($0) },
            try Signature(by: .client, of: message, with: key),
        ]
        try folder.keep(record.signed(signatures))
    }

    /// The contract with a cheaper kind of work.
    static func contractWithCheaperWork() throws -> Contract {
        var contract = try Samples.contract()
        contract.ratesCentsPerHour["routine"] = 6000
        contract.categories.append(Contract.Category(id: "update", kind: .support, rate: "routine"))
        return contract
    }

    /// Versions of a contract with these fees; from the second on they hold since the month's first, second, ... day.
    static func contracts(feesCents: [Int64], percentBp: [Int64] = []) throws -> [Contract] {
        try feesCents.enumerated().map { index, fee in
            var contract = try Samples.contract()
            if index > 0 { contract.validFrom = try LocalDate.parse("2026-10-0\(index + 1)") }
            contract.retainer = .init(kind: .takeOrPay, feeCents: fee, includedSeconds: 3600)
            if percentBp.indices.contains(index) { contract.vat.percentBp = percentBp[index] }
            return contract
        }
    }

    /// The invoice as the relay writes it.
    ///
    /// - Parameters:
    ///   - contracts: the contract's versions, oldest first; `Samples.contract()` where nil.
    ///   - category: the kind of work.
    ///   - isRecorded: whether the work was written down later.
    ///   - isGivenBack: whether it is given back in the same month.
    static func invoice(
        of contracts: [Contract]? = nil,
        category: String = "question",
        isRecorded: Bool = false,
        isGivenBack: Bool = false
    ) throws -> String {
        let zone = try TimeZoneRules(posix: "CET-1CEST,M3.5.0,M10.5.0/3")
        let versions = try (contracts ?? [Samples.contract()]).enumerated().map { index, contract in
            var contract = contract
            contract.client.buyerReference = "4711"
            contract.client.eInvoiceAddress = ElectronicAddress(scheme: "EM", value: "rechnung@acme.example")
            return ContractVersion(number: Int64(index) + 1, contract: contract, zone: zone)
        }
        let contract = try #require(versions.last?.contract)
        var account = Account(history: try ContractHistory(versions))
        let work = WorkSession(
            session: session,
            category: category,
            startedAt: try Instant(rfc3339: "2026-10-05T09:00:00Z"),
            endedAt: try Instant(rfc3339: "2026-10-05T09:43:10Z"),
            settled: 1
        )
        _ = try account.bill(work)
        if isGivenBack {
            let given = try Instant(rfc3339: "2026-10-06T09:00:00Z")
            try account.post(
                .credit(.init(session: session, reason: "no help", asWarranty: false, givenAt: given, settled: 9))
            )
        }
        try account.advance(to: try #require(LocalMonth("2026-11")))
        let statements = account.closed
        let receipt: ServiceRow.Receipt = isRecorded ? .recorded : .consented
        let summary = "Cleared the cache"
        let rows =
            statements.flatMap(\.sessions).map {
                ServiceRow($0, contract: contract, operator: "jana", summary: summary, receipt: receipt)
            }
            + statements.flatMap(\.credits).map {
                ServiceRow(
                    $0,
                    contract: contract,
                    operator: "jana",
                    summary: summary,
                    receipt: receipt,
                    original: nil
                )
            }
        let invoice = try Invoice(
            try InvoiceContent(statements: statements, rows: rows),
            contract: contract,
            supplier: supplier,
            number: "2026-0001",
            issueDate: try LocalDate.parse("2026-11-02"),
            zone: zone
        )
        return String(decoding: try XRechnung.bytes(invoice), as: UTF8.self)
    }

    private static let supplier = Supplier(
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

    /// What the program prints for this file, and exits with.
    func verify(_ text: String, _ name: String = "invoice.xml") -> (status: Int32, screen: String, complaints: [String])
    {
        verify(file: home.write(text, to: name))
    }

    func verify(file: String) -> (status: Int32, screen: String, complaints: [String]) {
        let screen = TestScreen()
        let complaints = Mutex<[String]>([])
        let status = Verification(
            screen: ClientScreen(screen),
            folder: folder,
            phrases: Phrases(.english),
            complain: { sentence in complaints.withLock { $0.append(sentence) } }
        ).run([file])
        return (status, screen.text, complaints.withLock { $0 })
    }
}

@Suite("The client checks the bill")
struct VerificationTests {
    private let bill = Bill()

    @Test("an invoice of what was agreed to is right, session by session")
    func right() throws {
        try bill.agree()
        let (status, screen, complaints) = bill.verify(try Bill.invoice())
        #expect(status == 0)
        #expect(complaints.isEmpty)
        // 45 minutes at 95.00 are 71.25, with 19 % VAT 84.79.
        #expect(
            screen == """
                Invoice 2026-0001 of Jana Lotse IT-Service: 84.79 EUR
                  s-1  00:43:10 -> 00:45:00  71.25 EUR
                    agreed to here: Checkout is slow (jana)
                  \(Phrases(.english).termsNotChecked)
                \(bill.home.path)/invoice.xml is right: everything was computed again.

                """
        )
    }

    @Test(
        "an amount that was changed is found",
        arguments: [("84.79", "94.79"), ("71.25", "71.26"), ("13.54", "13.53")]
    )
    func changed(from: String, to: String) throws {
        try bill.agree()
        let text = try Bill.invoice()
        #expect(text.contains(">\(from)<"))
        let (status, screen, _) = bill.verify(text.replacing(">\(from)<", with: ">\(to)<", maxReplacements: 1))
        #expect(status == 1)
        #expect(screen.contains("  ! "))
        #expect(screen.contains("is NOT right"))
    }

    @Test("another price or another contract than was agreed to is found, though every sum is right")
    func otherwise() throws {
        try bill.agree(centsPerHour: 9000, contract: "acme-2025")
        let (status, screen, _) = bill.verify(try Bill.invoice())
        #expect(status == 1)
        #expect(screen.contains("  ! line 1: takes 95.00 an hour, but the session was agreed to at 90.00"))
        #expect(screen.contains("  ! session s-1: was agreed to under acme-2025, not acme-2026"))
    }

    @Test("a session that became cheaper work than was agreed to is right at the cheaper price")
    func cheaper() throws {
        let contract = try Bill.contractWithCheaperWork()
        let text = try Bill.invoice(of: [contract], category: "update")
        try bill.agree(to: contract)
        #expect(bill.verify(text).screen.contains("00:45:00  45.00 EUR"))
        #expect(bill.verify(text).status == 0)
        // Without the terms nobody can say more than that it is not dearer.
        let other = Bill()
        try other.agree()
        #expect(other.verify(text).status == 0)
    }

    @Test("a price that is lower than agreed to, and not the contract's for that work, is found")
    func otherPrice() throws {
        let contract = try Bill.contractWithCheaperWork()
        try bill.agree(to: contract)
        var other = contract
        other.ratesCentsPerHour["routine"] = 7000
        let (status, screen, _) = bill.verify(try Bill.invoice(of: [other], category: "update"))
        #expect(status == 1)
        #expect(screen.contains("  ! line 1: takes 70.00 an hour, but the contract says 60.00 for update"))
    }

    @Test("the fee is that of the version at the month's start, though the month's session was under the next")
    func feeOfTheMonthsStart() throws {
        let contracts = try Bill.contracts(feesCents: [10000, 15000])
        let text = try Bill.invoice(of: contracts)
        try bill.agree(to: contracts[0], version: 1, session: "s-0")
        try bill.agree(to: contracts[1], version: 2)
        let (status, screen, _) = bill.verify(text)
        #expect(status == 0)
        #expect(!screen.contains("fee"))
        // Without the version that counts there is nothing to go by.
        let other = Bill()
        try other.agree(to: contracts[1], version: 2)
        let unknown = other.verify(text)
        #expect(unknown.status == 0)
        #expect(unknown.screen.contains("  fee and VAT were not checked"))
    }

    @Test("a fee and a tax that no version of the contract has are found")
    func wrongTerms() throws {
        let contracts = try Bill.contracts(feesCents: [10000, 15000])
        try bill.agree(to: contracts[0], version: 1, session: "s-0")
        try bill.agree(to: contracts[1], version: 2)
        let dearer = try Bill.contracts(feesCents: [12000, 15000], percentBp: [2100, 2100])
        let (status, screen, _) = bill.verify(try Bill.invoice(of: dearer))
        #expect(status == 1)
        #expect(screen.contains("the fee is 120.00 EUR, but the contract says 100.00 EUR, 150.00 EUR"))
        #expect(screen.contains("  ! the VAT is 21 %, but the contract says 19 %"))
    }

    @Test("a session that this computer knows nothing of is named, and is no error by itself")
    func unknown() throws {
        let (status, screen, _) = bill.verify(try Bill.invoice())
        #expect(status == 0)
        #expect(screen.contains("this computer knows nothing of it"))
    }

    @Test("what is given back is shown with its amount, and work that was written down later as such")
    func settledLater() throws {
        try bill.agree()
        let (status, screen, _) = bill.verify(try Bill.invoice(isGivenBack: true))
        #expect(status == 0)
        #expect(screen.contains("  s-1  given back  -71.25 EUR\n"))
        let recorded = Bill().verify(try Bill.invoice(isRecorded: true))
        #expect(recorded.status == 0)
        #expect(recorded.screen.contains("work without a session, written down later"))
    }

    @Test("a consent that was changed on the disk is not what both signed")
    func changedConsent() throws {
        try bill.agree()
        let file = "consents/s-1.json"
        let text = try bill.home.read(file)
        let changed = text.replacing("Checkout is slow", with: "Checkout is fast")
        #expect(changed != text)
        #expect(bill.verify(text, file).status == 0)
        let (status, screen, _) = bill.verify(changed, file)
        #expect(status == 1)
        #expect(screen.contains("  ! it does not carry the signatures of both"))
        #expect(
            bill.verify(try Bill.invoice()).screen.contains(
                "! session s-1: what this computer keeps of it is not what both signed"
            )
        )
    }

    @Test(
        "what is no invoice, and a file that is not there, are one sentence each",
        arguments: ["", "hello", "<?xml version=\"1.0\"?><a/>", "{}"]
    )
    func wrongFile(text: String) {
        let (status, screen, complaints) = bill.verify(text)
        #expect(status == 1)
        #expect(screen.isEmpty)
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("cannot be checked") == true)
        #expect(
            bill.verify(file: bill.home.path + "/nothing").complaints == [
                "there is no file \(bill.home.path)/nothing (check the name)"
            ]
        )
    }
}
