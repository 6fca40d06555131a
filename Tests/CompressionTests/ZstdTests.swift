import Testing

@testable import Compression

@Suite("Zstandard for the line")
struct ZstdTests {
    private static let text = Array((0..<20_000).map { "line number \($0 * 7919 % 10_007)\n" }.joined().utf8)

    private static func expanded(_ pieces: [[UInt8]]) throws -> [UInt8] {
        let expansion = try ZstdExpansion()
        var output: [UInt8] = []
        for piece in pieces {
            expansion.feed(piece)
            while let part = try expansion.next() { output += part }
        }
        return output
    }

    @Test("what is packed comes out again, byte by byte, across a change of level")
    func roundTrip() throws {
        let packing = try ZstdPacking()
        var packed: [UInt8] = []
        for waited: Duration in [.seconds(1), .zero] {
            for _ in 0..<20 {
                try Self.text.withUnsafeBytes { try packing.append($0, into: &packed) }
                try packing.adapt(waited: waited, elapsed: .seconds(1), into: &packed)
            }
        }
        try packing.finish(into: &packed)
        let whole = (0..<40).flatMap { _ in Self.text }
        #expect(packed.count < whole.count / 10)
        #expect(try Self.expanded([packed]) == whole)
        #expect(try Self.expanded(packed.map { [$0] }) == whole)
    }

    @Test("after a flush everything so far comes out")
    func flush() throws {
        let packing = try ZstdPacking()
        let expansion = try ZstdExpansion()
        for line in ["one\n", "two\n", "three\n"] {
            var (packed, output): ([UInt8], [UInt8]) = ([], [])
            try Array(line.utf8).withUnsafeBytes { try packing.append($0, into: &packed) }
            try packing.flush(into: &packed)
            expansion.feed(packed)
            while let part = try expansion.next() { output += part }
            #expect(output == Array(line.utf8))
        }
    }

    @Test("bytes that are none are refused")
    func damaged() throws {
        #expect(throws: CompressionError(.damaged)) { try Self.expanded([Self.text]) }
    }
}
