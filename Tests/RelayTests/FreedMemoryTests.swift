import Testing

@testable import Relay

@Suite("Freed memory")
struct FreedMemoryTests {
    @Test("while bytes pass nothing is given back; once they have stopped it is, and only once")
    func bytes() {
        let looks = answers(to: [1 << 20, 2 << 20, 3 << 20, 3 << 20, 3 << 20].map { .init(bytes: $0) })
        #expect(looks == [false, false, false, true, false])
    }

    @Test("connections that came, and those that went, leave something to give back")
    func connections() {
        let looks = answers(to: [1000, 1000, 0, 0].map { .init(connections: $0) })
        #expect(looks == [false, true, false, true])
    }

    @Test("a sign of life now and then is no work, until many have added up")
    func signsOfLife() {
        let looks = answers(to: (1...600).map { .init(bytes: $0 * 1000) })
        #expect(looks.firstIndex(of: true) == FreedMemory.littleWork / 1000)
        #expect(looks.count { $0 } == 2)
    }

    private func answers(to works: [FreedMemory.Work]) -> [Bool] {
        var memory = FreedMemory()
        return works.map { memory.look(at: $0) }
    }
}
