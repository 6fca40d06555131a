import FoundationEssentials
import NIOCore
import NIOPosix
import TLS

@testable import RelayAPI

/// A relay on the loopback that answers every request with an empty object, and an upgrade with an echo.
struct TestRelay: Sendable {
    let endpoint: RelayEndpoint
    let pin: [UInt8]

    /// Runs `body` against one; it is `localhost` and 127.0.0.1, and listens on the latter.
    static func with(date: String? = nil, _ body: (TestRelay) async throws -> Void) async throws {
        let now = Int64(Date().timeIntervalSince1970)
        let authority = try CertificateAuthority.create(
            commonName: "Test authority",
            notBefore: now - 3600,
            notAfter: now + 3600
        )
        let key = try PrivateKey.generate(.p256)
        let profile = CertificateProfile(
            commonName: "relay",
            dnsNames: ["localhost"],
            ipAddresses: ["127.0.0.1"],
            usage: .server,
            notBefore: now - 3600,
            notAfter: now + 3600
        )
        let leaf = try authority.issue(profile, for: key.publicKey)
        let context = try TLSContext(
            server: TLSServerConfiguration(certificateChain: [leaf, authority.certificate], privateKey: key)
        )
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(context.makeHandler())
                    try channel.pipeline.syncOperations.addHandler(AnyRequest(date: date))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let endpoint = RelayEndpoint(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
        do {
            try await body(TestRelay(endpoint: endpoint, pin: authority.certificate.spkiSHA256))
        } catch {
            try? await listener.close()
            throw error
        }
        try await listener.close()
    }
}

private final class AnyRequest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let date: String?
    private var head = ""
    private var isTunnel = false

    init(date: String?) { self.date = date }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isTunnel { return context.writeAndFlush(data, promise: nil) }
        head += String(buffer: Self.unwrapInboundIn(data))
        guard head.contains("\r\n\r\n") else { return }
        isTunnel = head.contains("Upgrade: lotse-tunnel")
        let answer =
            isTunnel
            ? "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: lotse-tunnel\r\n\r\n"
            : "HTTP/1.1 200 OK\r\n" + (date.map { "Date: \($0)\r\n" } ?? "") + "Content-Length: 2\r\n\r\n{}"
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
