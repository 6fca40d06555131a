import NIOCore
import Testing

@testable import SupportChannel

@Suite("Keys of connections to come")
struct ResumptionKeysTests {
    private static func key(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: ResumptionKeys.keyBytes) }

    @Test("an end keeps the key of a connection until it has heard something over it")
    func ratchet() {
        var keys = ResumptionKeys(first: Self.key(1))
        #expect(keys.keys == [1: Self.key(1)])
        keys.secured(1, next: Self.key(2))
        #expect(keys.keys == [1: Self.key(1), 2: Self.key(2)])
        keys.heard(1)
        #expect(keys.keys == [2: Self.key(2)])
    }

    @Test("a connection of which one end never knew that it was there does no harm")
    func halfSecured() {
        var agent = ResumptionKeys(first: Self.key(1))
        var operatorSide = agent
        // The operator's handshake was done; the agent never got its last message.
        operatorSide.secured(1, next: Self.key(2))
        #expect(agent.number(lowest: operatorSide.lowest, highest: operatorSide.highest) == 1)
        #expect(operatorSide.number(lowest: agent.lowest, highest: agent.highest) == 1)
        // Both were done, and only the agent heard something: it has let go of the older key.
        agent.secured(1, next: Self.key(2))
        agent.heard(1)
        #expect(agent.number(lowest: operatorSide.lowest, highest: operatorSide.highest) == 2)
        #expect(operatorSide.number(lowest: agent.lowest, highest: agent.highest) == 2)
    }

    @Test("a connection that was is never made again")
    func older() {
        var keys = ResumptionKeys(first: Self.key(1))
        keys.secured(1, next: Self.key(2))
        keys.heard(1)
        #expect(keys.number(lowest: 1, highest: 1) == nil)
        #expect(keys.number(lowest: 3, highest: 4) == nil)
        keys.heard(2)
        #expect(keys.keys == [2: Self.key(2)], "there is no next key yet")
    }

    @Test(
        "what was written down is a key or two neighbours of 32 bytes, or nothing",
        arguments: [
            ([:], false), ([1: key(1)], true), ([1: key(1), 2: key(2)], true), ([1: key(1), 3: key(2)], false),
            ([1: [1, 2]], false), ([1: key(1), 2: key(2), 3: key(3)], false),
        ] as [([UInt32: [UInt8]], Bool)]
    )
    func written(keys: [UInt32: [UInt8]], isValid: Bool) { #expect((ResumptionKeys(keys) != nil) == isValid) }
}

@Suite("Bytes that may have to be sent again")
struct RetransmissionQueueTests {
    private static func bytes(_ queue: RetransmissionQueue) -> String {
        queue.unacknowledged.map { String(buffer: $0) }.joined()
    }

    @Test("what has arrived is let go, to the byte")
    func acknowledged() throws {
        var queue = RetransmissionQueue()
        for piece in ["abc", "", "defgh", "i"] { queue.append(ByteBuffer(string: piece)) }
        for (total, rest) in [(0, "abcdefghi"), (2, "cdefghi"), (3, "defghi"), (7, "hi"), (9, "")] {
            try queue.acknowledge(upTo: UInt64(total))
            #expect(Self.bytes(queue) == rest)
            #expect(queue.count == rest.utf8.count)
        }
        queue.append(ByteBuffer(string: "jk"))
        #expect(Self.bytes(queue) == "jk")
        #expect(queue.sent == 11)
    }

    @Test("an end that has more than was sent, or less than it had, is refused", arguments: [2, 10] as [UInt64])
    func lies(total: UInt64) throws {
        var queue = RetransmissionQueue()
        queue.append(ByteBuffer(string: "abcdefghi"))
        try queue.acknowledge(upTo: 3)
        #expect(throws: SupportChannelError.self) { try queue.acknowledge(upTo: total) }
        #expect(Self.bytes(queue) == "defghi")
    }
}

@Suite("Link frames")
struct LinkFrameTests {
    private static let frames: [LinkFrame] = [
        .data(ByteBuffer(string: "hello")), .received(1 << 40), .ping(7), .pong(7), .data(ByteBuffer()), .end,
        .hello(LinkHello(stream: .first, received: 9, signature: [1, 2, 3]).payload),
    ]

    @Test("come out the same however they are split", arguments: 1...17)
    func split(size: Int) throws {
        var bytes = ByteBuffer()
        for frame in Self.frames { bytes.writeImmutableBuffer(frame.encoded) }
        var decoder = LinkFrame.Decoder()
        var found: [LinkFrame] = []
        while bytes.readableBytes > 0, let part = bytes.readSlice(length: min(size, bytes.readableBytes)) {
            decoder.append(part)
            while let frame = try decoder.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
    }

    @Test(
        "a kind or a length that there is not is refused as soon as it is announced",
        arguments: [
            [0, 0, 0, 0, 0], [7, 0, 0, 0, 0], [255, 0, 0, 0, 0], [1, 0, 2, 0, 1], [6, 0, 0, 4, 1], [2, 0, 0, 0, 0],
            [5, 0, 0, 0, 1, 9], [3, 0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7],
        ] as [[UInt8]]
    )
    func refused(bytes: [UInt8]) {
        var decoder = LinkFrame.Decoder()
        decoder.append(ByteBuffer(bytes: bytes))
        #expect(throws: SupportChannelError.self) { try decoder.next() }
    }

    @Test("a hello without its 24 bytes is none", arguments: 0..<24)
    func shortHello(count: Int) {
        #expect(LinkHello(ByteBuffer(repeating: 1, count: count)) == nil)
    }
}
