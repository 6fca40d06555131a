import Foundation
import Receipts
import RelayAPI
import Testing

@testable import Relay

/// 90.00 an hour by the minute: a minute costs 1.50.
@Suite("The agreed upper limit")
struct CapTests {
    private func stage(_ cap: String) async throws -> DeskStage {
        try await DeskStage(contract: exampleContract + "\ncap: { \(cap) }\n")
    }

    @Test("a session ends in the second in which another one would cost more")
    func stop() async throws {
        let stage = try await stage("perSession: \"30.00\", onReach: stop")
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(1199)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            // However late the relay looks.
            stage.hands.advance(7)
            await stage.desk.tick()
            let record = try #require(try await stage.record(session))
            #expect(record.state == .ended)
            #expect(record.endedBy == "relay")
            #expect(record.reason == "the agreed upper limit is reached")
            #expect(record.rawSeconds == 1200)
            #expect(record.netCents == 3000)
        }
    }

    @Test("who ends it before the relay has looked pays no more, and a checkpoint in between changes nothing")
    func lateEnd() async throws {
        let stage = try await stage("perSession: \"30.00\", onReach: stop")
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(1205)
            let now = try #require(await stage.desk.running[session]).instant(stage.hands.clock)
            try await stage.ledger.checkpoint([session: now])
            let record = try await stage.desk.end(EndRequest(summary: "x"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 1200)
            #expect(record.netCents == 3000)
        }
    }

    @Test("time in which the clock stands does not count towards it")
    func paused() async throws {
        let stage = try await stage("perSession: \"30.00\", onReach: stop")
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(600)
            _ = try await stage.desk.setPaused(true, session: session, by: stage.jana)
            stage.hands.advance(3000)
            await stage.desk.tick()
            _ = try await stage.desk.setPaused(false, session: session, by: stage.jana)
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(try #require(try await stage.record(session)).netCents == 3000)
        }
    }

    @Test("where the contract only warns, both ends are told once, the ledger keeps it, and the session goes on")
    func warn() async throws {
        let stage = try await stage("perSession: \"30.00\", onReach: warn")
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(1199)
            await stage.desk.tick()
            #expect(try #require(try await stage.record(session)).warnings == nil)
            for _ in 0..<3 {
                stage.hands.advance(1)
                await stage.desk.tick()
            }
            let record = try #require(try await stage.record(session))
            #expect(record.state == .running)
            let notice = "The agreed upper limit of 30.00 EUR for a session is reached."
            #expect(record.warnings == [notice])
            #expect(record.notes == [notice])
            let ended = try await stage.desk.end(EndRequest(summary: "x"), session: session, by: stage.jana)
            #expect(ended.netCents == 3150)
        }
    }

    @Test("a month's limit counts the sessions before")
    func month() async throws {
        let stage = try await stage("perMonth: \"45.00\", onReach: stop")
        try await stage.with {
            let first = try await stage.session()
            stage.hands.advance(1200)
            await stage.desk.tick()
            _ = try await stage.desk.end(EndRequest(summary: "x"), session: first, by: stage.jana)
            stage.hands.advance(60)
            let second = try await stage.session()
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(second)?.endedAt == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(try #require(try await stage.record(second)).netCents == 1500)
        }
    }

    @Test("work that became a warranty case reaches none")
    func warranty() async throws {
        let stage = try await stage("perSession: \"30.00\", onReach: stop")
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(600)
            _ = try await stage.desk.changeCategory("defect", session: session, by: stage.jana)
            stage.hands.advance(3000)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
        }
    }

    // MARK: Asking the client

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
        let stage = try await stage(asking)
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
        let stage = try await stage(asking)
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
        let stage = try await stage(asking)
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
        let stage = try await stage(asking)
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

    // MARK: Beside others, and included time

    @Test("what a month's limit leaves is shared by the sessions that run beside each other")
    func beside() async throws {
        let stage = try await stage("perMonth: \"45.00\", onReach: stop")
        try await stage.with {
            let first = try await stage.session()
            let second = try await stage.session()
            // 15 minutes each, 1.50 a minute.
            for _ in 0..<60 {
                stage.hands.advance(15)
                await stage.desk.tick()
            }
            stage.hands.advance(60)
            await stage.desk.tick()
            let nets = [
                try #require(try await stage.record(first)).netCents,
                try #require(try await stage.record(second)).netCents,
            ]
            // The one that would exceed it next has ended; what it left is the other's.
            #expect(nets.compactMap(\.self).reduce(0, +) <= 4500)
            #expect(nets.contains { $0 != nil })
        }
    }

    @Test("both are told when ten minutes of the included time are left, and when it is used up")
    func quota() async throws {
        let retainer = """

            retainer: { kind: takeOrPay, fee: "50.00", included: 30m, period: month, overageRate: support, carryOver: { policy: none } }
            minimumTermMonths: 24
            noticeDays: 30
            """
        let contract = exampleContract.replacing(
            "kind: support, rate: support }",
            with: "kind: support, rate: support, usesQuota: true }"
        )
        let stage = try await DeskStage(contract: contract + retainer)
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(1140)
            await stage.desk.tick()
            #expect(try #require(try await stage.record(session)).warnings == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            let first = "At most 10 minutes of the included time are left; after that an hour costs 90.00 EUR."
            #expect(try #require(try await stage.record(session)).warnings == [first])
            let alone = try await stage.desk.session(session, visibleTo: nil)
            #expect(alone.quotaLeftSeconds == 600)
            #expect(alone.netCents == 0)
            stage.hands.advance(660)
            await stage.desk.tick()
            let record = try #require(try await stage.record(session))
            #expect(record.warnings?.last == "The included time is used up; from here on an hour costs 90.00 EUR.")
            #expect(record.notes == record.warnings)
        }
    }

    // MARK: Each limit by itself

    private let both = "perSession: \"30.00\", perMonth: \"45.00\", onReach: needConsent"

    @Test("who agreed to pass a session's limit is asked again at the month's")
    func bothLimits() async throws {
        let stage = try await stage(both)
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
        let stage = try await stage("perSession: \"30.00\", perMonth: \"45.00\", onReach: warn")
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
        let stage = try await stage(asking)
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
        let stage = try await stage(asking)
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
        let stage = try await stage(asking)
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

    // MARK: What is settled beside a session

    @Test("work that is written down beside a session leaves it less of the month")
    func recordedBeside() async throws {
        let stage = try await stage("perMonth: \"45.00\", onReach: stop")
        try await stage.with {
            // The contract's version is in force from its storing on.
            stage.hands.advance(3600)
            let session = try await stage.session()
            stage.hands.advance(60)
            _ = try await stage.phone(minutes: 10)
            await expectRefusal("would exceed the agreed upper limit of 45.00 EUR for a month") {
                try await stage.phone(minutes: 20, overlap: true)
            }
            await stage.pass(1139, at: stage.desk)
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            await stage.pass(1, at: stage.desk)
            #expect(try #require(try await stage.record(session)).netCents == 3000)
        }
    }

    /// By the quarter of an hour, of which one costs 22.50 and the month has three.
    @Test("a session that ends leaves what it came to, to the step, to nobody")
    func endedBeside() async throws {
        let contract = exampleContract.replacing("step: 1m", with: "step: 15m")
        let stage = try await DeskStage(contract: contract + "\ncap: { perMonth: \"67.50\", onReach: stop }\n")
        try await stage.with {
            let first = try await stage.session()
            await stage.pass(300, at: stage.desk)
            let second = try await stage.session()
            await stage.pass(590, at: stage.desk)
            await stage.desk.watchLimits(of: "minute")
            await stage.desk.limitsAreKnown(of: second)
            // The first one's second quarter has begun when it ends.
            stage.hands.advance(12)
            let ended = try await stage.desk.end(EndRequest(summary: "x"), session: first, by: stage.jana)
            #expect(ended.netCents == 4500)
            await stage.pass(297, at: stage.desk)
            #expect(try await stage.ledger.session(second)?.endedAt == nil)
            await stage.pass(2, at: stage.desk)
            let record = try #require(try await stage.record(second))
            #expect(record.rawSeconds == 900)
            #expect(record.netCents == 2250)
        }
    }
}
