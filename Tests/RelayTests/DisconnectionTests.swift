import Foundation
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("A session of which an end is away")
struct DisconnectionTests {
    private static let lost = "the client's connection was lost"

    @Test("what lies between the last that was heard and the end's return is not billed")
    func gap() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(60)
            await stage.desk.disconnected(session, Self.lost, quiet: 5000)
            await stage.pass(100, at: stage.desk)
            await stage.desk.reconnected(session)
            stage.hands.advance(30)
            let record = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 85)
            #expect(record.disconnectedSeconds == 105)
            #expect(record.pausedSeconds == 0)
        }
    }

    @Test("when nobody comes back in time the session ends where it was")
    func forsaken() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(60)
            await stage.desk.disconnected(session, Self.lost, quiet: 0)
            await stage.pass(599, at: stage.desk)
            #expect(try await stage.ledger.session(session)?.state == .live)
            await stage.pass(1, at: stage.desk)
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.state == .ended)
            #expect(record.reason == Self.lost)
            #expect(record.endedBy == .relay)
            #expect(record.time(at: 0).rawSeconds == 60)
            #expect(record.time(at: 0).disconnectedSeconds == 0)
        }
    }

    @Test("a pause that goes on behind the gap is a pause, and the gap is none")
    func paused() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(10)
            _ = try await stage.desk.setPaused(true, session: session, by: stage.jana)
            stage.hands.advance(10)
            await stage.desk.disconnected(session, Self.lost, quiet: 0)
            stage.hands.advance(10)
            await stage.desk.reconnected(session)
            stage.hands.advance(10)
            _ = try await stage.desk.setPaused(false, session: session, by: stage.jana)
            stage.hands.advance(10)
            let record = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 20)
            #expect(record.pausedSeconds == 20)
            #expect(record.disconnectedSeconds == 10)
        }
    }

    @Test("an operator ends a session while the client is away, and the gap counts up to then")
    func endedMeanwhile() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(20)
            await stage.desk.disconnected(session, Self.lost, quiet: 0)
            stage.hands.advance(40)
            let record = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 20)
            #expect(record.disconnectedSeconds == 40)
            await stage.pass(700, at: stage.desk)
            #expect(try await stage.ledger.session(session)?.reason == "ended by the operator")
        }
    }

    @Test("a relay's next process keeps the session from its last checkpoint on, paused as it was, for the same token")
    func restarted() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (session, token) = try await stage.sessionWithToken("minute", centsPerHour: 9000)
            await stage.pass(20, at: stage.desk)
            stage.hands.advance(30)
            let next = try await stage.nextDesk()
            #expect(await next.isAgent(token))
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.isDisconnected)
            await next.reconnected(session)
            stage.hands.advance(10)
            _ = try await next.setPaused(true, token: token)
            let third = try await stage.nextDesk()
            await third.reconnected(session)
            await #expect(throws: Refusal.self) {
                try await third.setPaused(false, session: session, by: stage.jana)
            }
            _ = try await third.setPaused(false, token: token)
            let ended = try await third.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            // 15 at the checkpoint, then 10.
            #expect(ended.rawSeconds == 25)
        }
    }

    @Test("a relay that was gone for longer closes the session at its last checkpoint")
    func restartedLate() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let (session, token) = try await stage.sessionWithToken("minute", centsPerHour: 9000)
            await stage.pass(20, at: stage.desk)
            stage.hands.advance(600)
            let next = try await stage.nextDesk()
            #expect(await !next.isAgent(token))
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.state == .interrupted)
            #expect(record.time(at: 0).rawSeconds == 15)
        }
    }

    @Test("an end of the gap that the ledger did not take is written as soon as it can, and what follows is billed")
    func unwritten() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(60)
            await stage.desk.disconnected(session, Self.lost, quiet: 0)
            stage.hands.advance(40)
            let blocked = stage.path + "/ledger/ledger.head.new"
            try FileManager.default.createDirectory(atPath: blocked, withIntermediateDirectories: false)
            await stage.desk.reconnected(session)
            await stage.pass(70, at: stage.desk)
            #expect(try await stage.ledger.session(session)?.isDisconnected == true)
            try FileManager.default.removeItem(atPath: blocked)
            await stage.pass(30, at: stage.desk)
            let record = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 160)
            #expect(record.disconnectedSeconds == 40)
        }
    }

    @Test("a gap that is written while the clock ticks stands there once")
    func writtenOnce() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            for count in 1...20 {
                stage.hands.advance(5)
                await stage.desk.disconnected(session, Self.lost, quiet: 0)
                stage.hands.advance(5)
                async let ticked: Void = stage.desk.tick()
                async let back: Void = stage.desk.reconnected(session)
                async let ticked2: Void = stage.desk.tick()
                _ = await (ticked, back, ticked2)
                #expect(try await stage.ledger.session(session)?.breaks.count == count)
            }
        }
    }
}
