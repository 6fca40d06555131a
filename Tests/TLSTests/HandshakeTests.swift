import COpenSSL
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite("Handshake")
struct HandshakeTests {
    let identities: Identities

    init() throws { identities = try Identities() }

    @Test("client and server agree on TLS 1.3 and each learns who the other is")
    func handshake() throws {
        let pair = try identities.pair(client: { $0.use(identities.client) })
        try pair.connect()
        #expect(pair.client.handshake.isSuccess)
        #expect(pair.server.handshake.isSuccess)
        let seenByClient = try #require(pair.client.application.handshakes.first)
        let seenByServer = try #require(pair.server.application.handshakes.first)
        #expect(seenByClient.version == "TLSv1.3")
        #expect(seenByClient.cipher == "TLS_AES_128_GCM_SHA256")
        #expect(seenByClient.peer?.certificate == identities.server.certificate)
        #expect(seenByClient.peer?.chain == identities.server.chain)
        #expect(seenByServer.peer?.certificate.uris == ["lotse:operator:anna"])
        #expect(seenByServer.peer?.authoritySPKISHA256 == identities.authority.certificate.spkiSHA256)
        #expect(pair.client.application.handshakes.count == 1)
        #expect(pair.client.application.errors.isEmpty && pair.server.application.errors.isEmpty)
    }

    @Test("what is written before the handshake follows it, in order")
    func earlyWrites() throws {
        let pair = try identities.pair()
        let writes = [pair.client.write("one "), pair.client.write("two"), pair.server.write("three")]
        pair.activate()
        #expect(writes.allSatisfy { !$0.isDone })
        pair.carry()
        #expect(writes.allSatisfy { $0.isSuccess })
        #expect(pair.server.application.text == "one two")
        #expect(pair.client.application.text == "three")
    }

    @Test("application data in the segment of Finished is delivered after the handshake")
    func dataWithFinished() throws {
        let pair = try identities.pair()
        var order: [String] = []
        pair.server.application.onRead = { [unowned pair] _ in
            order.append("data after \(pair.server.application.handshakes.count) handshake")
        }
        _ = pair.client.write("hello")
        pair.activate()
        pair.server.deliver(pair.client.wire.take(.max))
        pair.client.deliver(pair.server.wire.take(.max))
        let segment = pair.client.wire.take(.max)
        #expect(!pair.server.handshake.isDone)
        pair.server.deliver(segment)
        #expect(pair.server.handshake.isSuccess)
        #expect(order == ["data after 1 handshake"])
        #expect(pair.server.application.text == "hello")
    }

    @Test("one byte at a time")
    func oneByteAtATime() throws {
        let pair = try identities.pair(client: { $0.use(identities.client) })
        _ = pair.client.write("from the client")
        _ = pair.server.write("from the server")
        pair.activate()
        pair.carry(chunk: 1)
        #expect(pair.server.handshake.isSuccess)
        #expect(pair.server.application.text == "from the client")
        #expect(pair.client.application.text == "from the server")
        let close = pair.client.close()
        pair.carry(chunk: 1)
        #expect(close.isSuccess)
        #expect(pair.server.application.errors.isEmpty)
    }

    @Test("without automatic reads the handshake reads for itself, and the application's read brings data")
    func handshakeWithoutAutoRead() throws {
        let pair = try identities.pair()
        pair.client.autoRead = false
        pair.server.autoRead = false
        _ = pair.client.write("hello")
        try pair.connect()
        #expect(pair.client.handshake.isSuccess && pair.server.handshake.isSuccess)
        pair.server.channel.read()
        pair.carry(chunk: 1)
        #expect(pair.server.application.text == "hello")
    }

