import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import RelayAPI
import TLS

@testable import Agent

/// A relay that answers `POST /v1/join` over real TLS on the loopback.
struct TestRelayServer: Sendable {
    let authority: CertificateAuthority
    private let listener: any Channel

    let endpoint: RelayEndpoint
    var pin: [UInt8] { authority.certificate.publicKey.spkiSHA256 }

    /// What it answers to a join.
    enum Answer: Sendable {
        /// With its own authority.
        case honest
        /// With an authority that it does not show.
        case dishonest
        case problem(RelayAPI.Problem)
    }

    static func makeAuthority() throws -> CertificateAuthority {
        let now = SystemTime().epochSeconds
        return try .create(commonName: "Test", notBefore: now - 3600, notAfter: now + 3600)
    }

    /// - Parameter date: what it says the time is.
    init(authority: CertificateAuthority, answer: Answer = .honest, date: String? = nil) async throws {
        self.authority = authority
        let now = SystemTime().epochSeconds
        let key = try PrivateKey.generate(.p256)
        let profile = CertificateProfile(
            commonName: "relay",
            ipAddresses: ["127.0.0.1"],
            usage: .server,
            notBefore: now - 3600,
            notAfter: now + 3600
        )
        let leaf = try authority.issue(profile, for: key.publicKey)
        let context = try TLSContext(
            server: TLSServerConfiguration(certificateChain: [leaf, authority.certificate], privateKey: key)
        )
        let pin = authority.certificate.publicKey.spkiSHA256
        let (status, body): (HTTPResponseStatus, Data) =
            switch answer {
            case .honest:
                (
                    .ok,
                    try JSONEncoder().encode(
                        JoinAnswer(token: "t", authority: Hexadecimal.encode(pin), waitSeconds: 600)
                    )
                )
            case .dishonest:
                (
                    .ok,
                    try JSONEncoder().encode(
                        JoinAnswer(token: "t", authority: String(repeating: "a", count: 64), waitSeconds: 600)
                    )
                )
            case .problem(let problem): (.notFound, try JSONEncoder().encode(problem))
            }
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(context.makeHandler())
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        AnswerHandler(status: status, body: body, date: date)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        endpoint = RelayEndpoint(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
    }

    func close() async { try? await listener.close() }
}

private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let status: HTTPResponseStatus
    private let body: Data
    private let date: String?

    init(status: HTTPResponseStatus, body: Data, date: String?) {
        self.date = date
        self.status = status
        self.body = body
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        var headers = HTTPHeaders([("Content-Length", "\(body.count)")])
        if let date { headers.add(name: "Date", value: date) }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
