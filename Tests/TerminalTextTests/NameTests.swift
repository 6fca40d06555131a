import Testing

@testable import TerminalText

@Suite struct NameTests {
    @Test("ordinary names pass unchanged")
    func ordinary() {
        for name in ["Grace Hopper", "Müller & Söhne GmbH", "株式会社", "O’Neill – Büro 2", "Ålesund 😀"] {
            #expect(TerminalText.name(name) == name)
        }
    }

    @Test("control, bidirectional, zero-width, variation and tag characters are removed")
    func removed() {
        let hidden: [UInt32] =
            [0x00, 0x1b, 0x7f, 0x9b, 0x061c, 0x00ad, 0x034f, 0x200b, 0x200c, 0x200d, 0x2060, 0x3164, 0xfeff, 0xfe0f]
            + [0xe0001, 0xe0041, 0xe007f, 0xe0100, 0x200e, 0x200f, 0xfff9, 0xe000, 0x2800]
            + Array(0x202a...0x202e) + Array(0x2066...0x2069)
        for value in hidden {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect(TerminalText.name("ab\(Character(scalar))cd") == "abcd", "U+\(String(value, radix: 16))")
        }
    }

    @Test("line breaks, separators and unusual spaces become one space, none at the ends")
    func spaces() {
        #expect(TerminalText.name("  a\r\n\tb\u{2028}c\u{2029}\u{a0}\u{3000}d \n") == "a b c d")
        #expect(TerminalText.name("\n\t ") == "")
    }

    @Test("a name longer than the limit ends in an ellipsis within it")
    func limit() {
        #expect(TerminalText.name("abcdef", limit: 6) == "abcdef")
        #expect(TerminalText.name("abcdefg", limit: 6) == "abcde…")
        #expect(TerminalText.name(String(repeating: "😀", count: 500)).count == 80)
        #expect(TerminalText.name("abc", limit: 0) == "…")
    }

    @Test("marks are not piled up and draw over nothing but the name's own letters")
    func marks() {
        let pile = "a" + String(repeating: "\u{0301}", count: 1_000)
        #expect(TerminalText.name(pile).unicodeScalars.count == 5)
        #expect(TerminalText.name("\u{0336}abc") == "abc")
        #expect(TerminalText.name("ab \u{0336}c") == "ab c")
    }

    @Test("no scalar of any kind brings a control or bidirectional character through")
    func allScalars() {
        for value in UInt32(0)...0x2_ffff {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let name = TerminalText.name("x" + String(Character(scalar)) + "y")
            #expect(!name.unicodeScalars.contains { $0.isControl || $0.reordersText || $0.isInvisible })
        }
    }
}
