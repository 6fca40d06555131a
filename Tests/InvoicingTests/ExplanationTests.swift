import Billing
import Contracts
import Testing

@testable import Invoicing

@Suite("Explaining an invoice")
struct ExplanationTests {
    private func explain(_ invoice: Invoice, _ contract: Contract, _ sessions: [WorkSession], line: Int? = nil) throws
        -> Explanation
    {
        let bills = try Sample.statements([contract], sessions, until: "2026-12").flatMap(\.sessions)
        let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin)
        return try Explanation(invoice, bills: bills, versions: [version], line: line)
    }

    @Test("from events to cents, every step of it")
    func steps() throws {
        var contract = Sample.contract(step: 300)
        contract.rounding.freeUpToSeconds = 60
        contract.rounding.mergeGapSeconds = 600
        // 21:30:00 to 22:47:10 in Berlin, seven minutes of it paused.
        var session = try Sample.session("s1", "2026-11-05T20:30:00Z", "2026-11-05T21:47:10Z")
        session.pauses = [
            .init(from: try Sample.instant("2026-11-05T20:40:00Z"), to: try Sample.instant("2026-11-05T20:47:00Z"))
        ]
        let explanation = try explain(Sample.invoice(contract, [session]), contract, [session])
        #expect(
            explanation.text == """
                line 1  question: 118.75 EUR
                    session s1, category question, contract version 1, times in Europe/Berlin
                    2026-11-05 21:30:00  started
                    2026-11-05 21:40:00  paused
                    2026-11-05 21:47:00  resumed
                    2026-11-05 22:47:10  ended
                    1:17:10 - 0:07:00 paused = 1:10:10 connected
                    rounding (each session, up in steps of 0:05:00, free up to 0:01:00, anew after a break of more than 0:10:00): \
                1:10:10 -> 1:15:00
                    of it in time order: 0:23:00, 0:52:00 Nacht +50 %
                    4500 s x 95.00 per hour / 3600 = 118.75 -> 118.75

                line 2  Zuschlag Nacht 50 %: 41.17 EUR
                    3120 s x 95.00 per hour x 50 % / 3600 = 41.166666... -> 41.17

                totals  190.30 EUR
                    159.92 net x 19 % = 30.38 VAT, rounded once
                    159.92 + 30.38 = 190.30 EUR

                """
        )
    }

    @Test("one line alone, with the included time that it used")
    func oneLine() throws {
        let contract = Sample.contract(retainer: Sample.retainer)
        let sessions = try Sample.november()
        let invoice = try Sample.invoice(contract, sessions)
        let line = try #require(invoice.lines.first { $0.session == "s2" }?.number)
        let text = try explain(invoice, contract, sessions, line: line).text
        #expect(text.hasPrefix("line \(line)  "))
        #expect(text.contains("included time: 0:19:00 left before, 0:19:00 used, 0:00:00 left"))
        #expect(!text.contains("totals"))
        let fee = try explain(invoice, contract, sessions, line: 1).text
        #expect(fee.contains("the fee of a month: 1 x 250.00"))
    }

    @Test("a warranty costs nothing, and says so")
    func warranty() throws {
        let contract = Sample.contract()
        let sessions = try [Sample.session("s4", "2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z", "defect")]
        #expect(
            try explain(Sample.invoice(contract, sessions), contract, sessions).text.contains("0:30:00 cost nothing")
        )
    }

    @Test("a line that is not there, and one that the ledger tells otherwise, are named")
    func wrong() throws {
        let contract = Sample.contract()
        let sessions = try Sample.november()
        let invoice = try Sample.invoice(contract, sessions)
        #expect { try explain(invoice, contract, sessions, line: 99) } throws: { "\($0)".contains("has no line 99") }
        var other = sessions
        other[0].endedAt = try Sample.instant("2026-11-03T10:40:30Z")
        #expect { try explain(invoice, contract, other) } throws: {
            "\($0)".contains("line 1 is not what the ledger says of session s1")
        }
    }
}
