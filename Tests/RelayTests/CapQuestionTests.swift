import Receipts
import RelayAPI
import Testing

@testable import Relay

/// 90.00 an hour by the minute: a minute costs 1.50.
@Suite("The client is asked about the agreed upper limit")
struct CapQuestionTests {
    /// The client's answer to the question that the relay has.
    private func answer(
        _ stage: DeskStage,
        _ session: String,
        accepts: Bool,
        cents: Int64 = 3000,
        limit: CapAnswer.Limit = .session
    ) async throws -> CapAnswerRequest {
        let consent = try #require(try await stage.ledger.consent(session))
        let plain = CapAnswer(
            session: session,
            consentHash: try consent.hash(),
            limit: limit,
            capCents: cents,
            accepts: accepts
        )
        let signed = plain.signed(try Signature(by: .client, of: plain.signedBytes(), with: stage.client))
        return CapAnswerRequest(answer: String(decoding: try signed.canonicalBytes(), as: UTF8.self))
    }

    /// A session that has reached 30.00.
    private func reached(_ stage: DeskStage) async throws -> String {
        let session = try await stage.session()
        stage.hands.advance(1199)
        await stage.desk.tick()
        #expect(try #require(try await stage.record(session)).capQuestion == nil)
        stage.hands.advance(1)
        await stage.desk.tick()
        #expect(try #require(try await stage.record(session)).capQuestion == CapQuestion(limit: "session", cents: 3000))
        return session
    }

    private let asking = "perSession: \"30.00\", onReach: needConsent"

    @Test("a client who says nothing for a minute pays nothing for that minute, and the session ends where the cap was")
    func unanswered() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let session = try await reached(stage)
            stage.hands.advance(59)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            let record = try #require(try await stage.record(session))
            #expect(record.reason == "the agreed upper limit is reached")
            #expect(record.rawSeconds == 1200)
            #expect(record.netCents == 3000)
        }
    }

    @Test("with the client's signed yes it goes on, the time of the question included, and nobody is asked twice")
    func accepted() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let session = try await reached(stage)
            stage.hands.advance(20)
            let request = try await answer(stage, session, accepts: true)
            _ = try await stage.desk.answerCap(request, session: session, by: stage.jana)
            stage.hands.advance(640)
            await stage.desk.tick()
            let record = try #require(try await stage.record(session))
            #expect(record.state == .running)
            #expect(record.capQuestion == nil)
            #expect(record.notes.contains("the client agreed to go on beyond the agreed upper limit"))
            let ended = try await stage.desk.end(EndRequest(summary: "x"), session: session, by: stage.jana)
            #expect(ended.rawSeconds == 1860)
            #expect(ended.netCents == 4650)
            #expect(try await stage.kinds().contains("capAnswered"))
        }
    }

    @Test("with the client's no it ends where the cap was")
    func declined() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let session = try await reached(stage)
            stage.hands.advance(20)
            let request = try await answer(stage, session, accepts: false)
            let record = try await stage.desk.answerCap(request, session: session, by: stage.jana)
            #expect(record.state == .ended)
            #expect(record.rawSeconds == 1200)
            #expect(record.notes.contains("the client did not agree to go on beyond the agreed upper limit"))
        }
    }

    @Test("a yes that the client did not sign, one to another limit, and one before the question lift nothing")
    func forged() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let early = try await stage.session()
            let before = try await answer(stage, early, accepts: true)
            await #expect(throws: Refusal.self) {
                try await stage.desk.answerCap(before, session: early, by: stage.jana)
            }
            _ = try await stage.desk.end(EndRequest(summary: "x"), session: early, by: stage.jana)
            let session = try await reached(stage)
            let other = try await answer(stage, session, accepts: true, cents: 9000)
            let text = try await answer(stage, session, accepts: false).answer
            let forged = CapAnswerRequest(answer: text.replacing("\"accepts\":false", with: "\"accepts\":true"))
            for request in [other, forged, before] {
                await #expect(throws: Refusal.self) {
                    try await stage.desk.answerCap(request, session: session, by: stage.jana)
                }
            }
            #expect(try #require(try await stage.record(session)).capQuestion != nil)
        }
    }

    // MARK: Each limit by itself

    private let both = "perSession: \"30.00\", perMonth: \"45.00\", onReach: needConsent"

    @Test("who agreed to pass a session's limit is asked again at the month's")
    func bothLimits() async throws {
        let stage = try await DeskStage(cap: both)
        try await stage.with {
            let session = try await reached(stage)
            let request = try await answer(stage, session, accepts: true)
            _ = try await stage.desk.answerCap(request, session: session, by: stage.jana)
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(try #require(try await stage.record(session)).capQuestion == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            let question = try #require(try await stage.record(session)).capQuestion
            #expect(question == CapQuestion(limit: "month", cents: 4500))
            let month = try await answer(stage, session, accepts: true, cents: 4500, limit: .month)
            _ = try await stage.desk.answerCap(month, session: session, by: stage.jana)
            stage.hands.advance(3600)
            await stage.desk.tick()
            #expect(try #require(try await stage.record(session)).capQuestion == nil)
        }
    }

    @Test("where the contract only warns, both limits are said, each when it is reached")
    func bothWarnings() async throws {
        let stage = try await DeskStage(cap: "perSession: \"30.00\", perMonth: \"45.00\", onReach: warn")
        try await stage.with {
            let session = try await stage.session()
            await stage.pass(1200, at: stage.desk)
            let notice = "The agreed upper limit of 30.00 EUR for a session is reached."
            #expect(try #require(try await stage.record(session)).warnings == [notice])
            await stage.pass(600, at: stage.desk)
            let month = "The agreed upper limit of 45.00 EUR for a month is reached."
            #expect(try #require(try await stage.record(session)).warnings == [notice, month])
        }
    }

    @Test("what the client agreed to holds for the relay's next process too")
    func restarted() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let session = try await reached(stage)
            let request = try await answer(stage, session, accepts: true)
            _ = try await stage.desk.answerCap(request, session: session, by: stage.jana)
            stage.hands.advance(60)
            let next = try await stage.nextDesk()
            await next.reconnected(session)
            await next.tick()
            #expect(await next.capQuestion(session) == nil)
            #expect(await next.running[session]?.limits.warnings.count == 1)
        }
    }

    @Test("who was away when asked has a whole minute to answer after coming back")
    func askedAgain() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let session = try await reached(stage)
            stage.hands.advance(10)
            await stage.desk.disconnected(session, "the client's connection was lost", quiet: 0)
            await stage.pass(100, at: stage.desk)
            await stage.desk.reconnected(session)
            await stage.pass(59, at: stage.desk)
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            await stage.pass(3, at: stage.desk)
            let record = try #require(try await stage.record(session))
            #expect(record.reason == "the agreed upper limit is reached")
            #expect(record.netCents == 3000)
        }
    }

    @Test("where the work turns out to cost less, the question is taken back")
    func cheaper() async throws {
        let stage = try await DeskStage(cap: asking)
        try await stage.with {
            let session = try await reached(stage)
            stage.hands.advance(30)
            _ = try await stage.desk.changeCategory("defect", session: session, by: stage.jana)
            await stage.pass(600, at: stage.desk)
            let record = try #require(try await stage.record(session))
            #expect(record.state == .running)
            #expect(record.capQuestion == nil)
        }
    }
}
