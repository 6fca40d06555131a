import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Who stops the clock")
struct ClientPauseTests {
    @Test("the client's pause is not billed, and the operator cannot let it go on")
    func byClient() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (session, token) = try await stage.sessionWithToken()
            stage.hands.advance(10)
            #expect(try await stage.desk.setPaused(true, token: token).state == .paused)
            stage.hands.advance(100)
            await #expect(throws: Refusal.self) {
                try await stage.desk.setPaused(false, session: session, by: stage.jana)
            }
            stage.hands.advance(100)
            #expect(try await stage.desk.setPaused(false, token: token).state == .running)
            stage.hands.advance(20)
            let record = try await stage.desk.end(EndRequest(), session: session, by: stage.jana)
            #expect(record.rawSeconds == 30 && record.pausedSeconds == 200)
        }
    }

    @Test("where both stop it, it runs when both let it go on, in whatever order", arguments: [true, false])
    func byBoth(clientFirst: Bool) async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (session, token) = try await stage.sessionWithToken()
            _ = try await stage.desk.setPaused(true, token: token)
            stage.hands.advance(5)
            _ = try await stage.desk.setPaused(true, session: session, by: stage.jana)
            stage.hands.advance(5)
            let letGo = {
                clientFirst
                    ? try await stage.desk.setPaused(false, token: token)
                    : try await stage.desk.setPaused(false, session: session, by: stage.jana)
            }
            #expect(try await letGo().state == .paused)
            stage.hands.advance(5)
            let last =
                clientFirst
                ? try await stage.desk.setPaused(false, session: session, by: stage.jana)
                : try await stage.desk.setPaused(false, token: token)
            #expect(last.state == .running)
            stage.hands.advance(7)
            let record = try await stage.desk.end(EndRequest(), session: session, by: stage.jana)
            #expect(record.rawSeconds == 7 && record.pausedSeconds == 15)
        }
    }

    @Test("a token without a session, and a session that has ended, have no clock to stop")
    func nothing() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            await #expect(throws: Refusal.self) { try await stage.desk.setPaused(true, token: "unknown") }
            let (session, token) = try await stage.sessionWithToken()
            _ = try await stage.desk.end(EndRequest(), session: session, by: stage.jana)
            await #expect(throws: Refusal.self) { try await stage.desk.setPaused(true, token: token) }
        }
    }
}

@Suite("What the terms need to know")
struct StandingTests {
    private static let retainer =
        exampleContract + """

            retainer: { kind: takeOrPay, fee: "250.00", included: 3h, period: month, overageRate: support }
            cap: { perMonth: "950.00", onReach: warn }
            """

    @Test("the quota that is left and the month's cost follow the sessions that have ended")
    func quota() async throws {
        let contract = Self.retainer.replacing(
            "{ id: support, kind: support, rate: support }",
            with: "{ id: support, kind: support, rate: support, usesQuota: true }"
        )
        let stage = try await DeskStage(contract: contract)
        try await stage.with {
            func standing() async throws -> MeetingAnswer {
                let invitation = try await stage.invite()
                _ = try await stage.desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
                await stage.desk.pretendThatTheyMet(invitation.invitation)
                return try await stage.desk.report(
                    PairingOutcome(paired: true),
                    invitation: invitation.invitation,
                    by: stage.jana
                )
            }
            let before = try await standing()
            #expect(before.quotaLeftSeconds == 10_800 && before.monthNetCents == 0)
            let session = try await stage.session()
            stage.hands.advance(2 * 3600 + 30)
            _ = try await stage.desk.end(EndRequest(), session: session, by: stage.jana)
            // 7230 s are rounded up to 121 minutes.
            #expect(try await standing().quotaLeftSeconds == 10_800 - 7260)
            let second = try await stage.session()
            stage.hands.advance(3600)
            _ = try await stage.desk.end(EndRequest(), session: second, by: stage.jana)
            let after = try await standing()
            #expect(after.quotaLeftSeconds == 0)
            // 3600 - 3540 s are left at 90.00 an hour.
            #expect(after.monthNetCents == 150)
        }
    }

    @Test("a contract without quota and cap needs neither, and asking twice gives one session")
    func silent() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let invitation = try await stage.invite()
            _ = try await stage.desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
            await stage.desk.pretendThatTheyMet(invitation.invitation)
            let answers = [
                try await stage.desk.report(.init(paired: true), invitation: invitation.invitation, by: stage.jana),
                try await stage.desk.report(.init(paired: true), invitation: invitation.invitation, by: stage.jana),
            ]
            #expect(answers[0] == answers[1])
            #expect(answers[0].session != nil && answers[0].quotaLeftSeconds == nil && answers[0].monthNetCents == nil)
        }
    }
}
