import NIOCore
import NIOEmbedded
import Pairing
import TLS
import Testing

@testable import SupportChannel

@Suite("Encrypted layer")
struct EncryptedLayerTests {
    private func pair(agent: StretchedCode = .quick(), operator code: StretchedCode = .quick()) throws -> EncryptedPair
    {
        let pair = try EncryptedPair(agent: agent, operator: code)
        try pair.connect()
        return pair
    }

    /// Neither end is established, and nothing came through.
    private func expectNothing(_ pair: EncryptedPair) {
        for end in pair.ends {
            #expect(!end.isEstablished)
            #expect(end.received.isEmpty)
        }
    }

    // MARK: The right code

    @Test("two ends with one code understand each other, and the relay sees none of it", arguments: [Int.max, 1, 7])
    func meets(chunk: Int) throws {
        let pair = try pair()
        var seen = ByteBuffer()
        pair.carry(chunk: chunk) { _, bytes in
            seen.writeImmutableBuffer(bytes)
            return bytes
        }
        for end in pair.ends {
            #expect(end.isEstablished)
            #expect(end.code.isForgotten)
            try end.outcome?.get().release()
        }
        pair.operatorEnd.send("a sentinel for the agent")
        pair.agent.send("a sentinel for the operator")
        pair.carry(chunk: chunk) { _, bytes in
            seen.writeImmutableBuffer(bytes)
            return bytes
        }
        #expect(pair.agent.received == "a sentinel for the agent")
        #expect(pair.operatorEnd.received == "a sentinel for the operator")
        #expect(!String(buffer: seen).contains("sentinel"))
    }

