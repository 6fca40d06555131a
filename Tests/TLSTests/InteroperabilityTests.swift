import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import TLS

/// Over real sockets, with the programs of OpenSSL at the other end.
@Suite("Interoperability", .serialized)
struct InteroperabilityTests {
    let identities: Identities
    let folder: TemporaryFolder
    let authorityFile: String
    let loop = MultiThreadedEventLoopGroup.singleton.next()

    init() throws {
        identities = try Identities()
        folder = try TemporaryFolder()
        authorityFile = try folder.file("ca.pem", identities.authority.certificate.pem)
    }

    private func files(_ leaf: Identities.Leaf, _ name: String) throws -> [String] {
        [
            "-cert", try folder.file("\(name).pem", leaf.certificate.pem),
            "-key", try folder.file("\(name)-key.pem", leaf.key.pem()),
        ]
    }

    // MARK: openssl s_client

    /// Our server on a port of its own; the promise gets how the first connection went.
    private func serve(_ change: @escaping (inout TLSServerConfiguration) -> Void = { _ in }) throws
        -> (channel: any Channel, talk: EventLoopFuture<Talk.Summary>)
    {
        let context = try TLSContext(server: identities.serverConfiguration(change))
        let summary = loop.makePromise(of: Talk.Summary.self)
        let channel = try ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let talk = Talk(reply: { $0.uppercased() }, summary: summary)
                    try channel.pipeline.syncOperations.addHandlers([context.makeHandler(), talk])
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        return (channel, summary.futureResult)
    }

    private func client(_ channel: any Channel, _ arguments: [String]) throws -> RunningCommand {
        let port = try #require(channel.localAddress?.port)
        return RunningCommand(
            ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", authorityFile, "-verify_return_error"]
                + ["-verify_hostname", "relay.example", "-servername", "relay.example"] + arguments
        )
    }

    @Test("openssl s_client talks to our server: certificate, ALPN, key updates, close_notify")
    func sClient() throws {
        let (channel, talk) = try serve {
            $0.applicationProtocols = ["lotse"]
            $0.clientCertificate = .required
        }
        let command = try client(channel, ["-alpn", "lotse"] + files(identities.client, "client"))
        try command.start()
        command.send("hello\n")
        #expect(command.line(containing: "HELLO") != nil)
        for letter in ["K", "k"] {
            command.send("\(letter)\n")
            #expect(command.line(containing: "KEYUPDATE") != nil)
            command.send("again \(letter)x\n")
            #expect(command.line(containing: "AGAIN \(letter.uppercased())X") != nil)
        }
        command.send("Q\n")
        #expect(command.wait() == 0)
        let summary = try talk.wait()
        #expect(summary.handshake?.peer?.certificate == identities.client.certificate)
        #expect(summary.handshake?.applicationProtocol == "lotse")
        #expect(summary.failures.isEmpty)
        try channel.close().wait()
    }

    @Test("openssl s_client without a certificate, and with ciphers and groups of its choice")
    func sClientChoices() throws {
        for (option, value) in [
            ("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"), ("-ciphersuites", "TLS_AES_256_GCM_SHA384"),
            ("-groups", "P-256"), ("-groups", "P-384"), ("-groups", "X25519"), ("-maxfraglen", "512"),
        ] {
            let (channel, talk) = try serve()
            let command = try client(channel, [option, value])
            try command.start()
            command.send("hello\n")
            #expect(command.line(containing: "HELLO") != nil, "\(option) \(value)")
            command.send("Q\n")
            #expect(command.wait() == 0)
            let summary = try talk.wait()
            #expect(summary.handshake != nil && summary.handshake?.peer == nil)
            #expect(summary.failures.isEmpty)
            if option == "-ciphersuites" { #expect(summary.handshake?.cipher == value) }
            try channel.close().wait()
        }
    }

    @Test("openssl s_client with TLS 1.2, with a bad certificate, and with groups that we do not have is refused")
    func sClientRefused() throws {
        let foreign = try files(Identities.issue(identities.foreign, .client, "mallory"), "foreign")
        for (arguments, alert, kind) in [
            (["-tls1_2"], "protocol version", TLSError.Kind.handshakeFailed),
            (foreign, "unknown ca", .certificateRejected),
            (["-groups", "X448"], "handshake failure", .handshakeFailed),
        ] {
            let (channel, talk) = try serve()
            let command = try client(channel, arguments)
            try command.start()
            // Enough that the kernel would answer it with a reset, were the connection closed at once.
            command.send(String(repeating: "hello\n", count: 2_000))
            #expect(command.output().contains("alert \(alert)"), "\(arguments)")
            command.endInput()
            #expect(command.wait() != SIGKILL, "\(arguments)")
            #expect(try talk.wait().failures == [kind], "\(arguments)")
            try channel.close().wait()
        }
    }

    // MARK: openssl s_server

    /// `openssl s_server` on a port of its own, read from its first lines.
    private func server(_ leaf: Identities.Leaf, _ arguments: [String]) throws -> (RunningCommand, port: Int) {
        let command = RunningCommand(
            ["s_server", "-accept", "127.0.0.1:0", "-CAfile", authorityFile, "-cert_chain", authorityFile]
                + arguments + (try files(leaf, "server"))
        )
        try command.start()
        let line = try #require(command.line(containing: "ACCEPT "))
        let port = line.split(separator: ":").last.flatMap { Int($0.filter { $0.isNumber }) }
        return (command, try #require(port))
    }

    /// Our client says "hello" and hangs up once it has heard `expected`.
    private func call(
        _ port: Int,
        hearing expected: String,
        reply: @escaping @Sendable (String) -> String? = { _ in nil },
        _ change: (inout TLSClientConfiguration) -> Void
    ) throws -> EventLoopFuture<Talk.Summary> {
        let context = try TLSContext(client: identities.clientConfiguration(change))
        let summary = loop.makePromise(of: Talk.Summary.self)
        _ = try ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let talk = Talk(greeting: "hello\n", hangsUpAfter: expected, reply: reply, summary: summary)
                    try channel.pipeline.syncOperations.addHandlers([context.makeHandler(), talk])
                }
            }
            .connect(host: "127.0.0.1", port: port).wait()
        return summary.futureResult
    }

