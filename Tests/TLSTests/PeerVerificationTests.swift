import Synchronization
import Testing

@testable import TLS

@Suite("Certificates of clients")
struct ClientCertificateTests {
    let identities: Identities

    init() throws { identities = try Identities() }

    @Test("none where it is optional: the peer is unknown")
    func noneIsFine() throws {
        let pair = try identities.pair()
        try pair.connect()
        #expect(pair.server.handshake.isSuccess)
        #expect(pair.server.application.handshakes.first?.peer == nil)
    }

    @Test("none where it is required: refused, and the client learns why")
    func noneIsRefused() throws {
        let pair = try identities.pair(server: { $0.clientCertificate = .required })
        try pair.connect()
        #expect(pair.server.handshake.failure == .noPeerCertificate)
        #expect(pair.client.application.failures == [.refusedByPeer])
        #expect("\(pair.client.application.errors)".contains("certificate required"))
    }

    @Test("not asked for: not sent")
    func notAsked() throws {
        let pair = try identities.pair(
            server: { $0.clientCertificate = .none },
            client: { $0.use(identities.client) }
        )
        try pair.connect()
        #expect(pair.server.handshake.isSuccess)
        #expect(pair.server.application.handshakes.first?.peer == nil)
    }

    /// The leaf, the server's error and what the client reads in the alert.
    private func expectRefusal(
        of leaf: Identities.Leaf,
        _ kind: TLSError.Kind,
        _ alert: String,
        isRevoked: @escaping @Sendable (Certificate) -> Bool = { _ in false }
    ) throws {
        let pair = try identities.pair(server: { $0.isRevoked = isRevoked }, client: { $0.use(leaf) })
        try pair.connect()
        #expect(pair.server.handshake.failure == kind)
        #expect(pair.server.application.handshakes.isEmpty)
        #expect(pair.server.application.failures == [kind])
        #expect(pair.client.application.failures == [.refusedByPeer])
        #expect("\(pair.client.application.errors)".contains(alert))
        #expect(!pair.client.channel.isActive)
        pair.loop.advanceTime(by: .seconds(1))
        #expect(!pair.server.channel.isActive)
    }

    @Test("of another authority: refused with unknown_ca")
    func foreign() throws {
        let leaf = try Identities.issue(identities.foreign, .client, "mallory")
        try expectRefusal(of: leaf, .certificateRejected, "unknown ca")
    }

    @Test("of another authority with the same name: refused")
    func foreignWithSameName() throws {
        let impostor = try Identities.makeAuthority("Lotse test authority")
        let leaf = try Identities.issue(impostor, .client, "mallory")
        try expectRefusal(of: leaf, .certificateRejected, "unknown ca")
    }

    @Test("expired and not yet valid: refused, and the client learns why")
    func expired() throws {
        let now = Identities.now
        let old = try Identities.issue(
            identities.authority,
            .client,
            "anna",
            notBefore: now - 7200,
            notAfter: now - 3600
        )
        try expectRefusal(of: old, .certificateExpired, "expired")
        let early = try Identities.issue(
            identities.authority,
            .client,
            "anna",
            notBefore: now + 3600,
            notAfter: now + 7200
        )
        try expectRefusal(of: early, .certificateExpired, "bad certificate")
    }

    @Test("revoked: refused with certificate_revoked")
    func revoked() throws {
        let serial = identities.client.certificate.serialNumber
        try expectRefusal(of: identities.client, .certificateRevoked, "revoked") { $0.serialNumber == serial }
    }

    @Test("for servers or for signatures: refused")
    func wrongPurpose() throws {
        try expectRefusal(of: identities.server, .certificateRejected, "unsupported certificate")
        let signer = try Identities.issue(identities.authority, .signing, "ledger")
        try expectRefusal(of: signer, .certificateRejected, "unsupported certificate")
    }

