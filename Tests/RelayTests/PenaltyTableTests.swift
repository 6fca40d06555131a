import Testing

@testable import Relay

@Suite("PenaltyTable")
struct PenaltyTableTests {
    private let block = AddressBlock("203.0.113.7")

    @Test("an unknown room costs 5 seconds, then twice as much, up to 600")
    func doubling() {
        var table = PenaltyTable()
        var now: Int64 = 1000
        var waits: [Int64] = []
        for _ in 0..<9 {
            table.add(.unknownRoom, by: block, at: now)
            waits.append(table.remaining(for: block, at: now))
            now += waits.last ?? 0
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 320, 600, 600])
    }

    @Test("a failed confirmation costs 60 seconds")
    func failedConfirmation() {
        var table = PenaltyTable()
        table.add(.failedConfirmation, by: block, at: 0)
        #expect(table.remaining(for: block, at: 0) == 60)
        #expect(table.remaining(for: block, at: 60) == 0)
    }

    @Test("ten quiet minutes after a penalty it is forgotten")
    func forgotten() {
        var table = PenaltyTable()
        table.add(.unknownRoom, by: block, at: 0)
        table.add(.unknownRoom, by: block, at: 5 + 600)
        #expect(table.remaining(for: block, at: 605) == 5)
    }

    @Test("others do not wait")
    func others() {
        var table = PenaltyTable()
        table.add(.unknownRoom, by: block, at: 0)
        #expect(table.remaining(for: AddressBlock("203.0.113.8"), at: 0) == 0)
    }

    @Test("the table never grows beyond its bound, and keeps the longest penalties")
    func bounded() {
        var table = PenaltyTable(capacity: 10)
        table.add(.failedConfirmation, by: block, at: 0)
        for number in 0..<1000 { table.add(.unknownRoom, by: AddressBlock("a\(number)"), at: 0) }
        #expect(table.count <= 10)
        #expect(table.remaining(for: block, at: 0) == 60)
    }

    @Test("where the table is full room is made for many at once: to look for one with each would make a flood dear")
    func flood() {
        var table = PenaltyTable(capacity: 800)
        table.add(.failedConfirmation, by: block, at: 0)
        for number in 1..<800 { table.add(.unknownRoom, by: AddressBlock("\(number)"), at: 0) }
        #expect(table.count == 800)
        table.add(.unknownRoom, by: AddressBlock("one more"), at: 1)
        #expect(table.count == 701)
        #expect(table.remaining(for: block, at: 1) == 59)
        #expect(table.remaining(for: AddressBlock("one more"), at: 1) == 5)
    }
}
