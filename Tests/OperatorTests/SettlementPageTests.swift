import RelayAPI
import Testing

@testable import Operator

@Suite("What is settled without a session's clock, on the page")
struct SettlementPageTests {
    @Test("durations are those of contract files, with a sign where they take back")
    func durations() throws {
        #expect(try DurationArgument.seconds("3h") == 10_800)
        #expect(try DurationArgument.seconds("-1h30m") == -5400)
        for text in ["", "-", "3", "--1h", "0m", "1h-1m", "99999999999999h"] {
            #expect { try DurationArgument.seconds(text) } throws: { ($0 as? OperatorError)?.kind == .usage }
        }
    }

    @Test("a credit says what it comes to, where it stands, and what had billed the session")
    func credit() {
        var answer = SessionCreditAnswer(
            session: "s-1",
            contract: "acme",
            month: "2026-12",
            reason: "no help",
            asWarranty: false,
            netCents: -9500,
            currency: "EUR",
            quotaReturnedSeconds: 1140,
            invoice: "2026-0007"
        )
        #expect(
            SettlementPage.credit(answer)
                == "session s-1, billed by invoice 2026-0007, is given back: -95.00 EUR net on the invoice of 2026-12; 0:19:00 of included time came back"
        )
        (answer.asWarranty, answer.invoice, answer.quotaReturnedSeconds) = (true, nil, 0)
        #expect(
            SettlementPage.credit(answer)
                == "session s-1 is accepted as warranty: -95.00 EUR net on the invoice of 2026-12"
        )
    }

    @Test("ends and balances are a sentence, quota a line for each month")
    func sentences() {
        #expect(
            SettlementPage.end(.init(contract: "acme", endsOn: "2026-12-31")).hasPrefix("acme ends with 2026-12-31")
        )
        #expect(SettlementPage.end(.init(contract: "acme", endsOn: nil)).hasPrefix("acme goes on"))
        #expect(
            SettlementPage.balance(.init(contract: "acme", changedSeconds: -3600, quotaLeftSeconds: 7200))
                == "acme: -1:00:00, 2:00:00 of included time left"
        )
        let month = QuotaMonth(
            month: "2026-11",
            carriedSeconds: 60,
            grantedSeconds: 7200,
            returnedSeconds: 0,
            usedSeconds: 3600,
            expiredSeconds: 0,
            leftSeconds: 3660
        )
        let lines = SettlementPage.quota([month]).split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("QUOTA") && lines[1].hasSuffix("1:01:00"))
    }

    @Test("the list of contracts says which ends")
    func list() {
        let contract = ContractSummary(
            contract: "acme",
            version: 1,
            hash: "00",
            title: "Support",
            client: "ACME",
            validFrom: "2026-01-01",
            addedAt: Timestamp(seconds: 0),
            endsOn: "2026-12-31"
        )
        #expect(ContractPage.list([contract]).contains("2026-01-01  2026-12-31  ACME"))
    }

    @Test("recorded work says so where sessions are listed")
    func recorded() {
        var record = Samples.record(summary: "x")
        #expect(!SessionPage.list([record]).contains("recorded"))
        record.recorded = true
        #expect(SessionPage.list([record]).contains("recorded"))
        #expect(SessionPage.ended(record).contains("(recorded later, without a session)"))
    }
}
