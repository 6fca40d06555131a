import NIOCore
import NIOPosix
import Pairing
import RelayAPI
import SupportChannel
import TLS
import Testing

@testable import Agent

@Suite("The tunnel through the relay", .timeLimit(.minutes(5)))
struct RelayTunnelTests {
    /// Answers the request for a tunnel with `101`, and then is the operator.
    private final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let operatorEnd: OneShot<OperatorEnd>
        private let status: String
        private let layer: EncryptedLayer
        private var request = ""

        init(_ operatorEnd: OneShot<OperatorEnd>, layer: EncryptedLayer, status: String) {
            self.operatorEnd = operatorEnd
            self.layer = layer
            self.status = status
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            guard request.contains("\r\n\r\n") else { return }
            let isRight =
                request.hasPrefix("GET /v1/tunnel HTTP/1.1\r\n") && request.contains("Authorization: Bearer secret\r\n")
            let head = "HTTP/1.1 \(isRight ? status : "400 Bad Request")\r\n"
            let fields =
                status.hasPrefix("101") ? "connection: upgrade\r\nupgrade: lotse-tunnel\r\n" : "content-length: 0\r\n"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head + fields + "\r\n")), promise: nil)
            guard status.hasPrefix("101"), isRight else { return }
            let channel = context.channel
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
            do {
                try layer.establish(on: channel, as: .operator).flatMap { established in
                    ResumableConnection.begin(on: channel, established, as: .operator) {
                        try OperatorEnd(addingTo: $0, exporter: established.exporter)
                    }
                }
                .map { [operatorEnd] in _ = operatorEnd.resolve($1) }
                .whenFailure { _ in channel.close(promise: nil) }
            } catch {
                channel.close(promise: nil)
            }
        }
    }

    private struct Server {
        let listener: any Channel
        let relay: RelayConnection
        let operatorEnd = OneShot<OperatorEnd>()
        let code: Code

        init(status: String, folder: TemporaryFolder, operatorAuthority: [UInt8]? = nil) async throws {
            code = try Code(room: "4821", secret: "7305519")
            let authority = try TestRelayServer.makeAuthority()
            let now = SystemTime().epochSeconds
            let key = try PrivateKey.generate(.p256)
            let profile = CertificateProfile(
                commonName: "relay",
                ipAddresses: ["127.0.0.1"],
                usage: .server,
                notBefore: now - 3600,
                notAfter: now + 3600
            )
            let chain = [try authority.issue(profile, for: key.publicKey), authority.certificate]
            let context = try TLSContext(server: TLSServerConfiguration(certificateChain: chain, privateKey: key))
            let layer = EncryptedLayer(
                code: try await StretchedCode.stretching(
                    code,
                    authority: operatorAuthority ?? authority.certificate.spkiSHA256
                )
            )
            listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { [operatorEnd] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(context.makeHandler())
                        try channel.pipeline.syncOperations.addHandler(
                            TunnelHandler(operatorEnd, layer: layer, status: status)
                        )
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            relay = RelayConnection(
                AgentConfiguration(
                    relay: RelayEndpoint(host: "127.0.0.1", port: listener.localAddress?.port ?? 0),
                    trust: .pinned(authority.certificate.spkiSHA256, by: "--pin")
                ),
                memory: RelayMemory(file: folder.path + "/relays.json"),
                phrases: Phrases(.english),
                notice: { _ in }
            )
        }
    }

    @Test("the ends meet although each greets at once, and commands run")
    func meets() async throws {
        let server = try await Server(status: "101 Switching Protocols", folder: TemporaryFolder())
        let tunnel = try await server.relay.openTunnel(token: "secret", code: server.code)
        let agent = try await tunnel.met.get().first
        async let served: Void = agent.serve { action in
            try await action.accept().send(.result, json: Empty())
        }
        let end = try #require(await server.operatorEnd.wait())
        try await end.ask("note")
        let seen = [agent.exporter, end.exporter].map { $0?.bytes(label: "EXPORTER-lotse-operator", length: 32) }
        let exported = (try await seen[0]?.get(), try await seen[1]?.get())
        #expect(exported.0 == exported.1)
        #expect(exported.0?.count == 32)
        try await end.channel.close()
        try? await served
        try await server.listener.close()
    }

    @Test("a relay that shows the agent another authority than the operator knows gets them not to meet")
    func falseAuthority() async throws {
        let server = try await Server(
            status: "101 Switching Protocols",
            folder: TemporaryFolder(),
            operatorAuthority: [UInt8](repeating: 1, count: 32)
        )
        let tunnel = try await server.relay.openTunnel(token: "secret", code: server.code)
        let error = await #expect(throws: SupportChannelError.self) { try await tunnel.met.get() }
        #expect(error?.kind == .wrongCode)
        try await tunnel.channel.closeFuture.get()
        try await server.listener.close()
    }

    @Test("a relay that opens none is a sentence")
    func refused() async throws {
        let server = try await Server(status: "403 Forbidden", folder: TemporaryFolder())
        let error = await #expect(throws: AgentError.self) {
            try await server.relay.openTunnel(token: "secret", code: server.code)
        }
        #expect(error?.kind == .relayFailed)
        try await server.listener.close()
    }
}
