import Foundation
import NIOCore
import NIOPosix
import TLS

/// A relay that was taken over, in this process: agents that go to its address reach the stage's relay through it, and a `Meddling`
/// says what becomes of all they say and hear.
///
/// It has the key of the relay's authority, so agents take it for the real one. Operators go to the real one.
struct EvilRelay: Sendable {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// `https://127.0.0.1:PORT`, for agents.
    let address: String

    /// Runs `body` with an evil relay in front of the stage's.
    static func with(
        _ stage: Stage,
        _ meddling: Meddling = Meddling(),
        _ body: (EvilRelay) async throws -> Void
    ) async throws {
        let authority = try authority(of: stage)
        let context = try TLSContext(server: serving(authority))
        let real = RealRelay(
            port: Int(stage.port) ?? 0,
            context: try TLSContext(client: .init(trust: .authorities([authority.certificate]), host: "127.0.0.1"))
        )
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: "127.0.0.1", port: 0) { channel in connection(on: channel, context) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { agents in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await agent in agents {
                            group.addTask { await EvilConnection(meddling).carry(agent, real) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            try await body(EvilRelay(address: "https://127.0.0.1:\(server.channel.localAddress?.port ?? 0)"))
        }
    }

    /// Where the evil relay takes what agents say.
    struct RealRelay: Sendable {
        let port: Int
        let context: TLSContext

        func connect() async throws -> Connection {
            try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connect(host: "127.0.0.1", port: port) { channel in connection(on: channel, context) }
        }
    }

    private static func connection(on channel: any Channel, _ context: TLSContext) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(context.makeHandler())
            return try Connection(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    private static func authority(of stage: Stage) throws -> CertificateAuthority {
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(stage.relayFolder)/tls/\(name)", encoding: .utf8)
        }
        return try CertificateAuthority(
            certificate: Certificate(pem: text("ca.pem")),
            key: PrivateKey(pem: text("ca.key"))
        )
    }

    /// Serves with a leaf of its own.
    private static func serving(_ authority: CertificateAuthority) throws -> TLSServerConfiguration {
        let key = try PrivateKey.generate(.p256)
        let now = Int64(Date().timeIntervalSince1970)
        let profile = CertificateProfile(
            commonName: "127.0.0.1",
            ipAddresses: ["127.0.0.1"],
            usage: .server,
            notBefore: now - 60,
            notAfter: now + 3600
        )
        let leaf = try authority.issue(profile, for: key.publicKey)
        return TLSServerConfiguration(certificateChain: [leaf, authority.certificate], privateKey: key)
    }
}