    @Test("both ends export the same, and every session something else")
    func exporter() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<2 {
            let pair = try pair()
            pair.carry()
            let exported = try pair.ends.map { end in
                let bytes = try #require(end.outcome).get().exporter.bytes(label: "EXPORTER-lotse-operator", length: 32)
                pair.loop.run()
                return try bytes.wait()
            }
            #expect(exported[0] == exported[1])
            seen.insert(exported[0])
        }
        #expect(seen.count == 2)
    }

    @Test("what arrives early waits for the layer above, and the next reads with it")
    func early() throws {
        let pair = try pair()
        pair.carry()
        pair.operatorEnd.send("first ")
        pair.carry()
        pair.operatorEnd.send("second")
        pair.carry()
        #expect(pair.agent.received.isEmpty)
        try pair.agent.outcome?.get().release()
        pair.loop.run()
        pair.agent.deliver(ByteBuffer())
        pair.operatorEnd.send(" third")
        pair.carry()
        while let part = try pair.agent.channel.readInbound(as: ByteBuffer.self) {
            pair.agent.received += String(buffer: part)
        }
        #expect(pair.agent.received == "first second third")
    }

    // MARK: The wrong code

    @Test("another secret, room or authority: both ends are told the same, and the code is burnt", arguments: 0..<3)
    func wrongCode(index: Int) throws {
        let other: [StretchedCode] = [.quick(secret: 2), .quick(room: "4822"), .quick(authority: 8)]
        let pair = try pair(agent: other[index])
        pair.carry()
        #expect(pair.operatorEnd.failure == .wrongCode)
        // The operator may report before anybody sees the end.
        #expect(pair.operatorEnd.channel.isActive)
        pair.dropFailed()
        #expect(pair.agent.failure == .wrongCode)
        #expect(pair.ends.allSatisfy { $0.code.isForgotten })
        expectNothing(pair)
    }

    @Test("a burnt code begins no second run")
    func burnt() throws {
        let code = StretchedCode.quick()
        let first = try pair(agent: code, operator: .quick(secret: 2))
        first.carry()
        let second = try pair(agent: code)
        #expect(second.agent.failure == .codeSpent)
        #expect(second.agent.take().readableBytes == 0)
    }

    @Test("runs that end before an answer cost nothing, three times")
    func threeRuns() throws {
        let code = StretchedCode.quick()
        for _ in 0..<3 {
            let run = try pair(agent: code)
            run.agent.drop()
            #expect(run.agent.failure == .closed)
            #expect(!code.isForgotten)
        }
        #expect(try pair(agent: code).agent.failure == .codeSpent)
    }

    // MARK: A relay that does something

    @Test("a relay that reflects gets neither end to speak")
    func reflected() throws {
        let pair = try pair()
        for end in pair.ends { end.deliver(end.take()) }
        #expect(pair.ends.allSatisfy { $0.failure == .wrongPeer })

        // With the right greeting in front.
        let second = try self.pair()
        for (end, greeting) in zip(second.ends, ["lotse/1 operator\n", "lotse/1 agent\n"]) {
            var own = end.take()
            while own.readInteger(as: UInt8.self) != UInt8(ascii: "\n") {}
            end.deliver(ByteBuffer(string: greeting))
            end.deliver(own)
            #expect(end.failure == .protocolViolation)
            #expect(!end.code.isForgotten)
        }
        expectNothing(second)
    }

    @Test("an agent's own confirmation sent back to it is a wrong one")
    func reflectedConfirmation() throws {
        let pair = try pair()
        pair.agent.deliver(pair.operatorEnd.take())
        _ = pair.agent.take()
        let second = try EncryptedPair(agent: .quick(), operator: .quick())
        try second.connect()
        _ = second.agent.take()
        second.agent.deliver(second.operatorEnd.take())
        second.agent.deliver(second.agent.take())
        #expect(second.agent.failure == .wrongCode)
    }

    @Test("a tunnel that ends after any number of bytes ends in an error at both ends, and nothing comes through")
    func truncated() throws {
        let whole = try pair()
        var total = 0
        whole.carry { _, bytes in
            total += bytes.readableBytes
            return bytes
        }
        #expect(whole.ends.allSatisfy { $0.isEstablished })
        for limit in 0..<total - 1 {
            let pair = try pair()
            var left = limit
            pair.carry(chunk: 64) { _, bytes in
                let part = bytes.getSlice(at: bytes.readerIndex, length: min(left, bytes.readableBytes)) ?? ByteBuffer()
                left -= part.readableBytes
                return part
            }
            let wasEstablished = pair.ends.map(\.isEstablished)
            for end in pair.ends { end.drop() }
            #expect(!wasEstablished[0] || !wasEstablished[1], "after \(limit) of \(total) bytes")
            for end in pair.ends {
                #expect(end.isEstablished || end.failure != nil, "after \(limit) of \(total) bytes")
                #expect(end.received.isEmpty)
            }
        }
    }

    @Test("any byte of the pairing that a relay changes fails it", arguments: [true, false])
    func changed(toAgent: Bool) throws {
        // Greeting, share and confirmation; the length of the greeting differs.
        let count = (toAgent ? 17 : 14) + 67 + 34
        for position in 0..<count {
            let pair = try pair()
            var seen = 0
            pair.carry { isToAgent, bytes in
                guard isToAgent == toAgent else { return bytes }
                var changed = bytes
                let index = position - seen
                seen += bytes.readableBytes
                if index >= 0, let byte = bytes.getInteger(at: bytes.readerIndex + index, as: UInt8.self) {
                    changed.setInteger(byte ^ 0x10, at: changed.readerIndex + index)
                }
                return changed
            }
            pair.dropFailed()
            for end in pair.ends { end.drop() }
            #expect(!(toAgent ? pair.agent : pair.operatorEnd).isEstablished, "byte \(position)")
            #expect(pair.ends.allSatisfy { $0.received.isEmpty })
        }
    }

    @Test("a relay that splices two sessions gets neither to speak")
    func spliced() throws {
        let one = try pair()
        let two = try pair(agent: .quick(secret: 2), operator: .quick(secret: 2))
        let crossed = [(one.agent, two.operatorEnd), (two.agent, one.operatorEnd)]
        for _ in 0..<4 {
            for (agent, other) in crossed {
                other.deliver(agent.take())
                agent.deliver(other.take())
            }
        }
        for (agent, other) in crossed {
            #expect(other.failure == .wrongCode)
            other.drop()
            agent.drop()
            #expect(agent.failure == .wrongCode)
        }
        expectNothing(one)
        expectNothing(two)
    }

    @Test("a relay that swaps sessions after the pairing disturbs, and no more")
    func swappedAfterPairing() throws {
        let (one, two) = (try pair(), try pair())
        for pair in [one, two] {
            pair.operatorEnd.deliver(pair.agent.take())
            pair.agent.deliver(pair.operatorEnd.take())
            pair.operatorEnd.deliver(pair.agent.take())
        }
        // Each operator's confirmation and ClientHello goes to the other agent.
        let (first, second) = (one.operatorEnd.take(), two.operatorEnd.take())
        one.agent.deliver(second)
        two.agent.deliver(first)
        #expect(one.agent.failure == .wrongCode)
        #expect(two.agent.failure == .wrongCode)
        expectNothing(one)
        expectNothing(two)
    }

    @Test("a right confirmation in front of somebody else's TLS disturbs, and no more")
    func otherTLS() throws {
        let (one, two) = (try pair(), try pair())
        for pair in [one, two] {
            pair.operatorEnd.deliver(pair.agent.take())
            pair.agent.deliver(pair.operatorEnd.take())
            pair.operatorEnd.deliver(pair.agent.take())
        }
        var (first, second) = (one.operatorEnd.take(), two.operatorEnd.take())
        let confirmation = first.readSlice(length: 34) ?? ByteBuffer()
        _ = second.readSlice(length: 34)
        one.agent.deliver(confirmation)
        one.agent.deliver(second)
        #expect(one.agent.failure == .disturbed)
        expectNothing(one)
    }

    // MARK: Strangers

    @Test(
        "any other greeting ends the run at once",
        arguments: [
            "lotse/0 agent\n", "lotse/2 agent\n", "lotse/1 operator\n", "lotse/1 agent \n", "lotse/1 agent\r\n", "\n",
            "GET / HTTP/1.1\r\n", "\u{16}\u{3}\u{1}\n", String(repeating: "x", count: 65),
        ]
    )
    func strangers(text: String) throws {
        let pair = try pair()
        pair.operatorEnd.deliver(ByteBuffer(string: text))
        #expect(pair.operatorEnd.failure == .wrongPeer)
        #expect(!pair.operatorEnd.code.isForgotten)
    }

    @Test("a message that announces another length ends the run before it comes", arguments: [0, 1, 64, 66, 65_535])
    func lengths(length: Int) throws {
        let pair = try pair()
        var bytes = ByteBuffer(string: "lotse/1 agent\n")
        bytes.writeInteger(UInt16(length))
        pair.operatorEnd.deliver(bytes)
        #expect(pair.operatorEnd.failure == .protocolViolation)
    }

    @Test("garbage in a share's place ends the run, and costs no attempt")
    func garbage() throws {
        let pair = try pair()
        var bytes = ByteBuffer(string: "lotse/1 operator\n")
        bytes.writeInteger(UInt16(65))
        bytes.writeRepeatingByte(4, count: 65)
        pair.agent.deliver(bytes)
        #expect(pair.agent.failure == .protocolViolation)
        #expect(!pair.agent.code.isForgotten)
        // Whatever else comes is nobody's.
        pair.agent.deliver(ByteBuffer(repeating: 0, count: 1 << 20))
        #expect(pair.agent.take().readableBytes > 0)
        #expect(pair.agent.take().readableBytes == 0)
    }

    // MARK: Time

    @Test("an end waits for the other as long as nobody is there, and ten seconds once it is")
    func deadline() throws {
        let pair = try pair()
        pair.loop.advanceTime(by: .hours(1))
        #expect(pair.agent.outcome == nil)
        pair.agent.deliver(ByteBuffer(string: "l"))
        pair.loop.advanceTime(by: .milliseconds(9_999))
        #expect(pair.agent.outcome == nil)
        pair.loop.advanceTime(by: .milliseconds(1))
        #expect(pair.agent.failure == .silent)
        #expect(!pair.agent.code.isForgotten)
    }

    @Test("an operator's answer that a relay withholds is a wrong code for the agent")
    func withheld() throws {
        let pair = try pair()
        pair.agent.deliver(pair.operatorEnd.take())
        pair.loop.advanceTime(by: .seconds(10))
        #expect(pair.agent.failure == .wrongCode)
        #expect(pair.agent.code.isForgotten)
    }

    @Test("the deadline is one for the whole of it, TLS included")
    func slowTLS() throws {
        let pair = try pair()
        pair.operatorEnd.deliver(pair.agent.take())
        pair.agent.deliver(pair.operatorEnd.take())
        pair.loop.advanceTime(by: .seconds(6))
        pair.operatorEnd.deliver(pair.agent.take())
        pair.loop.advanceTime(by: .milliseconds(3_999))
        #expect(pair.operatorEnd.outcome == nil)
        pair.loop.advanceTime(by: .milliseconds(1))
        #expect(pair.operatorEnd.failure == .disturbed)
    }

    @Test("an end that nobody joins is an error")
    func nobody() throws {
        let pair = try pair()
        pair.operatorEnd.drop()
        #expect(pair.operatorEnd.failure == .closed)
        #expect(!pair.operatorEnd.code.isForgotten)
    }
}
