import Billing
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("A contract that is changed")
struct ContractChangeTests {
    /// The same contract at another price, in force from a day on.
    private func dearer(from day: String) -> String {
        exampleContract.replacing("\"90.00\"", with: "\"120.00\"").replacing(
            "validFrom: 2026-01-01",
            with: "validFrom: \(day)"
        )
    }

    private func end(_ session: String, _ stage: DeskStage) async throws -> RelayAPI.SessionRecord {
        try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
    }

    @Test(
        "while a session runs: it is billed as was agreed, the next one by the new version",
        arguments: ["2026-01-01", "2027-01-15"]
    )
    func during(validFrom: String) async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let running = try await stage.session()
            stage.hands.advance(300)
            try await stage.add(dearer(from: validFrom))
            stage.hands.advance(300)
            let first = try await end(running, stage)
            #expect(first.contractVersion == 1)
            #expect(first.netCents == 1500)

            stage.hands.advance(60)
            let next = try await stage.session(centsPerHour: 12_000)
            stage.hands.advance(600)
            let second = try await end(next, stage)
            #expect(second.contractVersion == 2)
            #expect(second.netCents == 2000)
            #expect(try await stage.record(running)?.netCents == 1500)
        }
    }

    @Test("from a day to come: until then the old price holds")
    func later() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            // The desk's clock shows 15 January 2027.
            try await stage.add(dearer(from: "2027-01-17"))
            let today = try await stage.session()
            stage.hands.advance(600)
            #expect(try await end(today, stage).netCents == 1500)
            stage.hands.advance(2 * 86_400)
            let then = try await stage.session(centsPerHour: 12_000)
            stage.hands.advance(600)
            #expect(try await end(then, stage).netCents == 2000)
        }
    }

    @Test("backwards: no session and no fee of before changes, and what was issued stays")
    func backwards() async throws {
        let fee = { (cents: String) in
            """

            retainer:
              kind: takeOrPay
              fee: "\(cents)"
              included: 1m
              period: month
              overageRate: support
              carryOver: { policy: none }

            """
        }
        let stage = try await DeskStage(
            contract: exampleContract.replacing(
                "support, rate: support }",
                with: "support, rate: support, usesQuota: true }"
            ) + fee("250.00")
        )
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(600)
            _ = try await end(session, stage)
            let accounts = ContractAccounts(ledger: stage.ledger)
            let before = try await accounts.account(of: "minute", at: stage.hands.clock.wall()).statements
            #expect(before.last?.netCents == 26_350)

            try await stage.add(
                dearer(from: "2026-01-01").replacing(
                    "support, rate: support }",
                    with: "support, rate: support, usesQuota: true }"
                ) + fee("400.00")
            )
            #expect(try await accounts.account(of: "minute", at: stage.hands.clock.wall()).statements == before)
            // The month after is the first that the new version was stored before.
            stage.hands.advance(31 * 86_400)
            let after = try await accounts.account(of: "minute", at: stage.hands.clock.wall()).statements
            #expect(after.map(\.netCents) == [26_350, 40_000])
        }
    }
}
