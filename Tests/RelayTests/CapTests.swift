import Foundation
import Receipts
import RelayAPI
import Testing

@testable import Relay

/// 90.00 an hour by the minute: a minute costs 1.50.
@Suite("The agreed upper limit")
struct CapTests {
    @Test("a session ends in the second in which another one would cost more")
    func stop() async throws {
        let stage = try await DeskStage(cap: "perSession: \"30.00\", onReach: stop")
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
        let stage = try await DeskStage(cap: "perSession: \"30.00\", onReach: stop")
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
        let stage = try await DeskStage(cap: "perSession: \"30.00\", onReach: stop")
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
        let stage = try await DeskStage(cap: "perSession: \"30.00\", onReach: warn")
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
        let stage = try await DeskStage(cap: "perMonth: \"45.00\", onReach: stop")
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
        let stage = try await DeskStage(cap: "perSession: \"30.00\", onReach: stop")
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(600)
            _ = try await stage.desk.changeCategory("defect", session: session, by: stage.jana)
            stage.hands.advance(3000)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
        }
    }

    // MARK: Beside others, and included time

    @Test("what a month's limit leaves is shared by the sessions that run beside each other")
    func beside() async throws {
        let stage = try await DeskStage(cap: "perMonth: \"45.00\", onReach: stop")
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

    // MARK: What is settled beside a session

    @Test("work that is written down beside a session leaves it less of the month")
    func recordedBeside() async throws {
        let stage = try await DeskStage(cap: "perMonth: \"45.00\", onReach: stop")
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

extension DeskStage {
    /// With an upper limit in its contract, such as `perSession: "30.00", onReach: stop`.
    init(cap: String) async throws {
        try await self.init(contract: exampleContract + "\ncap: { \(cap) }\n")
    }
}
