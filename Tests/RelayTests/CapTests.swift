import RelayAPI
import Testing

@testable import Relay

/// 90.00 an hour by the minute: a minute costs 1.50.
@Suite("The agreed upper limit")
struct CapTests {
    private func stage(_ cap: String) async throws -> DeskStage {
        try await DeskStage(contract: exampleContract + "\ncap: { \(cap) }\n")
    }

    @Test("a session ends in the second in which another one would cost more", arguments: ["stop", "needConsent"])
    func stop(reach: String) async throws {
        let stage = try await stage("perSession: \"30.00\", onReach: \(reach)")
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
            #expect(try #require(try await stage.record(session)).capNotice == nil)
            for _ in 0..<3 {
                stage.hands.advance(1)
                await stage.desk.tick()
            }
            let record = try #require(try await stage.record(session))
            #expect(record.state == .running)
            let notice = "The agreed upper limit of 30.00 EUR for a session is reached."
            #expect(record.capNotice == notice)
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
}