    @Test("an error on one connection leaves its neighbour alone, on the same context and event loop")
    func neighbour() throws {
        let leaf = try Identities.issue(identities.foreign, .client, "mallory")
        let server = try TLSContext(server: identities.serverConfiguration())
        let good = try Pair(server: server, client: TLSContext(client: identities.clientConfiguration()))
        let bad = try Pair(
            server: server,
            client: TLSContext(client: identities.clientConfiguration { $0.use(leaf) })
        )
        good.activate()
        bad.activate()
        for _ in 0..<400 {
            bad.carry(chunk: 11, limit: 11)
            good.carry(chunk: 13, limit: 13)
        }
        good.carry()
        bad.carry()
        #expect(bad.server.handshake.failure == .certificateRejected)
        #expect(good.server.handshake.isSuccess)
        _ = good.client.write("still here")
        good.carry()
        #expect(good.server.application.text == "still here")
        #expect(good.server.application.errors.isEmpty && good.client.application.errors.isEmpty)
    }
}

@Suite("Trust in servers")
struct ServerTrustTests {
    let identities: Identities

    init() throws { identities = try Identities() }

    private func outcome(
        of leaf: Identities.Leaf? = nil,
        trust: TLSTrust,
        host: String = "relay.example"
    ) throws -> (failure: TLSError.Kind?, peer: PeerIdentity?) {
        let pair = try identities.pair(
            server: {
                guard let leaf else { return }
                $0.certificateChain = leaf.chain
                $0.privateKey = leaf.key
            },
            client: {
                $0.trust = trust
                $0.host = host
            }
        )
        try pair.connect()
        #expect(pair.client.handshake.isDone && pair.server.handshake.isDone)
        if let failure = pair.client.handshake.failure {
            #expect(pair.client.application.failures == [failure])
            #expect(!pair.server.handshake.isSuccess)
        }
        return (pair.client.handshake.failure, pair.client.application.handshakes.first?.peer)
    }

    private var trusts: [TLSTrust] {
        [
            .authorities([identities.authority.certificate]), .pin(identities.authority.certificate.spkiSHA256),
            .presented,
        ]
    }

    @Test(
        "of a refused server a person can be told who issued its certificate; of one that is accepted nothing is told"
    )
    func refusedChain() throws {
        for (trust, told) in [
            (TLSTrust.pin(identities.foreign.certificate.spkiSHA256), identities.server.chain),
            (.authorities([identities.foreign.certificate]), identities.server.chain),
            (.authorities([identities.authority.certificate]), []),
        ] {
            let refused = Mutex<[Certificate]>([])
            let pair = try identities.pair(client: {
                $0.trust = trust
                $0.whenRefused = { chain in refused.withLock { $0 = chain } }
            })
            try pair.connect()
            #expect(pair.client.handshake.isSuccess == told.isEmpty)
            #expect(refused.withLock { $0 } == told)
        }
        #expect(identities.server.certificate.issuerName == "Lotse test authority")
    }

    @Test("a good server is accepted by authority, by pin and at first contact, by name and by address")
    func good() throws {
        for trust in trusts {
            for host in ["relay.example", "RELAY.example.", "127.0.0.1", "::1", "[::1]"] {
                let (failure, peer) = try outcome(trust: trust, host: host)
                #expect(failure == nil)
                #expect(peer?.authoritySPKISHA256 == identities.authority.certificate.spkiSHA256)
            }
        }
    }

    @Test("another host's certificate is refused, whatever the trust")
    func wrongHost() throws {
        for trust in trusts {
            for host in ["other.example", "relay.example.com", "server", "127.0.0.2", "::2"] {
                #expect(try outcome(trust: trust, host: host).failure == .wrongHost)
            }
        }
    }

