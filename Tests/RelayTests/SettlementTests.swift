import Billing
import ContractFiles
import Contracts
import Foundation
import Invoicing
import Ledger
import Logging
import RelayAPI
import Testing

@testable import Relay

/// The example with two hours a month, carried over, and a smallest invoice.
let quotaContract =
    exampleContract.replacingOccurrences(
        of: "{ id: support, kind: support, rate: support }",
        with: "{ id: support, kind: support, rate: support, usesQuota: true }"
    ) + """

        retainer: { kind: takeOrPay, fee: "100.00", included: 2h, period: month, overageRate: support, carryOver: { policy: unlimited } }
        minimumTermMonths: 24
        noticeDays: 30
        """

@Suite("What is settled without a session's clock")
struct SettlementTests {
    private func rfc3339(_ seconds: Int64) -> String { Timestamp(seconds: seconds).rfc3339 }

    private func refusal(_ body: () async throws -> some Sendable) async -> String {
        do {
            _ = try await body()
            return ""
        } catch let refusal as Refusal {
            return refusal.problem.message
        } catch let error as LedgerError {
            return error.diagnostics
        } catch { return "\(error)" }
    }

    /// Work that ended a minute ago.
    private func record(
        _ stage: DeskStage,
        from: String? = nil,
        to: String? = nil,
        minutes: Int64 = 30,
        category: String = "support",
        summary: String = "By telephone",
        overlap: Bool = false
    ) async throws -> LedgerSession {
        let end = stage.hands.clock.wall() - 60
        return try await stage.desk.settlement.record(
            NewWorkRecord(
                contract: "minute",
                from: from ?? rfc3339(end - minutes * 60),
                to: to ?? rfc3339(end),
                category: category,
                summary: summary,
                allowsOverlap: overlap
            ),
            by: stage.jana
        )
    }

    private func office(_ stage: DeskStage) -> InvoiceOffice {
        InvoiceOffice(
            ledger: stage.ledger,
            accounts: ContractAccounts(ledger: stage.ledger),
            book: stage.desk.settlement.book,
            clock: stage.hands.clock,
            supplier: { SupplierFile(supplier: InvoiceOfficeTests.supplier) }
        )
    }

    private func issue(_ stage: DeskStage, _ month: String) async throws -> ParsedInvoice {
        let request = InvoiceRequest(contract: "minute", month: month, isDryRun: false)
        let file = try #require(try await office(stage).invoice(request).invoices.first)
        let parsed = try ParsedInvoice(Array(file.xml.utf8))
        #expect(InvoiceCheck.findings(in: parsed).map(\.description) == [])
        return parsed
    }

    /// What the ledger says of the quota is what the account comes to.
    private func expectBooked(_ stage: DeskStage, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let account = try await ContractAccounts(ledger: stage.ledger).account(
            of: "minute",
            at: stage.hands.clock.wall()
        )
        let written = try await stage.ledger.quota(of: "minute")
        #expect(written == QuotaBook.postings(account), sourceLocation: sourceLocation)
        #expect(written.last?.leftSeconds ?? 0 == account.quota.leftSeconds, sourceLocation: sourceLocation)
    }

    // MARK: - Work without a session

