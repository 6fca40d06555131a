import NIOCore
import RelayAPI
import TLS

/// Decides who may open which tunnel, and takes its end.
protocol TunnelAdmission: Sendable {
    /// Lets an agent into a room.
    ///
    /// - Throws: `Refusal` where the answer is no.
    func join(_ request: JoinRequest, from address: AddressBlock) async throws -> JoinAnswer

    /// Checks the credentials of a request.
    ///
    /// - Throws: `Refusal` where the answer is no.
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

/// The token in `Authorization: Bearer …` (RFC 6750 §2.1).
enum BearerToken {
    static func from(_ header: String?) -> String? {
        guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
        let token = header.dropFirst("bearer ".count)
        return token.isEmpty || token.utf8.count > 256 ? nil : String(token)
    }
}
