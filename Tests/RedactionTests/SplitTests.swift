import Testing

@testable import Redaction

@Suite("Redaction of a split stream")
struct SplitTests {
    private static let rules = RedactionRules(email: true, iban: true)

    private static let all =
        (Samples.secrets.map(\.text) + Samples.harmless + Samples.personal.map(\.text) + Samples.impersonal)
        .joined(separator: "\n") + "\n" + Samples.privateKey + "the end, without a newline: password=hunter2"

    private static func redacted(_ pieces: [ArraySlice<UInt8>]) -> ([UInt8], RedactionCounts) {
        var redactor = Redactor(rules)
        var output: [UInt8] = []
        for piece in pieces { redactor.append(Array(piece), into: &output) }
        redactor.finish(into: &output)
        return (output, redactor.counts)
    }

    @Test("every split into two gives the same output and the same counts")
    func everyPlace() {
        let bytes = Array(Self.all.utf8)
        let (whole, counts) = Self.redacted([bytes[...]])
        for place in bytes.indices {
            let (output, split) = Self.redacted([bytes[..<place], bytes[place...]])
            guard output == whole, split == counts else {
                Issue.record("split at \(place)")
                return
            }
        }
    }

    @Test("byte by byte gives the same")
    func byteByByte() {
        let bytes = Array(Self.all.utf8)
        #expect(Self.redacted(bytes.indices.map { bytes[$0...$0] }) == Self.redacted([bytes[...]]))
    }

    @Test("any bytes at all, split at random, with lines longer than the window, give the same", arguments: 0..<12)
    func random(_ seed: UInt64) {
        var generator = Random(state: seed)
        let words =
            Samples.secrets.map(\.text) + Samples.harmless + ["\n", " ", "\"", "\\", "-----BEGIN PRIVATE KEY-----"]
        var bytes: [UInt8] = []
        while bytes.count < 200_000 {
            switch generator.next() % 8 {
            case 0: bytes += (0..<64).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            case 1: bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: generator.next()), count: 3000)
            case 2 where seed % 2 == 0: bytes += [Byte.newline]
            default: bytes += Array(words[Int(generator.next() % UInt64(words.count))].utf8)
            }
        }
        let whole = Self.redacted([bytes[...]])
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 1 + Int(generator.next() % 70_000))
            pieces.append(bytes[start..<end])
            start = end
        }
        #expect(Self.redacted(pieces) == whole)
    }

    /// SplitMix64.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }
}