    @Test("work that is written down shows like a session everywhere, marked as recorded")
    func recorded() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(7200)
            let record = try await record(stage, minutes: 20)
            #expect(record.session.hasPrefix("s-") && record.isRecorded)
            let shown = try #require(try await stage.record(record.session))
            #expect(shown.recorded == true && shown.netCents == 3000 && shown.summary == "By telephone")
            #expect(shown.machine == "" && shown.state == .ended)
            let sheet = try await stage.desk.timesheet(contract: "minute", month: nil, operator: nil)
            #expect(sheet.sessions.map(\.recorded) == [true])
            #expect(sheet.sessions.first?.reason == "recorded later, without a session")
            let rows = try await office(stage).services(contract: "minute", month: nil)
            #expect(rows.map(\.receipt) == [.recorded])
            stage.hands.advance(40 * 86_400)
            let invoice = try await issue(stage, "2027-01")
            #expect(invoice.netCents == 3000)
            let text = try await office(stage).explain(invoice.number, line: nil).text
            #expect(text.contains("recorded later: work without a clock"))
        }
    }

    @Test("a local time is one of the contract's zone")
    func localTime() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            // 2027-01-15T08:00Z is 09:00 in Berlin.
            stage.hands.advance(7200)
            let record = try await record(stage, from: "2027-01-15T09:30", to: "2027-01-15T09:45:30")
            #expect(rfc3339(record.startedAt) == "2027-01-15T08:30:00Z")
            #expect(rfc3339(record.endedAt ?? 0) == "2027-01-15T08:45:30Z")
        }
    }

    @Test("work that cannot have been, or that nobody agreed to, is refused in a sentence")
    func refused() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(2 * 86_400)
            let now = stage.hands.clock.wall()
            let cases: [(String, () async throws -> LedgerSession)] = [
                ("ends after it begins", { try await record(stage, minutes: 0) }),
                ("at most 24 h", { try await record(stage, minutes: 1441) }),
                ("lies in the future", { try await record(stage, to: rfc3339(now + 60)) }),
                (
                    "was not in force",
                    { try await record(stage, from: "2027-01-15T08:00:00Z", to: "2027-01-15T08:10:00Z") }
                ),
                ("no category \"gold\"", { try await record(stage, category: "gold") }),
                ("what was done", { try await record(stage, summary: " \n") }),
                ("--from: \"noon\" is not a time", { try await record(stage, from: "noon") }),
            ]
            for (says, body) in cases {
                let message = await refusal(body)
                #expect(message.contains(says), "\(message)")
            }
            let strange = await refusal {
                try await stage.desk.settlement.record(
                    NewWorkRecord(contract: "none", from: "x", to: "x", category: "x", summary: "x"),
                    by: stage.jana
                )
            }
            #expect(strange.contains("no such contract"))
            let sessions = try await stage.ledger.sessions()
            #expect(sessions.isEmpty)
        }
    }

    @Test("a contract that is not signed takes no work")
    func unsigned() async throws {
        let text = exampleContract.replacingOccurrences(of: "signedOn: 2026-01-01\n", with: "")
        let stage = try await DeskStage(contract: text)
        try await stage.with {
            stage.hands.advance(7200)
            let message = await refusal { try await record(stage) }
            #expect(message.contains("is not signed"))
        }
    }

    @Test("someone cannot work twice at once, unless they say so")
    func overlap() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(7200)
            let session = try await stage.session()
            stage.hands.advance(600)
            let message = await refusal { try await record(stage) }
            #expect(message.contains("session \(session) of minute at that time (--overlap allows it)"))
            _ = try await record(stage, overlap: true)
        }
    }

    @Test("work of a month that stands on an invoice is refused until that is cancelled")
    func billed() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(7200)
            _ = try await record(stage)
            let late = (from: rfc3339(stage.hands.clock.wall() - 7000), to: rfc3339(stage.hands.clock.wall() - 6900))
            stage.hands.advance(40 * 86_400)
            let invoice = try await issue(stage, "2027-01")
            let message = await refusal { try await record(stage, from: late.from, to: late.to) }
            #expect(message.contains("2027-01 stands on invoice \(invoice.number) already (cancel that invoice first"))
            _ = try await office(stage).cancel(CancelInvoice(number: invoice.number, reason: nil))
            _ = try await record(stage, from: late.from, to: late.to)
            #expect(try await issue(stage, "2027-01").sessions?.count == 2)
        }
    }

    @Test("work that is written down later takes the quota that is left, and changes no session before it")
    func order() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(7200)
            let early = stage.hands.clock.wall()
            stage.hands.advance(7200)
            let session = try await stage.session()
            stage.hands.advance(5400)
            _ = try await stage.desk.end(EndRequest(summary: "x"), session: session, by: stage.jana)
            let before = try #require(try await stage.record(session))
            #expect(before.quotaSeconds == 5400)
            try await expectBooked(stage)
            let later = try await record(stage, from: rfc3339(early), to: rfc3339(early + 3600))
            #expect(try await stage.record(session) == before)
            #expect(try await stage.record(later.session)?.quotaSeconds == 1800)
            try await expectBooked(stage)
        }
    }

    @Test("work in an earlier month that would change what became of the quota since is refused, other work is not")
    func earlier() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(7200)
            let then = stage.hands.clock.wall()
            stage.hands.advance(20 * 86_400)
            await stage.desk.tick()
            try await expectBooked(stage)
            let message = await refusal { try await record(stage, from: rfc3339(then), to: rfc3339(then + 600)) }
            #expect(message.contains("would change what became of the included time"))
            let other = try await record(stage, from: rfc3339(then), to: rfc3339(then + 600), category: "extra")
            #expect(try await stage.record(other.session)?.netCents == 2500)
            try await expectBooked(stage)
        }
    }

    @Test("work in an earlier month that would round a later session otherwise is refused, with that session's name")
    func earlierRounding() async throws {
        let text = quotaContract.replacingOccurrences(of: "included: 2h", with: "included: 1m")
        let stage = try await DeskStage(contract: text)
        try await stage.with {
            stage.hands.advance(7200)
            let then = stage.hands.clock.wall()
            // Nothing of the quota is written yet where the month's end is still held open.
            let session = try await stage.session()
            stage.hands.advance(17 * 86_400)
            _ = try await stage.ledger.endSession(
                session,
                instant: stage.hands.clock.wall(),
                by: .relay,
                reason: "x"
            )
            let message = await refusal {
                try await record(stage, from: rfc3339(then - 600), to: rfc3339(then - 60))
            }
            #expect(message.contains("would change what session \(session) comes to"))
        }
    }

    // MARK: - Giving back

    @Test(
        "a session is given back on this month's invoice, which names the one that had billed it; its quota comes back"
    )
    func credited() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(20_000)
            let session = try await record(stage, minutes: 150)
            stage.hands.advance(20 * 86_400)
            await stage.desk.tick()
            let january = try await issue(stage, "2027-01")
            #expect(january.netCents == 10_000 + 4500)
            let answer = try await stage.desk.settlement.credit(
                session.session,
                CreditRequest(reason: "it did not help", asWarranty: false),
                by: stage.jana
            )
            #expect(answer.month == "2027-02" && answer.netCents == -4500 && answer.invoice == january.number)
            #expect(answer.quotaReturnedSeconds == 7200)
            try await expectBooked(stage)
            #expect(
                try await stage.ledger.quota(of: "minute").map(\.kind) == ["granted", "used", "granted", "returned"]
            )
            let sheet = try await stage.desk.timesheet(contract: "minute", month: nil, operator: nil)
            #expect(sheet.credits?.map(\.session) == [session.session] && sheet.totals.netCents == -4500)
            #expect(sheet.totals.billedSeconds == -9000 && sheet.totals.quotaLeftSeconds == 14_400)
            stage.hands.advance(30 * 86_400)
            let february = try await issue(stage, "2027-02")
            #expect(february.netCents == 10_000 - 4500 && february.corrected.map(\.number) == [january.number])
            let text = try await office(stage).explain(february.number, line: nil).text
            #expect(text.contains("session \(session.session) given back on 2027-02-04: it did not help"))
            #expect(try await issue(stage, "2027-01") == january)
        }
    }

    @Test("as warranty its time stays at 0.00; where nothing else is billed the invoice is negative")
    func negative() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(20_000)
            let session = try await record(stage, minutes: 60)
            stage.hands.advance(30 * 86_400)
            _ = try await issue(stage, "2027-01")
            _ = try await stage.desk.settlement.credit(
                session.session,
                CreditRequest(reason: "a defect", asWarranty: true),
                by: stage.jana
            )
            stage.hands.advance(30 * 86_400)
            let february = try await issue(stage, "2027-02")
            #expect(february.netCents == -9000 && february.grossCents == -10_710 && february.dueDate == nil)
            #expect(february.lines.map(\.kind) == [.time, .warranty])
        }
    }

    @Test("sessions that are unknown, free or given back already are refused, and write nothing")
    func refusedCredits() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(20_000)
            let paid = try await record(stage, minutes: 30)
            stage.hands.advance(7200)
            let free = try await record(stage, category: "defect")
            func credit(_ id: String, _ reason: String = "r") async throws -> SessionCreditAnswer {
                try await stage.desk.settlement.credit(
                    id,
                    CreditRequest(reason: reason, asWarranty: false),
                    by: stage.jana
                )
            }
            _ = try await credit(paid.session)
            let entries = try await stage.kinds()
            let says1 = await refusal { try await credit(paid.session) }
            #expect(says1.contains("already"))
            let says2 = await refusal { try await credit(free.session) }
            #expect(says2.contains("was never billed anything"))
            let says3 = await refusal { try await credit("s-none") }
            #expect(says3.contains("no such session"))
            let says4 = await refusal { try await credit(free.session, " ") }
            #expect(says4.contains("--reason TEXT"))
            let live = try await stage.session()
            let says5 = await refusal { try await credit(live) }
            #expect(says5.contains("still runs"))
            #expect(try await stage.kinds().filter { $0 == "sessionCredited" }.count == 1)
            #expect(entries.contains("workRecorded"))
        }
    }

    // MARK: - The end

    private func end(_ stage: DeskStage, _ day: String?) async throws -> ContractEndAnswer {
        try await stage.desk.settlement.end("minute", ContractEndRequest(endsOn: day), by: stage.jana)
    }

    @Test("after its last day there is no invitation, no session and no work; the running session is not cut")
    func ended() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(7200)
            let answer = try await end(stage, "2027-01-15")
            #expect(answer.warning?.contains("allow 2027-12-31 at the earliest") == true)
            #expect(try await stage.desk.contracts().first?.endsOn == "2027-01-15")
            let session = try await stage.session()
            stage.hands.advance(86_400)
            #expect(try await stage.record(session)?.endedAt == nil)
            let says6 = await refusal { try await stage.invite() }
            #expect(says6.contains("ended on 2027-01-15"))
            let says7 = await refusal { try await record(stage) }
            #expect(says7.contains("ended on 2027-01-15"))
            let says8 = await refusal { try await end(stage, nil) }
            #expect(says8.contains("nothing takes back"))
            let says9 = await refusal { try await end(stage, "2027-03-01") }
            #expect(says9.contains("nothing takes back"))
        }
    }

    @Test("an invitation from before the last day leads to no session after it")
    func endedMeanwhile() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            // 23:55 in Berlin.
            stage.hands.advance(14 * 3600 + 55 * 60)
            _ = try await end(stage, "2027-01-15")
            let invitation = try await stage.invite()
            let joined = try await stage.desk.join(
                JoinRequest(room: invitation.room),
                from: AddressBlock("203.0.113.7")
            )
            await stage.desk.pretendThatTheyMet(invitation.invitation)
            let met = try await stage.desk.report(
                PairingOutcome(paired: true),
                invitation: invitation.invitation,
                by: stage.jana
            )
            let consent = SignedConsent(
                invitation,
                session: met.session ?? "",
                authority: "",
                contract: try await stage.desk.contract("minute", version: 1).canonical,
                key: stage.key
            )
            stage.hands.advance(600)
            let message = await refusal {
                try await stage.desk.consent(consent.request(), token: joined.token).session
            }
            #expect(message.contains("ended on 2027-01-15"))
        }
    }

    @Test("a later day replaces an earlier one, and until its day has passed it is taken back")
    func revoked() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            let says10 = await refusal { try await end(stage, nil) }
            #expect(says10.contains("has no end"))
            _ = try await end(stage, "2027-01-31")
            #expect(try await end(stage, "2027-12-31").warning == nil)
            #expect(try await end(stage, nil).endsOn == nil)
            stage.hands.advance(20 * 86_400)
            _ = try await stage.invite()
            #expect(try await stage.ledger.ends(of: "minute").count == 3)
            let says11 = await refusal { try await end(stage, "2020-01-01") }
            #expect(says11.contains("before the contract begins"))
            let says12 = await refusal { try await end(stage, "31.12.2027") }
            #expect(says12.contains("is not a day"))
        }
    }

    @Test("a day before sessions or invoices that are there is refused; else later fees fall away and quota ends")
    func endedBefore() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(7200)
            let session = try await record(stage)
            stage.hands.advance(30 * 86_400)
            await stage.desk.tick()
            let says13 = await refusal { try await end(stage, "2027-01-14") }
            #expect(says13.contains("session \(session.session) lies after"))
            stage.hands.advance(30 * 86_400)
            await stage.desk.tick()
            let february = try await issue(stage, "2027-02")
            let says16 = await refusal { try await end(stage, "2027-01-20") }
            #expect(says16.contains("invoice \(february.number) bills 2027-02"))
            _ = try await office(stage).cancel(CancelInvoice(number: february.number, reason: nil))
            _ = try await end(stage, "2027-01-20")
            try await expectBooked(stage)
            #expect(try await stage.ledger.quota(of: "minute").last?.leftSeconds == 0)
            let says14 = await refusal { try await issue(stage, "2027-02") }
            #expect(says14.contains("nothing to invoice"))
        }
    }

    @Test("a small invoice waits no longer than to the contract's end")
    func rollover() async throws {
        let text = exampleContract + "\npayment: { termDays: 14, cycle: monthly, smallestInvoice: \"50.00\" }"
        let stage = try await DeskStage(contract: text)
        try await stage.with {
            stage.hands.advance(7200)
            _ = try await record(stage, minutes: 20)
            _ = try await end(stage, "2027-01-31")
            stage.hands.advance(40 * 86_400)
            #expect(try await issue(stage, "2027-01").netCents == 3000)
        }
    }

    // MARK: - Quota

    @Test("a balance is added from now on, and a negative one takes back at most what is left")
    func balance() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            func set(_ seconds: Int64) async throws -> QuotaBalanceAnswer {
                try await stage.desk.settlement.balance("minute", QuotaBalanceRequest(seconds: seconds), by: stage.jana)
            }
            stage.hands.advance(60)
            #expect(try await set(3600) == .init(contract: "minute", changedSeconds: 3600, quotaLeftSeconds: 10_800))
            #expect(try await set(-1800).quotaLeftSeconds == 9000)
            #expect(try await set(-90_000) == .init(contract: "minute", changedSeconds: -9000, quotaLeftSeconds: 0))
            let says15 = await refusal { try await set(-60) }
            #expect(says15.contains("no included time left"))
            stage.hands.advance(60)
            await stage.desk.tick()
            try await expectBooked(stage)
            let months = try await stage.desk.contract("minute", version: nil).quota
            #expect(months?.map(\.month) == ["2027-01"])
            #expect(months?.first?.grantedSeconds == 7200 && months?.first?.leftSeconds == 0)
        }
        let without = try await DeskStage()
        try await without.with {
            without.hands.advance(60)
            let message = await refusal {
                try await without.desk.settlement.balance("minute", .init(seconds: 60), by: without.jana)
            }
            #expect(message.contains("includes no time"))
            let shown = try await without.desk.contract("minute", version: nil)
            #expect(shown.quota == nil)
        }
    }

    @Test("a month that begins is written down after start and once, whatever the ticks")
    func ticks() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            await stage.desk.tick()
            #expect(try await stage.ledger.quota(of: "minute").map(\.kind) == ["granted"])
            let count = try await stage.kinds().count
            for _ in 0..<5 {
                stage.hands.advance(61)
                await stage.desk.tick()
            }
            #expect(try await stage.kinds().count == count)
            // Two months later.
            stage.hands.advance(60 * 86_400)
            await stage.desk.tick()
            #expect(try await stage.ledger.quota(of: "minute").map(\.period) == ["2027-01", "2027-02", "2027-03"])
            #expect(try await stage.kinds().count == count + 1)
            try await expectBooked(stage)
        }
    }

    @Test("a month is not closed while a session may still end in it")
    func heldOpen() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            await stage.desk.tick()
            let session = try await stage.session()
            // The ledger knows of nothing after its start: the relay may yet close it in January.
            stage.hands.advance(20 * 86_400)
            await stage.desk.settlement.book.update("minute", at: stage.hands.clock.wall())
            #expect(try await stage.ledger.quota(of: "minute").count == 1)
            try await stage.ledger.checkpoint([session: stage.hands.clock.wall()])
            await stage.desk.settlement.book.update("minute", at: stage.hands.clock.wall())
            #expect(try await stage.ledger.quota(of: "minute").count == 2)
        }
    }

    @Test("where the ledger says something else of the quota than its sessions come to, nothing is written")
    func contradiction() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            let wrong = QuotaPosting(
                kind: "granted",
                period: "2027-01",
                lot: "2027-01",
                seconds: 60,
                session: nil,
                leftSeconds: 60
            )
            try await stage.ledger.postQuota("minute", after: 0, [wrong])
            stage.hands.advance(120)
            await stage.desk.settlement.book.update("minute", at: stage.hands.clock.wall())
            #expect(try await stage.ledger.quota(of: "minute") == [wrong])
        }
    }
}
