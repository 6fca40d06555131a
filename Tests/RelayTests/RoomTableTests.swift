import Testing

@testable import Relay

@Suite("RoomTable")
struct RoomTableTests {
    private func table(closesAt: Int64 = 600) -> RoomTable {
        var table = RoomTable()
        table.open(.init(invitation: "i-1", room: "4821", operator: "jana", closesAt: closesAt))
        return table
    }

    @Test("an agent with the right digits joins, once")
    func joinOnce() {
        var table = table()
        #expect(table.join("4821", token: "t1", at: 0)?.invitation == "i-1")
        #expect(table.join("4821", token: "t2", at: 0) == nil)
        #expect(table.room(token: "t1")?.room == "4821")
        #expect(table.room(token: "t2") == nil)
    }

    @Test("unknown and expired rooms are refused alike")
    func refused() {
        var table = table(closesAt: 10)
        #expect(table.join("4822", token: "t", at: 0) == nil)
        #expect(table.join("4821", token: "t", at: 10) == nil)
        #expect(table.join("4821", token: "t", at: 9) != nil)
    }

    @Test("three runs that meet nobody burn the room")
    func threeRuns() {
        var table = table()
        for run in 1...3 {
            #expect(table.join("4821", token: "t\(run)", at: 0) != nil)
            let ended = table.agentLeft(token: "t\(run)", at: 0)
            #expect((ended?.1 == .burnt) == (run == 3))
        }
        #expect(!table.isTaken("4821"))
    }

    @Test("an agent that leaves after its time takes the room with it")
    func leavesLate() {
        var table = table(closesAt: 10)
        _ = table.join("4821", token: "t", at: 9)
        #expect(table.agentLeft(token: "t", at: 11)?.1 == .expired)
    }

    @Test("once both ends are there the code is spent")
    func spent() {
        var table = table()
        _ = table.join("4821", token: "t", at: 0)
        let (first, second) = (table.meet(token: "t"), table.meet(token: "t"))
        #expect(first && !second)
        #expect(table.agentLeft(token: "t", at: 1)?.1 == .burnt)
        #expect(table.room(invitation: "i-1") == nil)
    }

    @Test("nobody meets in a room without an agent")
    func noAgent() {
        var table = table()
        let isMeeting = table.meet(token: "t")
        #expect(!isMeeting)
    }

    @Test("only rooms that nobody entered expire")
    func expiry() {
        var table = table(closesAt: 10)
        table.open(.init(invitation: "i-2", room: "1111", operator: "jana", closesAt: 10))
        _ = table.join("1111", token: "t", at: 5)
        #expect(table.expire(at: 9).isEmpty)
        #expect(table.expire(at: 10).map(\.0.invitation) == ["i-1"])
        #expect(table.isTaken("1111"))
    }

    @Test("ending an invitation forgets room, token and invitation")
    func end() {
        var table = table()
        _ = table.join("4821", token: "t", at: 0)
        #expect(table.end(invitation: "i-1", as: .withdrawn)?.1 == .withdrawn)
        #expect(table.end(invitation: "i-1", as: .withdrawn) == nil)
        #expect(table.room(token: "t") == nil)
        #expect(!table.isTaken("4821"))
    }
}
