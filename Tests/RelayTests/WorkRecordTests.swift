import Contracts
import Foundation
import Invoicing
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Work without a session")
struct WorkRecordTests {
    @Test("work that is written down shows like a session everywhere, marked as recorded")
    func recorded() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(7200)
            let record = try await stage.phone(minutes: 20)
            #expect(record.session.hasPrefix("s-") && record.isRecorded)
            let shown = try #require(try await stage.record(record.session))
            #expect(shown.recorded == true && shown.netCents == 3000 && shown.summary == "By telephone")
            #expect(shown.machine == "" && shown.state == .ended)
            let sheet = try await stage.desk.timesheet(contract: "minute", month: nil, operator: nil)
            #expect(sheet.sessions.map(\.recorded) == [true])
            #expect(sheet.sessions.first?.reason == "recorded later, without a session")
            let rows = try await stage.office.services(contract: "minute", month: nil)
            #expect(rows.map(\.receipt) == [.recorded])
            stage.hands.advance(40 * 86_400)
            let invoice = try await stage.issue("2027-01")
            #expect(invoice.netCents == 3000)
            let text = try await stage.office.explain(invoice.number, line: nil).text
            #expect(text.contains("recorded later: work without a clock"))
        }
    }

    @Test("a local time is one of the contract's zone")
    func localTime() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            // 2027-01-15T08:00Z is 09:00 in Berlin.
            stage.hands.advance(7200)
            let record = try await stage.phone(from: "2027-01-15T09:30", to: "2027-01-15T09:45:30")
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
                ("ends after it begins", { try await stage.phone(minutes: 0) }),
                ("at most 24 h", { try await stage.phone(minutes: 1441) }),
                ("lies in the future", { try await stage.phone(to: rfc3339(now + 60)) }),
                (
                    "was not in force",
                    { try await stage.phone(from: "2027-01-15T08:00:00Z", to: "2027-01-15T08:10:00Z") }
                ),
                ("no category \"gold\"", { try await stage.phone(category: "gold") }),
                ("what was done", { try await stage.phone(summary: " \n") }),
                ("--from: \"noon\" is not a time", { try await stage.phone(from: "noon") }),
            ]
            for (says, body) in cases {
                let message = await refusal(body)
                #expect(message.contains(says), "\(message)")
            }
            await expectRefusal("no such contract") {
                try await stage.desk.settlement.record(
                    NewWorkRecord(contract: "none", from: "x", to: "x", category: "x", summary: "x"),
                    by: stage.jana
                )
            }
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
            await expectRefusal("is not signed") { try await stage.phone() }
        }
    }

    @Test("someone cannot work twice at once, unless they say so")
    func overlap() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(7200)
            let session = try await stage.session()
            stage.hands.advance(600)
            await expectRefusal("session \(session) of minute at that time (--overlap allows it)") {
                try await stage.phone()
            }
            _ = try await stage.phone(overlap: true)
        }
    }

    @Test("work of a month that stands on an invoice is refused until that is cancelled")
    func billed() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            stage.hands.advance(7200)
            _ = try await stage.phone()
            let late = (from: rfc3339(stage.hands.clock.wall() - 7000), to: rfc3339(stage.hands.clock.wall() - 6900))
            stage.hands.advance(40 * 86_400)
            let invoice = try await stage.issue("2027-01")
            await expectRefusal("2027-01 stands on invoice \(invoice.number) already (cancel that invoice first") {
                try await stage.phone(from: late.from, to: late.to)
            }
            _ = try await stage.office.cancel(CancelInvoice(number: invoice.number, reason: nil))
            _ = try await stage.phone(from: late.from, to: late.to)
            #expect(try await stage.issue("2027-01").sessions?.count == 2)
        }
    }

    @Test("the agreed upper limit holds for work without a clock, to the cent; where it only warns nothing is refused")
    func cap() async throws {
        for (reach, refuses) in [("stop", true), ("needConsent", true), ("warn", false)] {
            let text = exampleContract + "\ncap: { perSession: \"45.00\", perMonth: \"60.00\", onReach: \(reach) }"
            let stage = try await DeskStage(contract: text)
            try await stage.with {
                stage.hands.advance(7200)
                let long = await refusal { try await stage.phone(minutes: 31) }
                #expect(long.contains("upper limit of 45.00 EUR for a session") == refuses)
                stage.hands.advance(7200)
                _ = try await stage.phone(minutes: 30)
                stage.hands.advance(7200)
                let more = await refusal { try await stage.phone(minutes: 11) }
                #expect(more.contains("upper limit of 60.00 EUR for a month") == refuses)
                stage.hands.advance(7200)
                _ = try await stage.phone(minutes: 10)
            }
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
            try await stage.expectBooked()
            let later = try await stage.phone(from: rfc3339(early), to: rfc3339(early + 3600))
            #expect(try await stage.record(session) == before)
            #expect(try await stage.record(later.session)?.quotaSeconds == 1800)
            try await stage.expectBooked()
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
            try await stage.expectBooked()
            await expectRefusal("would change what became of the included time") {
                try await stage.phone(from: rfc3339(then), to: rfc3339(then + 600))
            }
            let other = try await stage.phone(from: rfc3339(then), to: rfc3339(then + 600), category: "extra")
            #expect(try await stage.record(other.session)?.netCents == 2500)
            try await stage.expectBooked()
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
            await expectRefusal("would change what session \(session) comes to") {
                try await stage.phone(from: rfc3339(then - 600), to: rfc3339(then - 60))
            }
        }
    }
}
