import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite("Application data")
struct DataTests {
    let identities: Identities

    init() throws { identities = try Identities() }

    private func connected() throws -> Pair {
        let pair = try identities.pair()
        try pair.connect()
        return pair
    }

    @Test("the peer's key update is followed, and answered where it asks for that", arguments: [false, true])
    func keyUpdate(requesting: Bool) throws {
        let pair = try connected()
        for round in 0..<5 {
            let connection = try #require(pair.server.handler.connection)
            #expect(connection.updateKeys(requestingPeer: requesting))
            _ = pair.server.write("s\(round)")
            pair.carry(chunk: round + 1)
            _ = pair.client.write("c\(round)")
            pair.carry(chunk: round + 1)
        }
        #expect(pair.client.application.text == "s0s1s2s3s4")
        #expect(pair.server.application.text == "c0c1c2c3c4")
        #expect(pair.client.application.errors.isEmpty && pair.server.application.errors.isEmpty)
    }

    @Test("a pulse makes bytes flow of which the application at the other end hears nothing")
    func pulse() throws {
        let pair = try connected()
        for round in 0..<3 {
            let promise = pair.client.channel.eventLoop.makePromise(of: Void.self)
            pair.client.channel.triggerUserOutboundEvent(TLSRequest.pulse, promise: promise)
            try promise.futureResult.wait()
            #expect(pair.client.wire.hasOutput)
            pair.carry()
            #expect(pair.client.application.reads == round && pair.server.application.reads == round)
            _ = pair.client.write("c")
            _ = pair.server.write("s")
            pair.carry()
        }
        #expect(pair.client.application.text == "sss" && pair.server.application.text == "ccc")
        #expect(pair.client.application.errors.isEmpty && pair.server.application.errors.isEmpty)
    }

    @Test("a peer that asks for key updates and reads none of the answers is cut off")
    func keyUpdateFlood() throws {
        let pair = try connected()
        let flooder = try #require(pair.client.handler.connection)
        for _ in 0..<2_000 where pair.server.application.errors.isEmpty {
            #expect(flooder.updateKeys(requestingPeer: true))
            _ = pair.client.write("x")
            pair.server.deliver(pair.client.wire.take(.max))
        }
        #expect(pair.server.application.failures == [.connectionFailed])
        #expect(pair.server.wire.mostQueuedBytes < 64 * 1024)
    }

    @Test("64 MiB both ways at once, unharmed, while neither side keeps more than its watermark and a batch")
    func bulkBothWays() throws {
        let pair = try connected()
        let ends = [pair.client, pair.server]
        let senders = try ends.map { try BulkSender($0, bytes: 64 << 20) }
        let digests = try ends.map { end in
            end.application.keepsBytes = false
            let digest = try RunningDigest()
            end.application.onRead = { digest.update($0) }
            return digest
        }
        while senders.contains(where: { !$0.isDone }) || ends.contains(where: { $0.wire.hasOutput }) {
            for sender in senders { sender.fill() }
            pair.carry(chunk: 50_000, limit: 400_000)
        }
        #expect(ends.allSatisfy { $0.application.receivedBytes == 64 << 20 })
        #expect(try digests[0].value == senders[1].digest.value)
        #expect(try digests[1].value == senders[0].digest.value)
        for end in ends {
            #expect(end.wire.mostQueuedBytes <= Wire.highWatermark + 128 * 1024)
            // One buffer per batch, not per record or write.
            #expect(end.wire.writes < (64 << 20) / 60_000)
        }
        #expect(senders.allSatisfy { $0.outstanding == 0 })
    }

    @Test("while the application does not read, nothing is taken from the wire, and the writer learns it")
    func backpressure() throws {
        let pair = try connected()
        pair.server.autoRead = false
        pair.server.application.keepsBytes = false
        // One read is still wanted from before.
        let first = pair.client.write(ByteBuffer(repeating: 1, count: 1000))
        pair.carry()
        #expect(first.isSuccess)
        let write = pair.client.write(ByteBuffer(repeating: 2, count: 1 << 20))
        pair.carry()
        #expect(pair.server.application.receivedBytes == 1000)
        #expect(!pair.client.channel.isWritable && !write.isDone)
        #expect(pair.client.wire.mostQueuedBytes <= Wire.highWatermark + 128 * 1024)
        let reads = pair.server.application.reads
        pair.server.channel.read()
        pair.carry(chunk: 40_000)
        #expect(pair.server.application.reads == reads + 1)
        while !write.isDone || pair.client.wire.hasOutput {
            pair.server.channel.read()
            pair.carry(chunk: 40_000)
        }
        #expect(write.isSuccess)
        #expect(pair.server.application.receivedBytes == 1000 + 1 << 20)
    }

