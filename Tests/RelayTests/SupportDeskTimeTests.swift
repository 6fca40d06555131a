import Foundation
import Ledger
import Logging
import RelayAPI
import Testing

@testable import Relay

/// What happens because time passes, by a clock that the test moves.
@Suite("Support desk and time")
struct SupportDeskTimeTests {
    @Test("an invitation that nobody takes expires at its time, not before")
    func expiry() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let invitation = try await stage.invite()
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .open)
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .expired)
            await #expect(throws: Refusal.self) {
                try await stage.desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
            }
        }
    }

    @Test(
        "a wall clock that jumps makes no code good for longer or shorter",
        arguments: [-86_400, -3600, 3600] as [Int64]
    )
    func expiryByMonotonicTime(jump: Int64) async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let invitation = try await stage.invite()
            stage.hands.wall.withLockedValue { $0 += jump }
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .open)
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .expired)
        }
    }

    @Test("a relay that starts again with its wall clock set back keeps a code open no longer than was said")
    func expiryAfterRestart() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let invitation = try await stage.invite()
            stage.hands.wall.withLockedValue { $0 -= 86_400 }
            let next = SupportDesk(
                ledger: stage.ledger,
                directory: OperatorDirectory(ledger: stage.ledger),
                clock: stage.hands.clock,
                metrics: RelayMetrics(),
                logger: Logger(label: "test"),
                authority: ""
            )
            try await next.start()
            stage.hands.advance(600)
            await next.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .expired)
        }
    }

    @Test(
        "who typed a wrong room waits as long as was said, whatever becomes of the wall clock",
        arguments: [-86_400, 86_400] as [Int64]
    )
    func penaltyByMonotonicTime(jump: Int64) async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let address = AddressBlock("203.0.113.7")
            func isToldToWait() async throws -> Bool {
                do {
                    _ = try await stage.desk.join(JoinRequest(room: "0000"), from: address)
                    return false
                } catch let refusal as Refusal {
                    return refusal.status == .tooManyRequests
                }
            }
            let first = try await isToldToWait()
            #expect(!first)
            stage.hands.wall.withLockedValue { $0 += jump }
            stage.hands.advance(4)
            #expect(try await isToldToWait())
            stage.hands.advance(1)
            #expect(try await !isToldToWait())
        }
    }

    @Test("an agent that nobody comes to is sent away after ten minutes")
    func waiting() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let invitation = try await stage.invite()
            let answer = try await stage.desk.join(
                JoinRequest(room: invitation.room),
                from: AddressBlock("203.0.113.7")
            )
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(await stage.desk.isAgent(answer.token))
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(await !stage.desk.isAgent(answer.token))
        }
    }

    @Test("open sessions are written down every 15 seconds, in one entry")
    func checkpoints() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            _ = try await (stage.session(), stage.session())
            let before = try await stage.kinds().count
            for _ in 0..<60 {
                stage.hands.advance(1)
                await stage.desk.tick()
            }
            let after = try await stage.kinds().dropFirst(before)
            #expect(after.count == 4)
            #expect(Set(after).count == 1)
        }
    }

    @Test("the longest session ends by itself, and its time is exactly that long")
    func longest() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(4 * 3600 - 1)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.reason == "the longest session was over")
            #expect(record.time(at: 0).rawSeconds == 4 * 3600)
        }
    }

    @Test("a wall clock that jumps changes no duration", arguments: [-86_400, -3600, 3600, 86_400] as [Int64])
    func jump(seconds: Int64) async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(60)
            stage.hands.wall.withLockedValue { $0 += seconds }
            _ = try await stage.desk.setPaused(true, session: session, by: stage.jana)
            stage.hands.advance(40)
            _ = try await stage.desk.setPaused(false, session: session, by: stage.jana)
            stage.hands.advance(20)
            let record = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 80)
            #expect(record.pausedSeconds == 40)
        }
    }

    @Test("after a stop without notice a session ends at its last checkpoint")
    func crash() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            for _ in 0..<20 {
                stage.hands.advance(1)
                await stage.desk.tick()
            }
            let next = SupportDesk(
                ledger: stage.ledger,
                directory: OperatorDirectory(ledger: stage.ledger),
                clock: stage.hands.clock,
                metrics: RelayMetrics(),
                logger: Logger(label: "test"),
                authority: ""
            )
            try await next.start()
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.state == .interrupted)
            #expect(record.time(at: 0).rawSeconds == 15)
        }
    }
}
