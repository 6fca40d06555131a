import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import RelayAPI
import TLS

/// Decides who may open which tunnel, and takes its end.
protocol TunnelAdmission: Sendable {
    /// Checks the credentials of a request.
    ///
    /// - Throws: `Problem` where the answer is no.
    func admit(_ request: TunnelCredentials) async throws -> TunnelTicket
}

/// What a request for a tunnel carries.
struct TunnelCredentials: Sendable {
    let peer: PeerIdentity?
    let token: String?
    let invitation: String?
}

/// The right to become one end of one tunnel; used once, on the channel's event loop.
struct TunnelTicket: Sendable {
    let attach: @Sendable (any Channel) throws -> Void
}

/// Turns a request with `Upgrade: lotse-tunnel` into an end of a tunnel, if the caller may.
///
/// Where the caller may not, the request goes on to the router, whose route for the same path says why.
final class TunnelUpgrader: NIOTypedHTTPServerProtocolUpgrader {
    typealias UpgradeResult = RelayChildChannel.Negotiated

    let supportedProtocol = RelayRoute.tunnelProtocol
    let requiredUpgradeHeaders: [String] = []
    private let admission: any TunnelAdmission
    private let handshake: EventLoopFuture<TLSHandshake>
    private let ticket = NIOLockedValueBox<TunnelTicket?>(nil)

    init(admission: any TunnelAdmission, handshake: EventLoopFuture<TLSHandshake>) {
        self.admission = admission
        self.handshake = handshake
    }

    func buildUpgradeResponse(
        channel: any Channel,
        upgradeRequest: HTTPRequestHead,
        initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        let target = RequestTarget(upgradeRequest.uri)
        let bearer = upgradeRequest.headers.first(name: "Authorization")
        return channel.eventLoop.makeFutureWithTask { [admission, handshake, ticket] in
            guard upgradeRequest.method == .GET, target.path == RelayRoute.tunnel else {
                throw Problem(code: "notFound", message: "there is no tunnel here")
            }
            let credentials = TunnelCredentials(
                peer: try await handshake.get().peer,
                token: BearerToken.from(bearer),
                invitation: target.query["invitation"]
            )
            let granted = try await admission.admit(credentials)
            ticket.withLockedValue { $0 = granted }
            return initialResponseHeaders
        }
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<UpgradeResult> {
        channel.eventLoop.makeCompletedFuture {
            guard let ticket = ticket.withLockedValue({ $0 }) else { throw ChannelError.inappropriateOperationForState }
            try ticket.attach(channel)
            return .tunnel
        }
    }
}

/// The token in `Authorization: Bearer …` (RFC 6750 §2.1).
enum BearerToken {
    static func from(_ header: String?) -> String? {
        guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
        let token = header.dropFirst("bearer ".count)
        return token.isEmpty || token.utf8.count > 256 ? nil : String(token)
    }
}
