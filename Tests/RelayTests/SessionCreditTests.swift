import Contracts
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Sessions that are given back")
struct SessionCreditTests {
    @Test(
        "a session is given back on this month's invoice, which names the one that had billed it; its quota comes back"
    )
    func credited() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(20_000)
            let session = try await stage.phone(minutes: 150)
            stage.hands.advance(20 * 86_400)
            await stage.desk.tick()
            let january = try await stage.issue("2027-01")
            #expect(january.netCents == 10_000 + 4500)
            let answer = try await stage.desk.settlement.credit(
                session.session,
                CreditRequest(reason: "it did not help", asWarranty: false),
                by: stage.jana
            )
            #expect(answer.month == "2027-02" && answer.netCents == -4500 && answer.invoice == january.number)
            #expect(answer.quotaReturnedSeconds == 7200)
            let listed = try await stage.desk.sessions(contract: nil, isLive: false, operator: nil)
            #expect(listed.first { $0.session == session.session }?.credited == .returned)
            try await stage.expectBooked()
            #expect(
                try await stage.ledger.quota(of: "minute").map(\.kind) == ["granted", "used", "granted", "returned"]
            )
            let sheet = try await stage.desk.timesheet(contract: "minute", month: nil, operator: nil)
            #expect(sheet.credits?.map(\.session) == [session.session] && sheet.totals.netCents == -4500)
            #expect(sheet.totals.billedSeconds == -9000 && sheet.totals.quotaLeftSeconds == 14_400)
            stage.hands.advance(30 * 86_400)
            let february = try await stage.issue("2027-02")
            #expect(february.netCents == 10_000 - 4500 && february.corrected.map(\.number) == [january.number])
            let text = try await stage.office.explain(february.number, line: nil).text
            #expect(text.contains("session \(session.session) given back on 2027-02-04: it did not help"))
            #expect(try await stage.issue("2027-01") == january)
        }
    }

    @Test("as warranty its time stays at 0.00; where nothing else is billed the invoice is negative")
    func negative() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(20_000)
            let session = try await stage.phone(minutes: 60)
            stage.hands.advance(30 * 86_400)
            _ = try await stage.issue("2027-01")
            _ = try await stage.desk.settlement.credit(
                session.session,
                CreditRequest(reason: "a defect", asWarranty: true),
                by: stage.jana
            )
            stage.hands.advance(30 * 86_400)
            let february = try await stage.issue("2027-02")
            #expect(february.netCents == -9000 && february.grossCents == -10_710 && february.dueDate == nil)
            #expect(february.lines.map(\.kind) == [.time, .warranty])
        }
    }

    @Test("sessions that are unknown, free or given back already are refused, and write nothing")
    func refusedCredits() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(20_000)
            let paid = try await stage.phone(minutes: 30)
            stage.hands.advance(7200)
            let free = try await stage.phone(category: "defect")
            func credit(_ id: String, _ reason: String = "r") async throws -> SessionCreditAnswer {
                try await stage.desk.settlement.credit(
                    id,
                    CreditRequest(reason: reason, asWarranty: false),
                    by: stage.jana
                )
            }
            _ = try await credit(paid.session)
            let entries = try await stage.kinds()
            await expectRefusal("already") { try await credit(paid.session) }
            await expectRefusal("was never billed anything") { try await credit(free.session) }
            await expectRefusal("no such session") { try await credit("s-none") }
            await expectRefusal("--reason TEXT") { try await credit(free.session, " ") }
            let live = try await stage.session()
            await expectRefusal("still runs") { try await credit(live) }
            #expect(try await stage.kinds().filter { $0 == "sessionCredited" }.count == 1)
            #expect(entries.contains("workRecorded"))
        }
    }
}
