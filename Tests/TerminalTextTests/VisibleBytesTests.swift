import Testing

@testable import TerminalText

@Suite struct VisibleBytesTests {
    private func visible(_ bytes: [UInt8]) -> String { TerminalText.visibleText(bytes) }

    @Test("printable text, newline, tab and UTF-8 pass unchanged")
    func harmless() {
        let text = "plain\ttext\nGrüße, 10 €, 漢字, 😀, C:\\temp\\x41\n"
        #expect(visible(Array(text.utf8)) == text)
    }

    @Test("every other control byte is shown as \\xNN")
    func controls() {
        for byte in UInt8(0)...0x1f where byte != 0x0a && byte != 0x09 {
            let digits = String(byte, radix: 16)
            #expect(visible([0x61, byte, 0x62]) == "a\\x" + (digits.count < 2 ? "0" : "") + digits + "b")
        }
        #expect(visible([0x7f]) == "\\x7f")
    }

    @Test("C1 controls are shown as bytes, raw and UTF-8 encoded")
    func c1() {
        for byte in UInt8(0x80)...0x9f {
            let digits = String(byte, radix: 16)
            #expect(visible([byte]) == "\\x\(digits)")
            #expect(visible([0xc2, byte]) == "\\xc2\\x\(digits)")
        }
        #expect(visible([0xc2, 0xa0]) == "\u{a0}")
    }

    @Test("bytes that are not UTF-8 are shown one by one")
    func invalid() {
        #expect(visible([0xff, 0x41]) == "\\xffA")
        #expect(visible([0xc0, 0xaf]) == "\\xc0\\xaf")
        #expect(visible([0xed, 0xa0, 0x80]) == "\\xed\\xa0\\x80")
        #expect(visible([0xf4, 0x90, 0x80, 0x80]) == "\\xf4\\x90\\x80\\x80")
        #expect(visible([0xe2, 0x82, 0x41]) == "\\xe2\\x82A")
        #expect(visible([0xe2, 0x82]) == "\\xe2\\x82")
    }

    @Test("agrees with the standard library on what is UTF-8, for every sequence of two bytes and its continuations")
    func agreesOnUTF8() {
        for first in UInt8(0x80)...0xff {
            for second in UInt8(0x80)...0xff {
                for tail in [[], [0x80], [0xbf, 0xbf]] as [[UInt8]] {
                    let bytes = [first, second] + tail
                    let shown = visible(bytes)
                    let reference = String(validating: bytes, as: UTF8.self)
                    let isSafe = reference?.unicodeScalars.allSatisfy {
                        !(0x80...0x9f).contains($0.value) && !(0x202a...0x202e).contains($0.value)
                            && !(0x2066...0x2069).contains($0.value)
                            && ![0x061c, 0x200e, 0x200f].contains($0.value)
                    }
                    #expect((isSafe ?? false) == !shown.utf8.contains(UInt8(ascii: "\\")), "\(bytes)")
                }
            }
        }
    }

    @Test("a carriage return before a newline is dropped, any other is shown")
    func carriageReturn() {
        #expect(visible(Array("a\r\nb\rc\r\r\n".utf8)) == "a\nb\\x0dc\\x0d\n")
        #expect(visible([0x0d]) == "\\x0d")
    }

    @Test("characters that reorder a line are shown as bytes")
    func bidirectional() {
        #expect(visible(Array("a\u{202e}b\u{2066}".utf8)) == "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6")
    }

    @Test("no terminal sequence survives")
    func sequences() {
        let hostile = "\u{1b}]52;c;ZXZpbA==\u{07}\u{1b}[2J\u{9b}31m"
        let shown = TerminalText.visible(Array(hostile.utf8))
        #expect(shown.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    }

    @Test("the result does not depend on how the input was split: every two cuts, and byte by byte")
    func splits() {
        let input: [UInt8] =
            Array("é\r\n€\r😀\u{202e}\u{9b}".utf8) + [0xe2, 0x82, 0xf0, 0x9f, 0x98, 0xc2, 0x0d, 0x0d, 0x0a, 0xe2, 0x28]
        let whole = TerminalText.visible(input)
        for first in 0...input.count {
            for second in first...input.count {
                var filter = VisibleBytes()
                var result = filter.append(Array(input[..<first]))
                result += filter.append(Array(input[first..<second]))
                result += filter.append(Array(input[second...]))
                result += filter.finish()
                #expect(result == whole, "cut at \(first) and \(second)")
            }
        }
        var filter = VisibleBytes()
        var result: [UInt8] = []
        for byte in input { result += filter.append([byte]) }
        result += filter.finish()
        #expect(result == whole)
    }

    @Test("random bytes in random pieces give what they give at once")
    func randomSplits() {
        var generator = SplitMix(state: 7)
        let alphabet: [UInt8] = [
            0x0a, 0x0d, 0x09, 0x1b, 0x41, 0x7f, 0x80, 0x9b, 0xa0, 0xbf, 0xc2, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xff,
        ]
        for _ in 0..<2_000 {
            let count = Int(generator.next() % 24)
            let input = (0..<count).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] }
            var filter = VisibleBytes()
            var result: [UInt8] = []
            var rest = input[...]
            while !rest.isEmpty {
                let length = min(rest.count, Int(generator.next() % 4))
                result += filter.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            result += filter.finish()
            #expect(result == TerminalText.visible(input))
            #expect(String(validating: result, as: UTF8.self) != nil)
        }
    }
}

/// Repeatable numbers (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
