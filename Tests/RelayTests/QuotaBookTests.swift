import Contracts
import Foundation
import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Quota in the ledger")
struct QuotaBookTests {
    @Test("a balance is added from now on, and a negative one takes back at most what is left")
    func balance() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            func set(_ seconds: Int64) async throws -> QuotaBalanceAnswer {
                try await stage.desk.settlement.balance("minute", QuotaBalanceRequest(seconds: seconds), by: stage.jana)
            }
            stage.hands.advance(60)
            #expect(try await set(3600) == .init(contract: "minute", changedSeconds: 3600, quotaLeftSeconds: 10_800))
            #expect(try await set(-1800).quotaLeftSeconds == 9000)
            #expect(try await set(-90_000) == .init(contract: "minute", changedSeconds: -9000, quotaLeftSeconds: 0))
            await expectRefusal("no included time left") { try await set(-60) }
            stage.hands.advance(60)
            await stage.desk.tick()
            try await stage.expectBooked()
            let months = try await stage.desk.contract("minute", version: nil).quota
            #expect(months?.map(\.month) == ["2027-01"])
            #expect(months?.first?.grantedSeconds == 7200 && months?.first?.leftSeconds == 0)
        }
        let without = try await DeskStage()
        try await without.with {
            without.hands.advance(60)
            await expectRefusal("includes no time") {
                try await without.desk.settlement.balance("minute", .init(seconds: 60), by: without.jana)
            }
            let shown = try await without.desk.contract("minute", version: nil)
            #expect(shown.quota == nil)
        }
    }

    @Test("a month that begins is written down after start and once, whatever the ticks")
    func ticks() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            await stage.desk.tick()
            #expect(try await stage.ledger.quota(of: "minute").map(\.kind) == ["granted"])
            let count = try await stage.kinds().count
            for _ in 0..<5 {
                stage.hands.advance(61)
                await stage.desk.tick()
            }
            #expect(try await stage.kinds().count == count)
            // Two months later.
            stage.hands.advance(60 * 86_400)
            await stage.desk.tick()
            #expect(try await stage.ledger.quota(of: "minute").map(\.period) == ["2027-01", "2027-02", "2027-03"])
            #expect(try await stage.kinds().count == count + 1)
            try await stage.expectBooked()
        }
    }

    @Test("a month is not closed while a session may still end in it")
    func heldOpen() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            await stage.desk.tick()
            let session = try await stage.session()
            // The ledger knows of nothing after its start: the relay may yet close it in January.
            stage.hands.advance(20 * 86_400)
            await stage.desk.settlement.book.update("minute", at: stage.hands.clock.wall())
            #expect(try await stage.ledger.quota(of: "minute").count == 1)
            try await stage.ledger.checkpoint([session: stage.hands.clock.wall()])
            await stage.desk.settlement.book.update("minute", at: stage.hands.clock.wall())
            #expect(try await stage.ledger.quota(of: "minute").count == 2)
        }
    }

    @Test("what cannot be written now is tried again")
    func failing() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        defer { try? FileManager.default.removeItem(atPath: stage.path) }
        let book = stage.desk.settlement.book
        #expect(await book.update("minute", at: stage.hands.clock.wall()))
        try await stage.ledger.close()
        #expect(await !book.update("minute", at: stage.hands.clock.wall()))
    }

    @Test("where the ledger says something else of the quota than its sessions come to, nothing is written")
    func contradiction() async throws {
        let stage = try await DeskStage(contract: quotaContract)
        try await stage.with {
            let wrong = QuotaPosting(
                kind: "granted",
                period: "2027-01",
                lot: "2027-01",
                seconds: 60,
                session: nil,
                leftSeconds: 60
            )
            try await stage.ledger.postQuota("minute", after: 0, [wrong])
            stage.hands.advance(120)
            await stage.desk.settlement.book.update("minute", at: stage.hands.clock.wall())
            #expect(try await stage.ledger.quota(of: "minute") == [wrong])
        }
    }
}