    @Test("a handshake that is not finished after ten seconds fails, one that is does not")
    func deadline() throws {
        let pair = try identities.pair()
        let write = pair.server.write("never sent")
        pair.server.activate()
        pair.loop.advanceTime(by: .milliseconds(9_999))
        #expect(!pair.server.handshake.isDone)
        pair.loop.advanceTime(by: .milliseconds(1))
        #expect(pair.server.handshake.failure == .handshakeTimeout)
        #expect(pair.server.application.failures == [.handshakeTimeout])
        #expect(write.failure == .handshakeTimeout)
        #expect(!pair.server.channel.isActive)

        let good = try identities.pair()
        try good.connect()
        good.loop.advanceTime(by: .hours(1))
        #expect(good.server.application.errors.isEmpty && good.server.channel.isActive)
    }

    @Test("a slow peer that sends single bytes gets no more time")
    func deadlineIsAbsolute() throws {
        let pair = try identities.pair()
        pair.activate()
        let hello = pair.client.wire.take(.max)
        for byte in hello.readableBytesView.prefix(20) {
            pair.server.deliver(ByteBuffer(bytes: [byte]))
            pair.loop.advanceTime(by: .milliseconds(600))
        }
        #expect(pair.server.handshake.failure == .handshakeTimeout)
    }

    /// Fails the server with `bytes` and gives what it said last.
    private func failure(of bytes: [UInt8]) throws -> ByteBuffer {
        let pair = try identities.pair()
        pair.server.activate()
        let write = pair.server.write("never sent")
        pair.server.deliver(ByteBuffer(bytes: bytes))
        #expect(pair.server.handshake.failure == .handshakeFailed)
        #expect(pair.server.application.failures == [.handshakeFailed])
        #expect(write.failure == .handshakeFailed)
        let last = pair.server.wire.take(.max)
        if pair.server.channel.isActive { pair.server.deliver(ByteBuffer(bytes: bytes)) }
        pair.loop.advanceTime(by: .seconds(1))
        #expect(!pair.server.channel.isActive)
        #expect(pair.server.application.errors.count == 1)
        return last
    }

    /// An alert of level 2, which is fatal, that is not encrypted (RFC 8446 §6).
    private func isFatal(_ alert: ByteBuffer) -> Bool {
        // The record's version is the peer's where OpenSSL speaks.
        alert.readableBytes == 7 && alert.getBytes(at: 0, length: 2) == [21, 3]
            && alert.getBytes(at: 3, length: 3) == [0, 2, 2]
    }

    @Test(
        "what is not TLS fails at once with a fatal alert",
        arguments: [
            [UInt8]("GET / HTTP/1.1\r\nHost: relay\r\n\r\n".utf8), [UInt8]("SSH-2.0-OpenSSH_9.2\r\n".utf8),
            [UInt8](repeating: 0, count: 64), [UInt8](repeating: 0x16, count: 20_000),
            // A ClientHello in the form of SSL 2.
            [0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10] + [UInt8](repeating: 7, count: 37),
        ]
    )
    func notTLS(_ bytes: [UInt8]) throws {
        #expect(isFatal(try failure(of: bytes)))
    }

    @Test("a record without content is refused with unexpected_message", arguments: [20, 21, 22] as [UInt8])
    func emptyRecord(_ type: UInt8) throws {
        let alert = try failure(of: [type, 3, 1, 0, 0])
        #expect(isFatal(alert))
        #expect(alert.getInteger(at: 6, as: UInt8.self) == 10)
    }

    @Test(
        "who says nothing, or begins a record and never ends it, gets an alert when the time is over",
        arguments: [[], [0x16], [0x16, 3, 1, 0x10, 0], [0x16, 3, 1, 0, 4, 1]] as [[UInt8]]
    )
    func unfinished(_ bytes: [UInt8]) throws {
        let pair = try identities.pair()
        pair.server.activate()
        for byte in bytes { pair.server.deliver(ByteBuffer(bytes: [byte])) }
        pair.loop.advanceTime(by: .milliseconds(9_999))
        #expect(!pair.server.wire.hasOutput)
        pair.loop.advanceTime(by: .milliseconds(1))
        // user_canceled, which is a warning (RFC 8446 §6.1).
        #expect(pair.server.wire.said.last == ByteBuffer(bytes: [21, 3, 3, 0, 2, 1, 90]))
        #expect(!pair.server.channel.isActive)
    }

