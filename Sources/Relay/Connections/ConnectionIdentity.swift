import NIOCore
import TLS

/// Who is at the other end of the connection on which a request came.
struct ConnectionIdentity: Sendable {
    /// The certificate that the handshake verified, if there was one.
    let peer: PeerIdentity?
    /// Where the connection comes from.
    let address: SocketAddress?

    /// The connection whose requests the current task answers. Set once per connection, around the loop that reads them, so
    /// that no request can be answered with another connection's identity.
    @TaskLocal static var current = ConnectionIdentity(peer: nil, address: nil)

    /// Whether the other end is on this machine.
    var isLoopback: Bool {
        switch address {
        case .v4(let address): address.address.sin_addr.s_addr & 0xFF == 127
        case .v6: self.address?.ipAddress == "::1" || self.address?.ipAddress?.hasPrefix("::ffff:127.") == true
        default: false
        }
    }
}
