import NIOCore
import Testing

@testable import SupportChannel

@Suite("Frames")
struct ActionFrameTests {
    static let frames = [
        ActionFrame(.parameters, ByteBuffer(string: "{}")),
        ActionFrame(.input),
        ActionFrame(.output, ByteBuffer(bytes: [0, 255, 1])),
        ActionFrame(.result, ByteBuffer(string: "done")),
    ]

    static var bytes: [UInt8] { frames.flatMap { Array($0.encoded.readableBytesView) } }

    @Test("frames come out the same wherever the bytes are split", arguments: 0...bytes.count)
    func split(at position: Int) throws {
        var decoder = ActionFrameDecoder()
        var found: [ActionFrame] = []
        for part in [Self.bytes[..<position], Self.bytes[position...]] {
            decoder.append(ByteBuffer(bytes: part))
            while let frame = try decoder.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
        #expect(!decoder.isInsideFrame)
    }

    @Test("frames come out the same byte by byte")
    func singleBytes() throws {
        var decoder = ActionFrameDecoder()
        var found: [ActionFrame] = []
        for byte in Self.bytes {
            decoder.append(ByteBuffer(bytes: [byte]))
            while let frame = try decoder.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
    }

    @Test("the longest frame passes, one byte more is refused before its payload is there")
    func longest() throws {
        var decoder = ActionFrameDecoder()
        let longest = ActionFrame(.output, ByteBuffer(repeating: 7, count: ActionFrame.longestPayload))
        decoder.append(longest.encoded)
        #expect(try decoder.next() == longest)
        decoder.append(ByteBuffer(bytes: [5, 0, 0x10, 0, 1]))
        #expect { try decoder.next() } throws: { ($0 as? SupportChannelError)?.kind == .protocolViolation }
    }

    @Test("a kind that nobody knows is refused", arguments: [0, 10, 255] as [UInt8])
    func unknownKind(kind: UInt8) throws {
        var decoder = ActionFrameDecoder()
        decoder.append(ByteBuffer(bytes: [kind, 0, 0, 0, 0]))
        #expect { try decoder.next() } throws: { ($0 as? SupportChannelError)?.kind == .protocolViolation }
    }

    @Test("a decoder knows that it stands inside a frame")
    func insideFrame() throws {
        var decoder = ActionFrameDecoder()
        decoder.append(ByteBuffer(bytes: [5, 0, 0, 0, 9, 1]))
        #expect(try decoder.next() == nil)
        #expect(decoder.isInsideFrame)
    }
}
