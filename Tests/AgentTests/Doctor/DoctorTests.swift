import FoundationEssentials
import NIOCore
import NIOPosix
import RelayAPI
import TLS
import Testing

@testable import Agent

@Suite("The doctor", .timeLimit(.minutes(3)))
struct DoctorTests {
    /// Time in which every limit is over at once.
    private struct NoTime: AgentTime {
        var now: Duration { .zero }
        var wallClock: String { "12:00:00" }
        var epochSeconds: Int64 { 0 }
        func sleep(_ duration: Duration) async throws {}
    }

    private static let date = "Thu, 05 Nov 2026 20:30:00 GMT"
    private static let moment = Timestamp(rfc3339: "2026-11-05T20:30:00Z")?.seconds ?? 0

    private static func doctor(
        _ relay: RelayEndpoint,
        _ trust: RelayTrust = .firstContact,
        proxy: Proxy? = nil,
        _ language: Language = .english
    ) -> Doctor {
        let configuration = AgentConfiguration(relay: relay, trust: trust, proxy: proxy)
        var doctor = Doctor(configuration, memory: "/memory", phrases: Phrases(language))
        doctor.now = { moment }
        return doctor
    }

    private static func relay(
        called name: String = "Lotse authority of 127.0.0.1",
        _ body: (TestRelayServer) async throws -> Void
    ) async throws {
        let now = SystemTime().epochSeconds
        let authority = try CertificateAuthority.create(
            commonName: name,
            notBefore: now - 3600,
            notAfter: now + 3600
        )
        let server = try await TestRelayServer(authority: authority, date: date)
        try await body(server)
        await server.close()
    }

    @Test("finds nothing where nothing is in the way, and says so in a line each", arguments: Language.allCases)
    func well(language: Language) async throws {
        try await Self.relay { server in
            let screen = TestScreen()
            let doctor = Self.doctor(server.endpoint, .pinned(server.pin, by: "--pin"), language)
            let status = await DoctorPage(doctor: doctor, screen: ClientScreen(screen)).show()
            #expect(status == 0)
            let rows = screen.lines.filter { $0.contains("  ok ") }
            #expect(rows.count == 5)
            #expect(rows.allSatisfy { $0.count <= 80 })
            #expect(screen.text.contains(language == .english ? "Nothing is in the way." : "Es ist nichts im Weg."))
            let unknown = await Self.doctor(server.endpoint).findings()
            #expect(unknown.map(\.ok) == [true, true, true, true, true])
            #expect(unknown[3].message.hasSuffix(Hexadecimal.encode(server.pin)))
        }
    }

    @Test(
        "a clock that is more than two minutes off is told by how much",
        arguments: [
            (0, true, "is right."), (120, true, "2 minutes apart"), (-120, true, "2 minutes apart"),
            (121, false, "2 minutes 1 second fast"), (-10_800, false, "3 hours slow"),
        ] as [(Int64, Bool, String)]
    )
    func clock(offset: Int64, isRight: Bool, words: String) async throws {
        try await Self.relay { server in
            var doctor = Self.doctor(server.endpoint)
            doctor.now = { Self.moment + offset }
            let findings = await doctor.findings()
            #expect(findings.map(\.check) == Doctor.Check.allCases)
            #expect(findings.last?.ok == isRight)
            #expect(findings.last?.message.contains(words) == true, "\(findings)")
        }
    }

