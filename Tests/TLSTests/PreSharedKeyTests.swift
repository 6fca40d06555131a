import COpenSSL
import NIOCore
import Testing

@testable import TLS

@Suite("Pre-shared key")
struct PreSharedKeyTests {
    static let key = (0..<32).map { UInt8($0) }

    private func context(
        _ role: TLSPreSharedKeyConfiguration.Role,
        identity: String = "session/0",
        key: [UInt8] = key,
        groups: String = "X25519:P-256:P-384"
    ) throws -> TLSContext {
        try TLSContext(psk: TLSPreSharedKeyConfiguration(identity: identity, key: key, role: role), groups: groups)
    }

    private func pair(server: TLSContext? = nil, client: TLSContext? = nil) throws -> Pair {
        let pair = try Pair(server: server ?? context(.server), client: client ?? context(.client))
        try pair.connect()
        return pair
    }

    /// Neither end got through, and no plaintext arrived.
    private func expectFailure(_ pair: Pair) {
        pair.carry()
        #expect(pair.client.handshake.failure != nil || pair.client.application.failures.count == 1)
        #expect(pair.server.handshake.failure != nil)
        #expect(pair.client.application.receivedBytes == 0 && pair.server.application.receivedBytes == 0)
    }

    @Test("two ends with one key understand each other, without certificates")
    func sameKey() throws {
        let pair = try pair()
        let (client, server) = (
            try #require(pair.client.application.handshakes.first),
            try #require(pair.server.application.handshakes.first)
        )
        for handshake in [client, server] {
            #expect(handshake.peer == nil)
            #expect(handshake.version == "TLSv1.3")
            #expect(handshake.cipher == "TLS_AES_128_GCM_SHA256")
        }
        _ = pair.client.write("to the server")
        _ = pair.server.write("to the client")
        pair.carry()
        #expect(pair.server.application.text == "to the server")
        #expect(pair.client.application.text == "to the client")
        #expect(pair.client.application.errors.isEmpty && pair.server.application.errors.isEmpty)
    }

    @Test("the handshake survives being cut into single bytes")
    func byteByByte() throws {
        let pair = try Pair(server: context(.server), client: context(.client))
        pair.activate()
        pair.carry(chunk: 1)
        #expect(pair.client.handshake.isSuccess && pair.server.handshake.isSuccess)
    }

    @Test("one wrong bit of the key fails the handshake", arguments: [0, 7, 130, 255])
    func wrongBit(bit: Int) throws {
        var key = Self.key
        key[bit / 8] ^= 1 << (bit % 8)
        let pair = try pair(client: context(.client, key: key))
        expectFailure(pair)
        #expect(pair.server.handshake.failure == .handshakeFailed)
    }

    @Test("an unknown identity fails the handshake", arguments: ["session/1", "session/", "session/00", "x"])
    func unknownIdentity(identity: String) throws {
        expectFailure(try pair(client: context(.client, identity: identity)))
    }

    @Test("a client that offers no key fails the handshake")
    func noKeyOffered() throws {
        let identities = try Identities()
        expectFailure(try pair(client: TLSContext(client: identities.clientConfiguration())))
        expectFailure(
            try pair(client: TLSContext(client: identities.clientConfiguration { $0.use(identities.client) }))
        )
    }

    @Test("a server that shows a certificate instead fails the handshake")
    func rogueServer() throws {
        let identities = try Identities()
        for certificate in [TLSServerConfiguration.ClientCertificate.none, .optional] {
            let server = try TLSContext(server: identities.serverConfiguration { $0.clientCertificate = certificate })
            let pair = try pair(server: server)
            #expect(pair.client.handshake.failure == .certificateRejected)
            #expect(pair.client.application.handshakes.isEmpty)
            _ = pair.server.write("secret")
            pair.carry()
            #expect(pair.client.application.receivedBytes == 0)
        }
    }

    @Test("a server that wants another group gets it by HelloRetryRequest, and the key still counts")
    func helloRetryRequest() throws {
        let good = try pair(server: context(.server, groups: "P-384"))
        #expect(good.client.handshake.isSuccess && good.server.handshake.isSuccess)
        _ = good.client.write("after the retry")
        good.carry()
        #expect(good.server.application.text == "after the retry")
        // More than the usual three flights went over the wire, or there was no retry.
        #expect(good.carriedBytes > (try pair()).carriedBytes + 200)

        let bad = try pair(
            server: context(.server, key: [UInt8](repeating: 9, count: 32), groups: "P-384")
        )
        expectFailure(bad)
    }

    @Test("no group in common fails the handshake")
    func noCommonGroup() throws {
        expectFailure(try pair(server: context(.server, groups: "P-384"), client: context(.client, groups: "X25519")))
    }

    @Test("both ends export the same, each label and each connection something else")
    func exporter() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<2 {
            let pair = try pair()
            for label in ["EXPORTER-lotse-operator", "EXPORTER-lotse-resume"] {
                let client = try pair.client.handler.exportKeyingMaterial(label: label, length: 32)
                let server = try pair.server.handler.exportKeyingMaterial(label: label, length: 32)
                #expect(client == server)
                #expect(client.count == 32)
                seen.insert(client)
            }
        }
        #expect(seen.count == 4)
    }

    @Test("there is nothing to export before the handshake, after the end, or of no length")
    func exporterOutsideConnection() throws {
        let early = try Pair(server: context(.server), client: context(.client))
        early.activate()
        #expect(throws: TLSError.self) { try early.client.handler.exportKeyingMaterial(label: "x", length: 32) }
        early.carry()
        for length in [-1, 0, 256, Int.max] {
            #expect(throws: TLSError.self) { try early.client.handler.exportKeyingMaterial(label: "x", length: length) }
        }
        _ = early.client.close()
        early.carry()
        #expect(throws: TLSError.self) { try early.client.handler.exportKeyingMaterial(label: "x", length: 32) }
    }

    @Test("two connections that go over each other's wire do not understand each other")
    func spliced() throws {
        let (one, two) = (
            try Pair(server: context(.server), client: context(.client)),
            try Pair(server: context(.server), client: context(.client))
        )
        one.activate()
        two.activate()
        // The ClientHello of one and the rest of the other.
        one.server.deliver(one.client.wire.take(.max))
        two.server.deliver(two.client.wire.take(.max))
        one.client.deliver(two.server.wire.take(.max))
        #expect(one.client.handshake.failure != nil)
        #expect(one.client.application.receivedBytes == 0)
    }

    @Test("a key of another length, and a name that is none, are refused")
    func invalidInput() throws {
        for (identity, count) in [("", 32), (String(repeating: "x", count: 129), 32), ("x", 31), ("x", 33), ("x", 0)] {
            let error = #expect(throws: TLSError.self) {
                try TLSPreSharedKeyConfiguration(
                    identity: identity,
                    key: [UInt8](repeating: 1, count: count),
                    role: .client
                )
            }
            #expect(error?.kind == .invalidInput)
        }
    }
}
