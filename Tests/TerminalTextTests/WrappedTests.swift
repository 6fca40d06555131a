import Testing

@testable import TerminalText

@Suite("Wrapped text")
struct WrappedTests {
    @Test("lines break at spaces and keep every word")
    func words() {
        let text = "there is a typing error in this code (compare the digits and type it again; nothing was sent)"
        let lines = TerminalText.wrapped(text, columns: 80)
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.joined(separator: " ") == text)
    }

    @Test("a word that is longer than a line is cut, and nothing of it is lost")
    func longWord() {
        let word = String(repeating: "a", count: 95)
        let lines = TerminalText.wrapped("b \(word) c", columns: 40, indentation: 4)
        #expect(lines.allSatisfy { $0.count <= 40 && $0.hasPrefix("    ") })
        #expect(lines.map { $0.dropFirst(4) }.joined().filter { $0 == "a" }.count == 95)
    }

    @Test("an absurd width and an empty text give no endless loop", arguments: [-5, 0, 1, 20])
    func absurd(columns: Int) {
        #expect(TerminalText.wrapped("", columns: columns).isEmpty)
        #expect(TerminalText.wrapped("one two", columns: columns, indentation: 3) == ["   one two"])
    }
}
