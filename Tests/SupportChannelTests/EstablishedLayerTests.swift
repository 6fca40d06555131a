import NIOCore
import NIOEmbedded
import Pairing
import Testing

@testable import SupportChannel

@Suite("Encrypted layer, once it is established")
struct EstablishedLayerTests {
    /// Two ends that understand each other, and the layers above them are there.
    private func pair(_ relay: (_ toAgent: Bool, ByteBuffer) -> ByteBuffer = { $1 }) throws -> EncryptedPair {
        let pair = try EncryptedPair(agent: .quick(), operator: .quick())
        try pair.connect()
        pair.carry(relay)
        for end in pair.ends { try #require(end.outcome).get().release() }
        return pair
    }

    @Test(
        "any byte of a record that a relay changes ends the connection, and nothing of the record comes through",
        arguments: [true, false],
        [0x01, 0x80] as [UInt8]
    )
    func changed(toAgent: Bool, mask: UInt8) throws {
        var length = 1
        var position = 0
        while position < length {
            let pair = try pair()
            let (source, target) = toAgent ? (pair.operatorEnd, pair.agent) : (pair.agent, pair.operatorEnd)
            source.send("first")
            pair.carry()
            #expect(target.received == "first")

            source.send("a sentinel")
            var record = source.take()
            // Header of 5 bytes, content, its type, a tag of 16 bytes (RFC 8446 §5.2).
            length = record.readableBytes
            #expect(length == 5 + 10 + 1 + 16)
            let byte = try #require(record.getInteger(at: record.readerIndex + position, as: UInt8.self))
            record.setInteger(byte ^ mask, at: record.readerIndex + position)
            target.deliver(record)
            // A header that announces more has to get it.
            source.send(String(repeating: "later", count: 8_000))
            target.deliver(source.take())
            #expect(target.received == "first", "byte \(position)")
            #expect(throws: (any Error).self, "byte \(position)") { try target.channel.throwIfErrorCaught() }
            pair.loop.advanceTime(by: .seconds(1))
            #expect(!target.channel.isActive, "byte \(position)")
            position += 1
        }
    }

    @Test("a session that a relay recorded says nothing to a fresh end with the same code", arguments: [true, false])
    func replayed(toAgent: Bool) throws {
        var recorded: [ByteBuffer] = []
        let record = { (isToAgent: Bool, bytes: ByteBuffer) in
            if isToAgent == toAgent { recorded.append(bytes) }
            return bytes
        }
        let first = try pair(record)
        (toAgent ? first.operatorEnd : first.agent).send("a sentinel")
        first.carry(record)
        #expect((toAgent ? first.agent : first.operatorEnd).received == "a sentinel")
        #expect(recorded.count > 2)

        let second = try EncryptedPair(agent: .quick(), operator: .quick())
        try second.connect()
        let fresh = toAgent ? second.agent : second.operatorEnd
        for bytes in recorded { fresh.deliver(bytes) }
        second.loop.run()
        #expect(fresh.failure == .wrongCode)
        #expect(fresh.code.isForgotten)
        #expect(fresh.received.isEmpty)
    }
}
