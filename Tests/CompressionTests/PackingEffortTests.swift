import Testing

@testable import Compression

@Suite("How hard a stream is packed")
struct PackingEffortTests {
    /// A stream over a line, told in pieces of 100 ms of which `share` percent was waited; the levels that it had.
    private static func levels(_ effort: inout PackingEffort, share: Int64, seconds: Int) -> [Int32] {
        var levels: [Int32] = []
        for _ in 0..<seconds * 10 {
            if effort.note(waited: .milliseconds(share), elapsed: .milliseconds(100)) { levels.append(effort.level) }
        }
        return levels
    }

    @Test(
        "a line that is waited for has it packed harder each second, by as much as the waiting leaves time for",
        arguments: [(26, [1, 2, 3, 4]), (49, [1, 2, 3, 4]), (60, [2, 4]), (70, [3, 4]), (95, [4])] as [(Int64, [Int])]
    )
    func climbs(share: Int64, rungs: [Int]) {
        var effort = PackingEffort()
        #expect(effort.level == PackingEffort.levels.first)
        #expect(Self.levels(&effort, share: share, seconds: 20) == rungs.map { PackingEffort.levels[$0] })
    }

    @Test("one long wait among many short ones counts for what it took")
    func bursts() {
        var effort = PackingEffort()
        for _ in 0..<10 {
            for _ in 0..<9 { _ = effort.note(waited: .zero, elapsed: .milliseconds(5)) }
            _ = effort.note(waited: .milliseconds(60), elapsed: .milliseconds(65))
        }
        #expect(effort.level == PackingEffort.levels[2])
    }

    @Test("where nothing is waited for it goes back, and tries no more for half a minute than left time")
    func falls() {
        var effort = PackingEffort()
        _ = Self.levels(&effort, share: 40, seconds: 2)
        #expect(effort.level == PackingEffort.levels[2])
        #expect(Self.levels(&effort, share: 1, seconds: 1) == [PackingEffort.levels[1]])
        #expect(Self.levels(&effort, share: 40, seconds: 29) == [])
        #expect(Self.levels(&effort, share: 40, seconds: 1) == [PackingEffort.levels[2]])
    }

    @Test("between the two it stays")
    func stays() {
        var effort = PackingEffort()
        _ = Self.levels(&effort, share: 40, seconds: 1)
        #expect(Self.levels(&effort, share: 15, seconds: 60) == [])
    }

    @Test("a log that is followed, with a line now and then, costs the least")
    func idle() {
        var effort = PackingEffort()
        for _ in 0..<100 { _ = effort.note(waited: .microseconds(50), elapsed: .seconds(3)) }
        #expect(effort.level == PackingEffort.levels.first)
    }
}