    @Test("no alert goes out in the clear once the server has spoken")
    func noLateAlert() throws {
        let pair = try identities.pair()
        pair.activate()
        pair.server.deliver(pair.client.wire.take(.max))
        let writes = pair.server.wire.writes
        #expect(writes > 0)
        pair.loop.advanceTime(by: .seconds(10))
        #expect(pair.server.handshake.failure == .handshakeTimeout)
        #expect(pair.server.wire.writes == writes)
    }

    @Test(
        "records that are no handshake fail with a fatal alert",
        arguments: [
            // A ClientHello without content, a ServerHello, an application record.
            [0x16, 3, 1, 0, 4, 1, 0, 0, 0], [0x16, 3, 1, 0, 4, 2, 0, 0, 0],
            [0x17, 3, 3, 0, 4, 1, 2, 3, 4],
        ] as [[UInt8]]
    )
    func noHandshake(_ bytes: [UInt8]) throws {
        #expect(isFatal(try failure(of: bytes)))
    }

    @Test("a first message that announces more than 8 KiB is refused before any memory is spent on it")
    func largeHello() throws {
        let large: [UInt8] = [0x16, 3, 1, 0x1f, 0xfb, 1, 0, 0x1f, 0xf8]
        // The same with its header spread over records, and one byte at a time.
        let spread = large[5...8].flatMap { [0x16, 3, 1, 0, 1, $0] as [UInt8] }
        for bytes in [large, spread, [0x16, 3, 1, 0x1f, 0xfc]] {
            // record_overflow
            #expect(try failure(of: bytes) == ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 22]))
        }
        let pair = try identities.pair()
        pair.server.activate()
        for (index, byte) in spread.enumerated() {
            #expect(!pair.server.handshake.isDone, "byte \(index)")
            pair.server.deliver(ByteBuffer(bytes: [byte]))
        }
        #expect(pair.server.handshake.failure == .handshakeFailed)
    }

    @Test("a first message of just 8 KiB is OpenSSL's to judge")
    func largestHello() throws {
        func admits(_ parts: [UInt8]...) -> [Bool] {
            var limit = PlaintextLimit()
            return parts.map { limit.refusal(of: ByteBuffer(bytes: $0)) == nil }
        }
        let largest: [UInt8] = [0x16, 3, 1, 0x1f, 0xfb, 1, 0, 0x1f, 0xf7] + [UInt8](repeating: 0xff, count: 8183)
        #expect(admits(largest) == [true])
        // A second message, as after a retry request, is measured too.
        #expect(admits(largest, [0x14, 3, 3, 0, 1, 1, 0x16, 3, 3, 0, 4], [1, 0, 0x1f, 0xf8]) == [true, true, false])
        // Encrypted records are no messages.
        let encrypted: [UInt8] = [0x17, 3, 3, 0, 4, 1, 0xff, 0xff, 0xff]
        #expect(admits(encrypted, largest, [0x16, 3, 1, 0x1f, 0xfb, 1, 0xff, 0xff, 0xff]) == [true, true, true])
    }

    @Test("OpenSSL gets whole records during the handshake, and what is no record at once")
    func wholeRecords() throws {
        let record: [UInt8] = [22, 3, 1, 0, 3, 7, 8, 9]
        for cut in 0...record.count {
            var records = WholeRecords()
            let first = records.take(ByteBuffer(bytes: record + record.prefix(cut)))
            #expect(first.readableBytes == (cut == record.count ? 16 : 8))
            let second = records.take(ByteBuffer(bytes: record.dropFirst(cut) + [23]))
            #expect(second.readableBytes == (cut == record.count ? 0 : 8))
            let rest = records.takeRest()
            #expect(rest == ByteBuffer(bytes: [23]))
        }
        for text in [[71], [22, 2], [22, 3, 1, 0xff, 0xff]] as [[UInt8]] {
            var records = WholeRecords()
            let passed = [records.take(ByteBuffer(bytes: text)), records.take(ByteBuffer(bytes: record.prefix(3)))]
            #expect(passed.map(\.readableBytes) == [text.count, 3])
        }
    }

