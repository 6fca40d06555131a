import Testing

@testable import TerminalText

@Suite("What of a shell's output reaches a terminal", .timeLimit(.minutes(5)))
struct TerminalFilterTests {
    private static func filtered(_ text: String, _ target: TerminalFilter.Target = .terminal) -> String {
        String(decoding: filtered(Array(text.utf8), target), as: UTF8.self)
    }

    private static func filtered(_ bytes: [UInt8], _ target: TerminalFilter.Target = .terminal) -> [UInt8] {
        var filter = TerminalFilter(target)
        return filter.append(bytes) + filter.finish()
    }

    @Test(
        "what full-screen programs need passes as it is",
        arguments: [
            "plain\r\n\ttext\u{07}\u{08}", "Grüße, 漢字 🙂", "\u{1b}[1;31mred\u{1b}[m", "\u{1b}[38:2::1:2:3;48;5;17m",
            "\u{1b}[?1049h\u{1b}[22;1H\u{1b}[2J\u{1b}[?25l", "\u{1b}[2;23r\u{1b}[3L\u{1b}M\u{1b}D",
            "\u{1b}(0lqk\u{1b}(B",
            "\u{1b}7\u{1b}[5;5Hx\u{1b}8", "\u{1b}[?2004h\u{1b}[?1h\u{1b}=", "\u{1b}[4 q", "\u{1b}[!p", "\u{1b}[12b",
            "\u{0e}x\u{0f}", "\u{1b}[?1006;1000h", "\u{1b}[K\u{1b}[1K\u{1b}[10X\u{1b}[2P\u{1b}[3@\u{1b}[H",
        ]
    )
    func needed(text: String) {
        #expect(Self.filtered(text) == text)
    }

    @Test(
        "what a terminal would answer, keep or be renamed by does not pass",
        arguments: [
            // Titles, clipboard, links, colours, notifications.
            "\u{1b}]0;title\u{07}", "\u{1b}]52;c;cm0gLXJm\u{1b}\\", "\u{1b}]8;;http://x\u{1b}\\", "\u{1b}]10;?\u{07}",
            "\u{1b}ktitle\u{1b}\\",
            // DCS (also tmux's way through), SOS, PM, APC.
            "\u{1b}P+q544e\u{1b}\\", "\u{1b}Ptmux;x\u{1b}\\", "\u{1b}Xx\u{1b}\\", "\u{1b}^x\u{1b}\\",
            "\u{1b}_Gx\u{1b}\\",
            // Questions.
            "\u{05}", "\u{1b}[c", "\u{1b}[>c", "\u{1b}[=c", "\u{1b}[0c", "\u{1b}Z", "\u{1b}[5n", "\u{1b}[6n",
            "\u{1b}[?6n",
            "\u{1b}[21t", "\u{1b}[x", "\u{1b}[?1$p", "\u{1b}[>q", "\u{1b}[?u", "\u{1b}[>4;2m", "\u{1b}[?4m",
            "\u{1b}[1;1;5;5;1*y",
            // Modes that report or cannot be undone, encodings, printing, window, resets, scrollback.
            "\u{1b}[?1004h", "\u{1b}[?1001h", "\u{1b}[?3h", "\u{1b}[?2026h", "\u{1b}[?69h", "\u{1b}[20h", "\u{1b}[2h",
            "\u{1b}%@", "\u{1b}%G", "\u{1b} G", "\u{1b}c", "\u{1b}[4i", "\u{1b}[?5i", "\u{1b}[8;1;1t", "\u{1b}[3J",
            "\u{1b}#8",
            "\u{1b}[61\"p", "\u{1b}n", "\u{1b}o", "\u{1b}N", "\u{1b}O", "\u{1b}l", "\u{1b}[1;1;1;1;1T", "\u{1b}[99999b",
            // 8-bit controls as characters.
            "\u{9b}6n", "\u{9d}0;title\u{07}", "\u{90}q\u{1b}\\", "\u{85}", "\u{9a}", "\u{84}",
            // Orders of a line, and other controls.
            "\u{202e}", "\u{2066}", "\u{200f}", "\u{00}", "\u{7f}", "\u{11}", "\u{13}", "\u{1b}\\",
        ]
    )
    func dropped(text: String) {
        #expect(Self.filtered("a\(text)b") == "ab")
    }

    @Test("of several modes the allowed ones pass")
    func someModes() {
        #expect(Self.filtered("\u{1b}[?1004;25;12;9999h") == "\u{1b}[?25;12h")
    }

