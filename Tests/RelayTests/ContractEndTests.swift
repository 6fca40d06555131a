import Contracts
import Invoicing
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("The end of a contract")
struct ContractEndTests {
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
            await expectRefusal("ended on 2027-01-15") { try await stage.invite() }
            await expectRefusal("ended on 2027-01-15") { try await stage.phone() }
            await expectRefusal("nothing takes back") { try await end(stage, nil) }
            await expectRefusal("nothing takes back") { try await end(stage, "2027-03-01") }
        }
    }

    @Test("an invitation from before the last day leads to no session after it")
    func endedMeanwhile() async throws {
        try await startsNoSession(stage: DeskStage(), "ended on 2027-01-15") { _ = try await end($0, "2027-01-15") }
    }

    @Test("neither does one from before the day until which the terms are valid")
    func overMeanwhile() async throws {
        let stage = try await DeskStage(contract: exampleContract + "\nvalidUntil: 2027-01-15\n")
        try await startsNoSession(stage: stage, "ended (add a new version)") { _ in }
    }

    /// Invites five minutes before the contract is over, and consents five minutes after.
    private func startsNoSession(
        stage: DeskStage,
        _ sentence: String,
        _ prepare: (DeskStage) async throws -> Void
    ) async throws {
        try await stage.with {
            // 23:55 in Berlin.
            stage.hands.advance(14 * 3600 + 55 * 60)
            try await prepare(stage)
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
                key: stage.key,
                client: stage.client
            )
            stage.hands.advance(600)
            await expectRefusal(sentence) {
                try await stage.desk.consent(consent.request(), token: joined.token).session
            }
        }
    }

    @Test("a later day replaces an earlier one, and until its day has passed it is taken back")
    func revoked() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            await expectRefusal("has no end") { try await end(stage, nil) }
            _ = try await end(stage, "2027-01-31")
            #expect(try await end(stage, "2027-12-31").warning == nil)
            #expect(try await end(stage, nil).endsOn == nil)
            stage.hands.advance(20 * 86_400)
            _ = try await stage.invite()
            #expect(try await stage.ledger.ends(of: "minute").count == 3)
            await expectRefusal("before the contract begins") { try await end(stage, "2020-01-01") }
            await expectRefusal("is not a day") { try await end(stage, "31.12.2027") }
        }
    }

    @Test("a day before sessions or invoices that are there is refused; else later fees fall away and quota ends")
    func endedBefore() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            stage.hands.advance(7200)
            let session = try await stage.phone()
            stage.hands.advance(30 * 86_400)
            await stage.desk.tick()
            await expectRefusal("session \(session.session) lies after") { try await end(stage, "2027-01-14") }
            stage.hands.advance(30 * 86_400)
            await stage.desk.tick()
            let february = try await stage.issue("2027-02")
            await expectRefusal("invoice \(february.number) bills 2027-02") { try await end(stage, "2027-01-20") }
            _ = try await stage.office.cancel(CancelInvoice(number: february.number, reason: nil))
            _ = try await end(stage, "2027-01-20")
            try await stage.expectBooked()
            #expect(try await stage.ledger.quota(of: "minute").last?.leftSeconds == 0)
            await expectRefusal("nothing to invoice") { try await stage.issue("2027-02") }
        }
    }

    @Test("a small invoice waits no longer than to the contract's end")
    func rollover() async throws {
        let text = exampleContract + "\npayment: { termDays: 14, cycle: monthly, smallestInvoice: \"50.00\" }"
        let stage = try await DeskStage(contract: text)
        try await stage.with {
            stage.hands.advance(7200)
            _ = try await stage.phone(minutes: 20)
            _ = try await end(stage, "2027-01-31")
            stage.hands.advance(40 * 86_400)
            #expect(try await stage.issue("2027-01").netCents == 3000)
        }
    }
}
