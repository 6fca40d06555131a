import Contracts
import Foundation
import Testing

@Suite("Canonical JSON is read back")
struct CanonicalReadingTests {
    @Test("whatever is written canonically is read as the same value")
    func roundTrip() throws {
        var generator = Numbers(state: 7)
        for _ in 0..<2000 {
            let value = Self.value(depth: 0, &generator)
            #expect(JSONValue(canonicalBytes: value.canonicalBytes) == value)
        }
    }

    @Test(
        "of any other bytes exactly those are read that would be written so: damaged ones too, as Foundation reads them"
    )
    func damaged() throws {
        var generator = Numbers(state: 11)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = Self.value(depth: 0, &generator).canonicalBytes
            let place = Int(generator.next() % UInt64(bytes.count))
            switch generator.next() % 3 {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(Self.odd[Int(generator.next() % UInt64(Self.odd.count))], at: place)
            default: bytes[place] = Self.odd[Int(generator.next() % UInt64(Self.odd.count))]
            }
            let other = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            let expected = other.flatMap { $0.canonicalBytes == bytes ? $0 : nil }
            #expect(JSONValue(canonicalBytes: bytes) == expected, "\(String(decoding: bytes, as: UTF8.self))")
            if expected != nil { accepted += 1 }
        }
        #expect(accepted > 100)
    }

    @Test(
        "what only looks like it is refused",
        arguments: [
            "", " 1", "1 ", "01", "-0", "1.0", "1e3", "9007199254740992", "-9007199254740992", "99999999999999999999",
            "{\"b\":1,\"a\":2}", "{\"a\":1,\"a\":1}", "{\"a\": 1}", "[1,]", "[1 ]", "{\"a\"}", "\"\\u0041\"", "\"\\/\"",
            "\"\\u000a\"", "\"\\u001F\"", "\"a", "tru", "nul", "\"\u{1}\"", "[", "{", "\"\\",
        ]
    )
    func refused(text: String) { #expect(JSONValue(canonicalBytes: text.utf8) == nil) }

    @Test("nesting that would use up the stack is refused")
    func deep() {
        #expect(JSONValue(canonicalBytes: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) == nil)
        let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(JSONValue(canonicalBytes: deep.utf8) != nil)
    }

    private struct Everything: Codable, Equatable {
        struct Part: Codable, Equatable { var name: String }
        enum Word: String, Codable { case one, two }
        var text: String
        var number: Int64
        var small: UInt8
        var truth: Bool
        var missing: String?
        var word: Word
        var words: [Word]
        var parts: [Part]
        var any: JSONValue
    }

    @Test("a value is decoded as it was encoded, and as Foundation decodes it")
    func decoded() throws {
        let value = Everything(
            text: "Größe \"\n\u{1F6A2}",
            number: -9_007_199_254_740_991,
            small: 255,
            truth: true,
            missing: nil,
            word: .two,
            words: [.one, .two],
            parts: [.init(name: ""), .init(name: "a")],
            any: ["a": [.null, 1, true, "x"]]
        )
        let json = try JSONValue(encoding: value)
        #expect(try json.decoded(as: Everything.self) == value)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(json.canonicalBytes)) == value)
    }

    @Test("what does not fit the type is an error, not a trap")
    func misfits() throws {
        let good = try JSONValue(encoding: ["small": 1])
        #expect(try good.decoded(as: [String: UInt8].self) == ["small": 1])
        for bad in [["small": 256], ["small": -1], ["small": "1"], ["small": .null], [1], "small", .null] as [JSONValue]
        {
            #expect(throws: DecodingError.self) { try bad.decoded(as: [String: UInt8].self) }
        }
        #expect(throws: DecodingError.self) { try JSONValue.object([:]).decoded(as: Everything.Part.self) }
        #expect(throws: DecodingError.self) { try JSONValue.integer(1).decoded(as: Double.self) }
    }

    private static let odd = Array("{}[]\":,\\0129-+.eunbtf ".utf8) + [0, 1, 0x1F, 0x7F, 0x80, 0xC3, 0xE2, 0xFF]
    private static let words = [
        "", "a", "b", "name", "Größe", "\u{FB33}", "\u{1F6A2}", "\"", "\\", "\n", "\u{1}", "é", "e\u{301}",
    ]

    private static func value(depth: Int, _ generator: inout Numbers) -> JSONValue {
        switch generator.next() % (depth < 4 ? 8 : 5) {
        case 0: return .null
        case 1: return .bool(generator.next() % 2 == 0)
        case 2: return .integer(Int64(generator.next() % 9_007_199_254_740_991) * (generator.next() % 2 == 0 ? 1 : -1))
        case 3, 4: return .string(words[Int(generator.next() % UInt64(words.count))])
        case 5: return .array((0..<generator.next() % 4).map { _ in value(depth: depth + 1, &generator) })
        default:
            let members = (0..<generator.next() % 5).map { _ in
                (words[Int(generator.next() % UInt64(words.count))], value(depth: depth + 1, &generator))
            }
            return .object(Dictionary(members, uniquingKeysWith: { $1 }))
        }
    }

    /// SplitMix64: the same numbers each time.
    private struct Numbers {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
