import Testing

@testable import Agent

@Suite("Command guard's list")
struct GuardListTests {
    @Test("what runs is on the list, what has ended is not, however the lines are split", arguments: 1...12)
    func lines(size: Int) {
        var list = GuardList()
        let bytes = Array("+100\n+200\n-100\n+300\n".utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            list.read(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(list.processes == [200, 300])
    }

    @Test(
        "a line that is none, and numbers that mean everybody, are left out",
        arguments: ["+\n", "+1\n", "+0\n", "+-1\n", "x\n", "+1x\n", "+99"]
    )
    func nonsense(text: String) {
        var list = GuardList()
        list.read(Array(text.utf8))
        #expect(list.processes.isEmpty)
    }
}