    @Test("a failed connection waits for the peer's end so that the alert arrives, but no longer than a second")
    func linger() throws {
        let pair = try identities.pair()
        pair.server.activate()
        pair.server.deliver(ByteBuffer(bytes: [0x17, 3, 3, 0, 4, 1, 2, 3, 4]))
        #expect(pair.server.wire.take(.max).readableBytes == 7)
        #expect(pair.server.wire.outputEnded && pair.server.channel.isActive)
        let close = pair.server.close()
        pair.loop.advanceTime(by: .milliseconds(999))
        #expect(pair.server.channel.isActive)
        pair.loop.advanceTime(by: .milliseconds(1))
        #expect(!pair.server.channel.isActive)
        #expect(close.isSuccess)
    }

    @Test("a client of TLS 1.2 is refused with protocol_version")
    func olderVersion() throws {
        let pair = try identities.pair()
        pair.server.activate()
        pair.server.deliver(try helloOfTLS12())
        #expect(pair.server.handshake.failure == .handshakeFailed)
        #expect(pair.server.wire.take(.max).getInteger(at: 6, as: UInt8.self) == 70)
    }

    private func helloOfTLS12() throws -> ByteBuffer {
        let context = try #require(SSL_CTX_new(TLS_method()))
        defer { SSL_CTX_free(context) }
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        let ssl = try #require(SSL_new(context))
        defer { SSL_free(ssl) }
        let output = try #require(BIO_new(BIO_s_mem()))
        SSL_set_bio(ssl, BIO_new(BIO_s_mem()), output)
        SSL_connect(ssl)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = BIO_read(output, &bytes, 4096)
        return ByteBuffer(bytes: bytes.prefix(Int(max(0, count))))
    }

    @Test("application protocols: the server's best common one")
    func applicationProtocol() throws {
        let pair = try identities.pair(
            server: { $0.applicationProtocols = ["h2", "http/1.1"] },
            client: { $0.applicationProtocols = ["spdy/3", "http/1.1", "h2"] }
        )
        try pair.connect()
        #expect(pair.client.application.handshakes.first?.applicationProtocol == "h2")
        #expect(pair.server.application.handshakes.first?.applicationProtocol == "h2")
    }

    @Test("application protocols: none in common fails on both sides, none offered is fine")
    func noApplicationProtocol() throws {
        let pair = try identities.pair(
            server: { $0.applicationProtocols = ["h2"] },
            client: { $0.applicationProtocols = ["http/1.1"] }
        )
        try pair.connect()
        #expect(pair.server.handshake.failure == .noApplicationProtocol)
        #expect(pair.client.handshake.failure == .noApplicationProtocol)

        let silent = try identities.pair(server: { $0.applicationProtocols = ["h2"] })
        try silent.connect()
        #expect(silent.server.handshake.isSuccess)
        #expect(silent.server.application.handshakes.first?.applicationProtocol == nil)
    }

    @Test("a handler that never joins a pipeline, and one that leaves it, still answer")
    func abandoned() throws {
        let loop = EmbeddedEventLoop()
        let promise = loop.makePromise(of: TLSHandshake.self)
        let outcome = Outcome(promise.futureResult)
        _ = try TLSContext(client: identities.clientConfiguration()).makeHandler(handshakePromise: promise)
        #expect(outcome.failure == .closed)

        let pair = try identities.pair()
        let write = pair.client.write("never sent")
        pair.activate()
        pair.client.channel.pipeline.syncOperations.removeHandler(pair.client.handler, promise: nil)
        pair.loop.run()
        #expect(pair.client.handshake.failure == .closed)
        #expect(write.failure == .closed)
    }
}