    @Test("an address in a DNS name's place does not count, nor the reverse")
    func addressIsNoName() throws {
        let leaf = try Identities.issue(identities.authority, .server, "127.0.0.1", dns: ["127.0.0.1"])
        for trust in trusts { #expect(try outcome(of: leaf, trust: trust, host: "127.0.0.1").failure == .wrongHost) }
    }

    @Test("a common name alone is no host name")
    func commonNameIsNoHost() throws {
        let leaf = try Identities.issue(identities.authority, .server, "relay.example", uris: ["lotse:relay"])
        for trust in trusts { #expect(try outcome(of: leaf, trust: trust).failure == .wrongHost) }
    }

    @Test("an expired certificate is refused, whatever the trust")
    func expired() throws {
        let leaf = try Identities.issue(
            identities.authority,
            .server,
            "server",
            dns: ["relay.example"],
            notBefore: Identities.now - 7200,
            notAfter: Identities.now - 3600
        )
        for trust in trusts { #expect(try outcome(of: leaf, trust: trust).failure == .certificateExpired) }
    }

    @Test("a client's certificate does not make a server, whatever the trust")
    func wrongPurpose() throws {
        let leaf = try Identities.issue(identities.authority, .client, "anna", dns: ["relay.example"])
        for trust in trusts { #expect(try outcome(of: leaf, trust: trust).failure == .certificateRejected) }
    }

    @Test("another authority is refused by authority and by pin, and shown at first contact")
    func foreignAuthority() throws {
        let leaf = try Identities.issue(identities.foreign, .server, "server", dns: ["relay.example"])
        #expect(
            try outcome(of: leaf, trust: .authorities([identities.authority.certificate])).failure
                == .certificateRejected
        )
        #expect(
            try outcome(of: leaf, trust: .pin(identities.authority.certificate.spkiSHA256)).failure == .wrongPin
        )
        let (failure, peer) = try outcome(of: leaf, trust: .presented)
        #expect(failure == nil)
        #expect(peer?.authoritySPKISHA256 == identities.foreign.certificate.spkiSHA256)
    }

    @Test("the pinned authority beside a chain of another does not help")
    func pinnedAuthorityAlongside() throws {
        let leaf = try Identities.issue(identities.foreign, .server, "server", dns: ["relay.example"])
        let padded = Identities.Leaf(
            certificate: leaf.certificate,
            key: leaf.key,
            chain: leaf.chain + [identities.authority.certificate]
        )
        let pin = identities.authority.certificate.spkiSHA256
        #expect(try outcome(of: padded, trust: .pin(pin)).failure == .certificateRejected)
        #expect(try outcome(of: padded, trust: .presented).failure == .certificateRejected)
    }

    @Test("a leaf is not its own authority, even when it is pinned")
    func pinnedLeaf() throws {
        let pin = identities.server.certificate.spkiSHA256
        #expect(try outcome(trust: .pin(pin)).failure == .wrongPin)
        let own = Identities.Leaf(
            certificate: identities.authority.certificate,
            key: identities.authority.key,
            chain: [identities.authority.certificate]
        )
        #expect(
            try outcome(of: own, trust: .pin(identities.authority.certificate.spkiSHA256)).failure == .wrongPin
        )
    }

    @Test("a chain without its authority cannot be pinned, nor trusted at first contact")
    func authorityMissing() throws {
        let alone = Identities.Leaf(
            certificate: identities.server.certificate,
            key: identities.server.key,
            chain: [identities.server.certificate]
        )
        #expect(
            try outcome(of: alone, trust: .pin(identities.authority.certificate.spkiSHA256)).failure == .wrongPin
        )
        #expect(try outcome(of: alone, trust: .presented).failure == .certificateRejected)
        #expect(try outcome(of: alone, trust: .authorities([identities.authority.certificate])).failure == nil)
    }

    @Test("a configuration that cannot work is refused when the context is made")
    func badConfigurations() throws {
        let key = try PrivateKey.generate(.p256)
        let clients: [(inout TLSClientConfiguration) -> Void] = [
            { $0.host = "" }, { $0.host = "a b" }, { $0.host = "a\0b" },
            { $0.host = String(repeating: "a", count: 300) },
            { $0.trust = .pin([1, 2]) }, { $0.trust = .authorities([]) }, { $0.applicationProtocols = [""] },
            { $0.certificateChain = identities.client.chain },
            {
                $0.certificateChain = identities.client.chain
                $0.privateKey = key
            }, { $0.privateKey = key },
        ]
        for change in clients {
            let error = #expect(throws: TLSError.self) {
                try TLSContext(client: identities.clientConfiguration(change))
            }
            #expect(error?.kind == .invalidInput)
        }
        let servers: [(inout TLSServerConfiguration) -> Void] = [
            { $0.certificateChain = [] }, { $0.privateKey = key }, { $0.clientAuthorities = [] },
        ]
        for change in servers {
            let error = #expect(throws: TLSError.self) {
                try TLSContext(server: identities.serverConfiguration(change))
            }
            #expect(error?.kind == .invalidInput)
        }
    }
}
