import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Several who end the same session")
struct EndRaceTests {
    @Test("a second end gives what the first wrote, and writes nothing")
    func second() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(90)
            let first = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            let before = try await stage.kinds()
            stage.hands.advance(30)
            #expect(
                try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana) == first
            )
            #expect(try await stage.kinds() == before)
            #expect(first.rawSeconds == 90)
        }
    }

    @Test(
        "another operator, an owner too, is told that it is not theirs, and it goes on",
        arguments: [RelayAPI.OperatorRole.operator, .owner]
    )
    func stranger(role: RelayAPI.OperatorRole) async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            let piet = OperatorIdentity(name: "piet", role: role, serialNumber: "02")
            let before = try await stage.kinds()
            await #expect {
                try await stage.desk.end(EndRequest(summary: "mine"), session: session, by: piet)
            } throws: {
                ($0 as? Refusal)?.status == .forbidden
                    && ($0 as? Refusal)?.problem.message == "this is another operator's session"
            }
            #expect(try await stage.kinds() == before)
            #expect(try await stage.ledger.session(session)?.state == .live)
        }
    }

    @Test("operator, client and cap at once: one end, one bill, and the operator's summary is kept")
    func race() async throws {
        // 90.00 an hour by the minute: the first minute may be used, the next would be too dear.
        let stage = try await DeskStage(contract: exampleContract + "\ncap: { perSession: \"1.50\", onReach: stop }\n")
        try await stage.with {
            for round in 1...20 {
                let (session, token) = try await stage.sessionWithToken()
                stage.hands.advance(60)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let desk = stage.desk
                    group.addTask { _ = try await desk.end(EndRequest(), token: token) }
                    for _ in 1...2 {
                        group.addTask {
                            _ = try await desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
                        }
                    }
                    group.addTask { await desk.tick() }
                    try await group.waitForAll()
                }
                #expect(try await stage.kinds().count { $0 == "sessionEnded" } == round)
                let record = try #require(try await stage.ledger.session(session))
                #expect(record.time(at: 0).rawSeconds == 60)
                #expect([record.summary].compactMap(\.self) + record.addenda.map(\.text) == ["done"])
                let account = try await ContractAccounts(ledger: stage.ledger)
                    .account(of: "minute", at: stage.hands.clock.wall())
                let bills = account.statements.flatMap(\.sessions).filter { $0.session.session == session }
                #expect(bills.map(\.netCents) == [150])
            }
        }
    }
}