    @Test("our client talks to openssl s_server: by authority, by pin and at first contact")
    func sServer() throws {
        let pin = identities.authority.certificate.spkiSHA256
        for trust in [TLSTrust.authorities([identities.authority.certificate]), .pin(pin), .presented] {
            let (command, port) = try server(
                identities.server,
                ["-rev", "-naccept", "1", "-Verify", "2", "-verify_return_error", "-alpn", "lotse"]
            )
            let summary = try call(port, hearing: "olleh") {
                $0.trust = trust
                $0.applicationProtocols = ["lotse"]
                $0.use(identities.client)
            }.wait()
            #expect(summary.text == "olleh\n")
            #expect(summary.failures.isEmpty)
            #expect(summary.handshake?.applicationProtocol == "lotse")
            #expect(summary.handshake?.peer?.authoritySPKISHA256 == pin)
            command.stop()
        }
    }

    @Test("our client follows the key updates of openssl s_server, and answers them")
    func sServerKeyUpdate() throws {
        let (command, port) = try server(identities.server, ["-naccept", "1", "-msg"])
        let summary = try call(port, hearing: "bye", reply: { "heard \($0)" }) { _ in }
        #expect(command.line(containing: "hello") != nil)
        for letter in ["K", "k"] {
            command.send("\(letter)\n")
            #expect(command.line(containing: "], KeyUpdate")?.contains(">>>") == true)
            command.send("after \(letter)\n")
            // The answer goes before the next data of ours (RFC 8446 §4.6.3).
            if letter == "K" { #expect(command.line(containing: "], KeyUpdate")?.contains("<<<") == true) }
            #expect(command.line(containing: "heard after \(letter)") != nil)
        }
        command.send("bye\n")
        let talk = try summary.wait()
        #expect(talk.text == "after K\nafter k\nbye\n")
        #expect(talk.failures.isEmpty)
        command.stop()
    }

    @Test("our client refuses an openssl s_server of another host, of another authority or with another pin")
    func sServerRefused() throws {
        let foreign = try Identities.issue(identities.foreign, .server, "server", dns: ["relay.example"])
        let cases: [(Identities.Leaf, TLSTrust, String, TLSError.Kind)] = [
            (identities.server, .presented, "other.example", .wrongHost),
            (identities.server, .pin([UInt8](repeating: 0, count: 32)), "relay.example", .wrongPin),
            (foreign, .authorities([identities.authority.certificate]), "relay.example", .certificateRejected),
        ]
        for (leaf, trust, host, kind) in cases {
            let (command, port) = try server(leaf, ["-rev", "-naccept", "1"])
            let summary = try call(port, hearing: "olleh") {
                $0.trust = trust
                $0.host = host
            }.wait()
            #expect(summary.failures == [kind])
            #expect(summary.handshake == nil && summary.text.isEmpty)
            command.stop()
        }
    }
}

/// One connection's application: greets, replies, hangs up, and in the end says how it went.
private final class Talk: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Summary: Sendable {
        var text = ""
        var handshake: TLSHandshake?
        var failures: [TLSError.Kind] = []
    }

    private let greeting: String?
    private let expected: String?
    private let reply: (String) -> String?
    private let promise: EventLoopPromise<Summary>
    private var summary = Summary()

    init(
        greeting: String? = nil,
        hangsUpAfter expected: String? = nil,
        reply: @escaping (String) -> String? = { _ in nil },
        summary: EventLoopPromise<Summary>
    ) {
        self.greeting = greeting
        self.expected = expected
        self.reply = reply
        promise = summary
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.handshakeCompleted(let handshake)) = event as? TLSEvent else { return }
        summary.handshake = handshake
        if let greeting { send(context, greeting) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: Self.unwrapInboundIn(data))
        summary.text += text
        if let reply = reply(text) { send(context, reply) }
        if let expected, summary.text.contains(expected) { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { summary.failures.append(error.kind) }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.succeed(summary) }

    private func send(_ context: ChannelHandlerContext, _ text: String) {
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