    @Test("a name that nobody knows, one that nobody could be asked for, and one that takes too long")
    func names() async throws {
        let relay = RelayEndpoint(host: "relay.invalid", port: 4470)
        var doctor = Self.doctor(relay)
        for (failure, words) in [
            (AddressLookup.Failure.unknown, "There is no host relay.invalid (check its spelling"),
            (.noServer, "Nobody could be asked for the address of relay.invalid (is this computer connected"),
        ] {
            doctor.lookup = AddressLookup { _, _ in throw failure }
            let findings = await doctor.findings()
            #expect(findings.map(\.check) == [.name])
            #expect(findings.map(\.ok) == [false])
            #expect(findings[0].message.hasPrefix(words))
        }
        doctor.lookup = AddressLookup { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return []
        }
        doctor.time = NoTime()
        #expect(await doctor.findings().last?.message.hasPrefix("Nobody could be asked") == true)
        let screen = TestScreen()
        #expect(await DoctorPage(doctor: doctor, screen: ClientScreen(screen)).show() == 1)
        #expect(
            screen.lines.contains(
                "In the way: name. Not looked at before that works: connection, proxy, interception, clock."
            )
        )
    }

    @Test("a port where nobody listens, and one family of addresses of two")
    func connections() async throws {
        let closed = await Self.doctor(RelayEndpoint(host: "127.0.0.1", port: 1)).findings()
        #expect(closed.map(\.ok) == [true, false])
        #expect(closed[1].message.hasPrefix("127.0.0.1 does not take connections on port 1 (check the port"))
        try await Self.relay { server in
            let port = server.endpoint.port
            var doctor = Self.doctor(server.endpoint)
            let addresses = try ["::1", "127.0.0.1"].map { try SocketAddress(ipAddress: $0, port: port) }
            doctor.lookup = AddressLookup { _, _ in addresses }
            // The certificate is not for that name; what matters here comes before.
            let named = Doctor(
                AgentConfiguration(relay: RelayEndpoint(host: "localhost", port: port), trust: .firstContact),
                memory: "",
                phrases: Phrases(.english)
            )
            var both = named
            both.lookup = doctor.lookup
            let findings = await both.findings()
            #expect(findings[0].message == "localhost is at ::1, 127.0.0.1.")
            #expect(
                findings[1].message == "127.0.0.1 answers on port \(port). IPv6 gets nowhere, and is not needed."
            )
            #expect(findings.last?.check == .interception)
            #expect(findings.last?.message.contains("and not for localhost (check the address") == true)
        }
    }

    @Test(
        "a proxy that says no is named with what to do, and never with the password",
        arguments: [
            (
                "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\n\r\n",
                "does not accept this user name and password"
            ),
            ("HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n", "wants you to sign in by NTLM"),
            ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "does not get through to https://relay.example:4470, status 502"),
            ("HTTP/1.1 403 Forbidden\r\n\r\n", "does not allow connections to https://relay.example:4470"),
            ("\u{1b}[2J hello", "is no answer of an HTTP proxy"),
        ]
    )
    func proxy(answer: String, words: String) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SaysAlways(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        let relay = RelayEndpoint(host: "relay.example", port: 4470)
        let settings = ProxySettings(environment: ["HTTPS_PROXY": "http://jana:secret@127.0.0.1:\(port)"])
        let findings = await Self.doctor(relay, proxy: try settings.proxy(for: relay)).findings()
        #expect(findings.map(\.check) == [.name, .connection, .proxy])
        #expect(findings.map(\.ok) == [true, true, false])
        #expect(findings[2].message.contains(words), "\(findings[2].message)")
        #expect(findings[2].message.contains("http://127.0.0.1:\(port)"))
        #expect(!findings.contains { $0.message.contains("secret") || $0.message.contains("\u{1b}") })
        try await listener.close()
    }

    @Test("whoever opens the connection is named, as far as a name may be shown")
    func interception() async throws {
        try await Self.relay(called: "Big \u{202e}Fire\u{200b}wall Inc") { server in
            for trust in [.pinned(Array(repeating: 1, count: 32), by: "--pin"), RelayTrust.firstContact] {
                let findings = await Self.doctor(server.endpoint, trust).findings()
                #expect(findings.map(\.ok) == [true, true, true, false])
                #expect(
                    findings[3].message.hasPrefix(
                        "In place of the relay's certificate comes one from \"Big Firewall Inc\", so something in between"
                    ),
                    "\(findings[3].message)"
                )
            }
        }
    }

    @Test("another Lotse relay is not taken for a firewall")
    func otherRelay() async throws {
        try await Self.relay { server in
            let other = Array(repeating: UInt8(1), count: 32)
            let pinned = await Self.doctor(server.endpoint, .pinned(other, by: "/etc/lotse/agent.yaml")).findings()
            let shown = "\(server.endpoint) does not show the authority that /etc/lotse/agent.yaml names"
            #expect(pinned.last?.message.hasPrefix(shown) == true)
            let since = Timestamp(seconds: Self.moment)
            let remembered = await Self.doctor(server.endpoint, .remembered(other, since: since)).findings()
            #expect(remembered.last?.message.contains("remembered since 2026-11-05T20:30:00Z") == true)
            #expect(remembered.last?.message.contains("/memory") == true)
        }
    }

    @Test("for scripts there is JSON, in one line")
    func json() async throws {
        struct Report: Decodable {
            var ok: Bool
            var relay: String
            var checks: [Doctor.Finding]
        }
        let screen = TestScreen(isTerminal: true)
        let doctor = Self.doctor(RelayEndpoint(host: "127.0.0.1", port: 1))
        #expect(await DoctorPage(doctor: doctor, screen: ClientScreen(screen)).show(json: true) == 1)
        let report = try JSONDecoder().decode(Report.self, from: Data(screen.text.utf8))
        #expect(!report.ok)
        #expect(report.relay == "https://127.0.0.1:1")
        #expect(report.checks.map(\.check) == [.name, .connection])
    }
}

/// Says the same to whoever says something.
private final class SaysAlways: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String

    init(_ answer: String) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
