import Ledger
import RelayAPI
import Receipts
import Testing

@testable import Relay

@Suite("Around the start of a session")
struct ConsentRaceTests {
    /// Two ends that have met, and what both signed.
    private func met(_ stage: DeskStage) async throws -> (InvitationSummary, JoinAnswer, SignedConsent) {
        let invitation = try await stage.invite()
        let joined = try await stage.desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
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
        return (invitation, joined, consent)
    }

    @Test("of many consents at once one starts the session, and its client can still pause and end it")
    func atOnce() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (_, joined, consent) = try await met(stage)
            let request = try consent.request()
            let started = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask { (try? await stage.desk.consent(request, token: joined.token)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(started == 1)
            #expect(try await stage.desk.setPaused(true, token: joined.token).state == .paused)
            #expect(try await stage.desk.end(EndRequest(), token: joined.token).state == .ended)
        }
    }

    @Test("a consent that is refused leaves the way free for the right one")
    func refused() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (_, joined, consent) = try await met(stage)
            let changes: [(inout SignedConsent) -> Void] = [
                { $0.terms.purpose = "something else" }, { $0.terms.price.centsPerHour = 1 },
                { $0.terms.price.currency = "USD" }, { $0.grants = ["run", "shell"] },
            ]
            for change in changes {
                var other = consent
                change(&other)
                let request = try other.request()
                await #expect(throws: Refusal.self) { try await stage.desk.consent(request, token: joined.token) }
            }
            _ = try await stage.desk.consent(consent.request(), token: joined.token)
        }
    }

    @Test("an operator who reports a failure during a session neither cuts it nor lets it bill on")
    func lateReport() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (invitation, joined, consent) = try await met(stage)
            _ = try await stage.desk.consent(consent.request(), token: joined.token)
            await #expect(throws: Refusal.self) {
                try await stage.desk.report(.init(paired: false), invitation: invitation.invitation, by: stage.jana)
            }
            #expect(try await stage.desk.end(EndRequest(), token: joined.token).state == .ended)
        }
    }

    @Test("idle time that is not billed is what the contract says, whatever the client's program claims")
    func idle() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (_, joined, consent) = try await met(stage)
            let session = try await stage.desk.consent(consent.request(), token: joined.token).session
            stage.hands.advance(7200)
            _ = try await stage.desk.end(EndRequest(reason: "idle", idleSeconds: 7200), token: joined.token)
            #expect(try await stage.ledger.session(session)?.idleSeconds == 900)
            let other = try await stage.sessionWithToken()
            stage.hands.advance(60)
            _ = try await stage.desk.end(EndRequest(reason: "ended", idleSeconds: 60), token: other.token)
            #expect(try await stage.ledger.session(other.session)?.idleSeconds == 0)
        }
    }

    @Test("idle time is not billed either where the operator tells it, whom alone the client's program reached")
    func idleFromTheOperator() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(1200)
            let record = try await stage.desk.end(
                EndRequest(reason: "idle", idleSeconds: 900),
                session: session,
                by: stage.jana
            )
            #expect(record.reason == "nothing was done for too long")
            #expect(record.billedSeconds == 300)
            let other = try await stage.session()
            stage.hands.advance(7200)
            _ = try await stage.desk.end(
                EndRequest(reason: "idle", idleSeconds: 7200),
                session: other,
                by: stage.jana
            )
            #expect(try await stage.ledger.session(other)?.idleSeconds == 900)
            let third = try await stage.session()
            stage.hands.advance(60)
            _ = try await stage.desk.end(EndRequest(idleSeconds: 60), session: third, by: stage.jana)
            #expect(try await stage.ledger.session(third)?.idleSeconds == 0)
        }
    }
}