    @Test("bytes that are not UTF-8 become one character each, and a control behind them counts")
    func notUTF8() {
        #expect(Self.filtered([0x61, 0x9b, 0x36, 0x6e]) == Array("a\u{fffd}6n".utf8))
        #expect(Self.filtered([0xe2, 0x82, 0x1b, 0x5b, 0x6d]) == Array("\u{fffd}\u{1b}[m".utf8))
        #expect(Self.filtered([0xe2, 0x82]) == Array("\u{fffd}".utf8))
        #expect(
            Self.filtered([0xc0, 0x9b, 0xed, 0xa0, 0x80]) == Array("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}".utf8)
        )
    }

    @Test("controls in the middle of a sequence are obeyed at once, and a new sequence ends the old one")
    func interrupted() {
        #expect(Self.filtered("\u{1b}[3\n1m") == "\n\u{1b}[31m")
        #expect(Self.filtered("\u{1b}[3\u{18}1m") == "1m")
        #expect(Self.filtered("\u{1b}[3\u{1b}[m") == "\u{1b}[m")
        #expect(Self.filtered("\u{1b}]0;x\u{1b}[1mbold") == "\u{1b}[1mbold")
        #expect(Self.filtered("\u{1b}[3ö") == "ö")
    }

    @Test("an endless sequence takes no memory and does not pass")
    func endless() {
        #expect(Self.filtered("\u{1b}[" + String(repeating: "1;", count: 100_000) + "mx") == "x")
        #expect(Self.filtered("\u{1b}" + String(repeating: "(", count: 100_000) + "Bx") == "x")
        #expect(Self.filtered("\u{1b}]" + String(repeating: "x", count: 100_000) + "\u{07}y") == "y")
    }

    @Test("a file gets text alone")
    func text() {
        #expect(Self.filtered("\u{1b}[31mred\u{1b}[m\r\n\tx\u{07}\u{1b}(0q\u{0e}", .text) == "red\n\txq")
    }

    @Test("what reaches below the shell's rows is bent back")
    func rows() {
        #expect(Self.filtered("\u{1b}[999;999H", .rows(23)) == "\u{1b}[23;999H")
        #expect(Self.filtered("\u{1b}[24d\u{1b}[r", .rows(23)) == "\u{1b}[23d\u{1b}[1;23r")
        #expect(Self.filtered("\u{1b}[2;24r\u{1b}[30;40r", .rows(23)) == "\u{1b}[2;23r\u{1b}[1;23r")
        #expect(Self.filtered("\u{1b}[5;6H\u{1b}[2;9r", .rows(23)) == "\u{1b}[5;6H\u{1b}[2;9r")
        var filter = TerminalFilter(.rows(23))
        var disturbances: [TerminalFilter.Disturbance?] = []
        for text in ["x\u{1b}[31m\u{1b}[K", "\u{1b}[J", "", "\u{1b}[J\u{1b}[?1049h\u{1b}[J", "\u{1b}[!p"] {
            _ = filter.append(Array(text.utf8))
            disturbances.append(filter.takeDisturbance())
        }
        #expect(disturbances == [nil, .erasure, nil, .margins, .margins])
    }

    @Test("what was changed is given back, and nothing where nothing was")
    func restoration() {
        var filter = TerminalFilter()
        _ = filter.append(Array("hello".utf8))
        #expect(filter.restoration.isEmpty)
        _ = filter.append(Array("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?1000;1006h\u{1b}[?2004h\u{1b}[2;5r\u{1b}[2 q".utf8))
        _ = filter.append(Array("\u{1b}[?2004l".utf8))
        let text = String(decoding: filter.restoration, as: UTF8.self)
        for part in ["[?25h", "[?1000l", "[?1006l", "[r", "[0 q", "[m", "(B"] {
            #expect(text.contains("\u{1b}\(part)"))
        }
        #expect(!text.contains("2004"))
        // The other screen goes last: what comes behind it would show on the operator's own.
        #expect(text.hasSuffix("\u{1b}[?1049l"))
        #expect(Self.filtered(text) == text)
    }

    // MARK: - Properties

    private struct Random: RandomNumberGenerator {
        var state: UInt64
        // SplitMix64 (Steele, Lea, Flood 2014).
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }
    }

    /// Random bytes in which sequences are frequent.
    private static func noise(_ random: inout Random, count: Int) -> [UInt8] {
        let pieces = [
            "\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}\\", "\u{1b}", "\u{9b}", "\u{9d}", ";", "?", "1049", "h", "l", "m",
            "6n", "0;x\u{07}", "$p", " q", "ü", "漢", "\r\n", ":", "38;5;1m", "\u{1b}(0", "\u{202e}",
        ]
        var bytes: [UInt8] = []
        while bytes.count < count {
            if Bool.random(using: &random) {
                bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
            } else {
                bytes.append(UInt8.random(in: 0...255, using: &random))
            }
        }
        return bytes
    }

    @Test("any split gives the same output", arguments: [TerminalFilter.Target.terminal, .rows(10), .text])
    func splits(target: TerminalFilter.Target) {
        var random = Random(state: 1)
        for _ in 0..<100 {
            let input = Self.noise(&random, count: 400)
            let whole = Self.filtered(input, target)
            var single = TerminalFilter(target)
            var output: [UInt8] = []
            for byte in input { output += single.append([byte]) }
            output += single.finish()
            #expect(output == whole)
            var pieces = TerminalFilter(target)
            output = []
            var rest = input[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...40, using: &random))
                output += pieces.append(piece)
                rest = rest.dropFirst(piece.count)
            }
            output += pieces.finish()
            #expect(output == whole)
        }
    }

    @Test("whatever comes, only what is allowed passes, whole, and passes again unchanged")
    func onlyAllowed() throws {
        var random = Random(state: 2)
        for round in 0..<100 {
            let input =
                round % 2 == 0
                ? Self.noise(&random, count: 2000) : (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
            let output = Self.filtered(input)
            try Self.check(output)
            #expect(Self.filtered(output) == output)
            // A terminal behind every piece is never inside of a sequence.
            var filter = TerminalFilter()
            for byte in input.prefix(200) { try Self.check(filter.append([byte])) }
            try Self.check(filter.restoration)
        }
    }

    @Test("every sequence of up to three bytes behind ESC is either allowed or gone")
    func everyShortSequence() throws {
        for first in UInt8(0)..<0x80 {
            for second in UInt8(0)..<0x80 {
                try Self.check(Self.filtered([0x1b, first, second]))
                try Self.check(Self.filtered([0x1b, 0x5b, first, second]))
            }
        }
        // 8-bit controls, as characters and as bytes.
        for control in UInt8(0x80)...0xbf {
            for next in [0x07, 0x1b, 0x41, 0x6e, 0x9c] as [UInt8] {
                try Self.check(Self.filtered([0xc2, control, next]))
                try Self.check(Self.filtered([control, next]))
                try Self.check(Self.filtered([0x1b, control, next]))
            }
        }
    }

    /// Written apart from the filter: what a terminal may be sent.
    private static func check(_ output: [UInt8]) throws {
        if output.allSatisfy({ (0x20..<0x7f).contains($0) }) { return }
        guard let text = String(validating: output, as: UTF8.self) else {
            Issue.record("not UTF-8: \(output)")
            return
        }
        var rest = Substring(text)[...]
        let sequence =
            /\x1b(?:[78DEHM=>]|[()*+][0AB]|\[[0-9;:]*m|\[\d{0,4}[A-GILMPSTXZ@`abde]|\[[0-2]?[JK]|\[[0-3]?g|\[\d{0,4}(?:;\d{0,4})?[Hfr]|\[[su]|\[4[hl]|\[\?[0-2]?[JK]|\[\?(?:1|5|6|7|9|12|25|47|66|1000|1002|1003|1005|1006|1015|1047|1048|1049|2004)(?:;(?:1|5|6|7|9|12|25|47|66|1000|1002|1003|1005|1006|1015|1047|1048|1049|2004))*[hl]|\[[0-6]? q|\[!p)/
            .matchingSemantics(.unicodeScalar)
        while let escape = rest.unicodeScalars.firstIndex(of: "\u{1b}") {
            guard let match = rest[escape...].prefixMatch(of: sequence) else {
                Issue.record("passed: \(Array(rest[escape...].unicodeScalars.prefix(12)))")
                return
            }
            rest = rest[match.range.upperBound...]
        }
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x07...0x0f, 0x1b: true
            case 0x00..<0x20, 0x7f...0x9f, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: false
            default: true
            }
        }
        if !isClean { Issue.record("passed: \(output)") }
    }
}