    @Test("many small writes of one flush share records; empty ones complete in order")
    func gathering() throws {
        let pair = try connected()
        var outcomes: [Outcome<Void>] = []
        for index in 0..<1_000 {
            outcomes.append(pair.client.write(ByteBuffer(string: index % 7 == 0 ? "" : "0123456789"), flush: false))
        }
        #expect(!pair.client.wire.hasOutput)
        pair.client.channel.flush()
        // 8570 bytes in one record: header 5, content type 1, tag 16 (RFC 8446 §5.2).
        #expect(pair.client.wire.queuedBytes == 857 * 10 + 22)
        pair.carry()
        #expect(pair.server.application.receivedBytes == 8_570)
        #expect(pair.server.application.reads == 1)
        #expect(outcomes.allSatisfy { $0.isSuccess })
        #expect(pair.client.write("").isDone == false)
        pair.carry()
        #expect(pair.server.application.receivedBytes == 8_570)
    }

    @Test("small and large writes mixed arrive in order", arguments: [1, 9, 16_384, 16_385, 114_687, 300_000])
    func mixedSizes(size: Int) throws {
        let pair = try connected()
        var sent = ByteBuffer()
        for round in 0..<6 {
            let frame = ByteBuffer(repeating: UInt8(round), count: round % 2 == 0 ? 9 : size)
            sent.writeImmutableBuffer(frame)
            pair.client.write(frame, flush: round % 3 == 2)
        }
        pair.carry()
        #expect(pair.server.application.received == sent)
    }

    @Test("a changed byte breaks the connection with an alert and an error on each side")
    func tampering() throws {
        let pair = try connected()
        _ = pair.client.write("pay 10 euros")
        var bytes = pair.client.wire.take(.max)
        let last = try #require(bytes.getInteger(at: bytes.writerIndex - 1, as: UInt8.self))
        bytes.setInteger(last ^ 1, at: bytes.writerIndex - 1)
        pair.server.deliver(bytes)
        #expect(pair.server.application.failures == [.connectionFailed])
        #expect(pair.server.application.receivedBytes == 0)
        pair.carry()
        #expect(pair.client.application.failures == [.connectionFailed])
        #expect("\(pair.client.application.errors)".contains("bad record mac"))
    }

    @Test("a write from within a read goes out with it")
    func echo() throws {
        let pair = try connected()
        pair.server.application.onRead = { [unowned pair] in pair.server.write($0) }
        _ = pair.client.write("echo")
        pair.carry(chunk: 3)
        #expect(pair.client.application.text == "echo")
    }
}

/// Writes pseudo-random bytes while the channel is writable.
private final class BulkSender {
    let digest: RunningDigest
    private(set) var outstanding = 0
    private let end: End
    private var rest: Int
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    init(_ end: End, bytes: Int) throws {
        self.end = end
        rest = bytes
        digest = try RunningDigest()
    }

    var isDone: Bool { rest == 0 }

    func fill() {
        while rest > 0, end.channel.isWritable {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let bytes = ByteBuffer(repeating: UInt8(truncatingIfNeeded: state >> 56), count: min(rest, size))
            digest.update(bytes)
            rest -= bytes.readableBytes
            outstanding += 1
            let promise = end.channel.eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { [self] in outstanding -= 1 }
            end.channel.writeAndFlush(bytes, promise: promise)
        }
    }

    private var size: Int { 60_000 + Int(state >> 40 & 0x3ffff) }
}

/// SHA-256 over buffers as they come.
private final class RunningDigest {
    private let context: OpaquePointer

    init() throws {
        context = try #require(EVP_MD_CTX_new())
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    var value: [UInt8] {
        get throws {
            let copy = try #require(EVP_MD_CTX_new())
            defer { EVP_MD_CTX_free(copy) }
            EVP_MD_CTX_copy_ex(copy, context)
            var digest = [UInt8](repeating: 0, count: 32)
            EVP_DigestFinal_ex(copy, &digest, nil)
            return digest
        }
    }
}
