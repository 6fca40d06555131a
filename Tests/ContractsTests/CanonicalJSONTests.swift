import Contracts
import Foundation
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    @Test("members are sorted by UTF-16 code units, as in RFC 8785 §3.2.3")
    func sorting() {
        let value: JSONValue = [
            "\u{20AC}": "Euro Sign",
            "\r": "Carriage Return",
            "\u{FB33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\u{1F600}": "Emoji: Grinning Face",
            "\u{0080}": "Control",
            "\u{00F6}": "Latin Small Letter O With Diaeresis",
        ]
        // The emoji's surrogates (D83D DE00) come before U+FB33, which UTF-8 and scalar order would put first.
        #expect(
            value.canonicalText == """
                {"\\r":"Carriage Return","1":"One","\u{0080}":"Control",\
                "\u{00F6}":"Latin Small Letter O With Diaeresis","\u{20AC}":"Euro Sign",\
                "\u{1F600}":"Emoji: Grinning Face","\u{FB33}":"Hebrew Letter Dalet With Dagesh"}
                """
        )
    }

    @Test("strings are escaped as little as RFC 8785 §3.2.2.2 allows")
    func escapes() {
        let value: JSONValue = .string("\u{20AC}$\u{0F}\nA'B\"\\\\\"/")
        #expect(value.canonicalText == #""€$\u000f\nA'B\"\\\\\"/""#)
        #expect(JSONValue.string("\u{08}\u{09}\u{0A}\u{0C}\u{0D}").canonicalText == #""\b\t\n\f\r""#)
        #expect(JSONValue.string("\u{00}\u{1F}\u{7F}\u{2028}").canonicalText == "\"\\u0000\\u001f\u{7F}\u{2028}\"")
    }

    @Test("literals, nesting and emptiness are written without white space")
    func nesting() {
        let value: JSONValue = ["literals": [.null, true, false], "empty": [:], "list": [], "n": -7]
        #expect(value.canonicalText == #"{"empty":{},"list":[],"literals":[null,true,false],"n":-7}"#)
    }

    @Test("whole numbers up to ±(2^53 − 1) survive, others are refused")
    func numbers() throws {
        for text in ["9007199254740991", "-9007199254740991", "0", "-1"] {
            #expect(try decode("[\(text)]").canonicalText == "[\(text)]")
        }
        for text in ["9007199254740992", "-9007199254740992", "1.5", "1e400", "18446744073709551616"] {
            #expect(throws: (any Error).self) { try decode("[\(text)]") }
        }
    }

    @Test("decoding tells booleans, numbers, texts and null apart")
    func decoding() throws {
        let value = try decode(#"{"a":true,"b":1,"c":"1","d":null,"e":[0,false],"f":{}}"#)
        #expect(value == ["a": true, "b": 1, "c": "1", "d": .null, "e": [0, false], "f": [:]])
    }

    @Test("equality is that of the canonical bytes: nothing is normalized")
    func equality() {
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.object(["\u{E9}": 1]) != .object(["e\u{301}": 1]))
        #expect(JSONValue.object(["a": 1, "b": 2]) == .object(["b": 2, "a": 1]))
        #expect(JSONValue.array([1, 2]) != .array([2, 1]))
    }

    @Test("any codable value becomes the same JSON as through an encoder's bytes")
    func encoding() throws {
        struct Sample: Codable {
            var list = [[1, 2], []]
            var map = ["k": ["x": true]]
            var absent: Int?
            var present: String? = "ü/"
            var day = DaySet.all
        }
        let direct = try JSONValue(encoding: Sample())
        #expect(direct == (try decode(String(decoding: JSONEncoder().encode(Sample()), as: UTF8.self))))
        #expect(direct.canonicalText == #"{"day":"all","list":[[1,2],[]],"map":{"k":{"x":true}},"present":"ü/"}"#)
    }

    @Test("floating point cannot be encoded")
    func floatingPoint() {
        #expect(throws: ContractsError.self) { try JSONValue(encoding: ["price": 95.5]) }
        #expect(throws: ContractsError.self) { try JSONValue(encoding: [UInt64.max]) }
    }

    private func decode(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
}
