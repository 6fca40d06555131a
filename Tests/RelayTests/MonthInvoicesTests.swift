import ContractFiles
import Contracts
import Foundation
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Closing a month")
struct MonthInvoicesTests {
    private func office(_ stage: DeskStage, supplier: String = exampleSupplier) -> InvoiceOffice {
        InvoiceOffice(
            ledger: stage.ledger,
            accounts: ContractAccounts(ledger: stage.ledger),
            book: stage.desk.settlement.book,
            clock: stage.hands.clock,
            supplier: { SupplierFile.load(text: supplier) }
        )
    }

    /// A session of ten minutes in January 2027, where the desk's clock begins.
    private func work(_ stage: DeskStage, _ contract: String = "minute") async throws {
        let session = try await stage.session(contract)
        stage.hands.advance(600)
        _ = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
    }

    @Test("every contract that has something gets its invoice, in order and without gaps; what fails stands beside it")
    func all() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            for id in ["quay", "pier", "idle"] {
                try await stage.add(exampleContract.replacing("contract: minute", with: "contract: \(id)"))
            }
            try await work(stage)
            try await work(stage, "quay")
            try await work(stage, "pier")
            stage.hands.advance(40 * 86_400)
            let request = MonthInvoicesRequest(
                contracts: ["minute", "idle", "quay", "nowhere", "pier"],
                month: "2027-01",
                isDryRun: false
            )
            let drafts = try await office(stage).invoices(
                MonthInvoicesRequest(contracts: request.contracts, month: request.month, isDryRun: true)
            )
            #expect(drafts.flatMap(\.invoices).allSatisfy { $0.number.hasPrefix("DRAFT-") })
            #expect(try await office(stage).list().isEmpty)

            let answers = try await office(stage).invoices(request)
            #expect(answers.map(\.contract) == request.contracts)
            #expect(answers.flatMap(\.invoices).map(\.number) == ["2027-0001", "2027-0002", "2027-0003"])
            #expect(answers.flatMap(\.invoices).map(\.netCents) == [1500, 1500, 1500])
            #expect(answers[1].isEmpty)
            #expect(answers[3].problem?.message.contains("nowhere") == true)
            let kinds = try await stage.kinds()
            #expect(try await office(stage).invoices(request) == answers)
            #expect(try await stage.kinds() == kinds)
            #expect(try stage.ledgerReport().ok)
            // What was made for a likely number is what would have been made for it alone.
            for summary in answers.flatMap(\.invoices) {
                #expect(try await office(stage).show(summary.number).xml.contains(">\(summary.number)<"))
            }
        }
    }

    @Test("what several contracts come to is computed at once, and numbers go by the order in which they were named")
    func order() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            var contracts = ["minute"]
            try await work(stage)
            for number in 1...12 {
                contracts.append("c\(number)")
                try await stage.add(exampleContract.replacing("contract: minute", with: "contract: c\(number)"))
                // Every third has nothing, so that a number that was thought likely goes to the next.
                if !number.isMultiple(of: 3) { try await work(stage, "c\(number)") }
            }
            stage.hands.advance(40 * 86_400)
            let answers = try await office(stage).invoices(
                MonthInvoicesRequest(contracts: contracts, month: "2027-01", isDryRun: false)
            )
            #expect(answers.map(\.contract) == contracts)
            #expect(answers.allSatisfy { answer in answer.invoices.allSatisfy { $0.contract == answer.contract } })
            #expect(answers.flatMap(\.invoices).map(\.number) == (1...9).map { "2027-000\($0)" })
            for summary in answers.flatMap(\.invoices) {
                #expect(try await office(stage).show(summary.number).xml.contains(">\(summary.number)<"))
            }
        }
    }

    @Test("work that is written down while an invoice is on its way stands on that invoice")
    func meanwhile() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            try await work(stage)
            let office = office(stage)
            stage.hands.advance(40 * 86_400)
            let request = InvoiceRequest(contract: "minute", month: "2027-01", isDryRun: false)
            let prepared = try await office.prepare(request, likelySequence: nil)
            _ = try await stage.phone(from: "2027-01-20T09:00", to: "2027-01-20T09:10")
            await #expect {
                try await office.issue(prepared)
            } throws: {
                ($0 as? LedgerError)?.kind == .outdated
            }
            #expect(try await office.list().isEmpty)
            guard case .issued(let listings) = try await office.issue(prepared, for: request) else {
                Issue.record("no invoice was issued")
                return
            }
            #expect(listings.map(\.number) == ["2027-0001"])
            #expect(listings.map(\.netCents) == [3000])
        }
    }

    @Test("a month with nothing in it gives no invoice, and a sentence")
    func nothing() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(40 * 86_400)
            await #expect {
                try await office(stage).invoice(InvoiceRequest(contract: "minute", month: "2027-01", isDryRun: false))
            } throws: {
                ($0 as? Refusal)?.problem.message.hasPrefix("there is nothing to invoice in 2027-01") == true
            }
        }
    }

    @Test("all that the supplier's head lacks is named at once, each with the law or rule that wants it")
    func supplier() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            try await work(stage)
            stage.hands.advance(40 * 86_400)
            var message = ""
            do {
                _ = try await office(stage, supplier: "country: DE\n").invoice(
                    InvoiceRequest(contract: "minute", month: "2027-01", isDryRun: false)
                )
                Issue.record("an invoice without a head")
            } catch let refusal as Refusal {
                message = refusal.problem.message
            }
            let lines = message.split(separator: "\n").dropFirst().map(String.init)
            for (field, reason) in [
                ("name", "§ 14 (4) Nr. 1 UStG"), ("street", "§ 14 (4) Nr. 1 UStG"),
                ("postalCode", "§ 14 (4) Nr. 1 UStG"),
                ("city", "§ 14 (4) Nr. 1 UStG"), ("vatId", "§ 14 (4) Nr. 2 UStG"), ("contact", "BR-DE-5"),
                ("phone", "BR-DE-6"), ("email", "BR-DE-7"), ("eInvoiceAddress", "PEPPOL-EN16931-R020"),
                ("iban", "BR-DE-23"), ("timeZone", "local"),
            ] {
                #expect(lines.count { $0.contains(" \(field): ") && $0.contains(reason) } == 1, "\(field) in \(lines)")
            }
            #expect(lines.count == 11)
        }
    }

    @Test("while a session runs that may still end in the month, the month is not closed")
    func running() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            try await work(stage)
            let session = try await stage.session()
            stage.hands.advance(60)
            await stage.desk.tick()
            // Somebody puts the wall clock right: the session goes on in the time in which it began.
            stage.hands.wall.withLockedValue { $0 += 30 * 86_400 }
            let request = InvoiceRequest(contract: "minute", month: "2027-01", isDryRun: false)
            await #expect {
                try await office(stage).invoice(request)
            } throws: {
                ($0 as? Refusal)?.problem.message.contains("still runs") == true
            }
            _ = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            let invoice = try #require(try await office(stage).invoice(request).invoices.first)
            #expect(invoice.summary.netCents == 1500 + 150)
        }
    }
}

/// A complete head.
let exampleSupplier = """
    name: Jana Lotse IT-Service
    contact: Jana Lotse
    street: Deichweg 3
    postalCode: "20457"
    city: Hamburg
    country: DE
    phone: "+49 40 5550100"
    email: jana@lotse.example
    eInvoiceAddress: { scheme: EM, value: jana@lotse.example }
    taxNumber: 22/815/08154
    timeZone: Europe/Berlin
    iban: DE02120300000000202051
    invoiceNumbers: "{year}-{number:4}"

    """
