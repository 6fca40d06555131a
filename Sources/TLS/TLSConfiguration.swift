import NIOCore

/// How a server answers: its own certificate, whom it asks for one, and its deadlines.
public struct TLSServerConfiguration: Sendable {
    /// Whether clients are asked for a certificate.
    public enum ClientCertificate: Sendable {
        /// They are not asked.
        case none
        /// They are asked. None is fine (the peer is then nil), a bad one fails the handshake.
        case optional
        /// They must send a good one.
        case required
    }

    /// The server's certificate first, then what is above it, the authority included, so that clients that pin the
    /// authority find it.
    public var certificateChain: [Certificate]

    /// The key of the first certificate.
    public var privateKey: PrivateKey

    /// Authorities whose client certificates are accepted.
    public var clientAuthorities: [Certificate]

    /// Whether clients are asked for a certificate.
    public var clientCertificate: ClientCertificate

    /// Application protocols (ALPN), best first. Empty: clients' offers are ignored.
    public var applicationProtocols: [String]

    /// How long a handshake may take from the moment the connection is there.
    public var handshakeTimeout: TimeAmount

    /// How long the peer may take to accept the last bytes and to answer close_notify.
    public var closeTimeout: TimeAmount

    /// Whether a client certificate that verifies was revoked. Called on the connection's event loop: it must not block.
    public var isRevoked: @Sendable (Certificate) -> Bool

    /// Makes a configuration. Clients are asked for a certificate only where `clientCertificate` says so.
    public init(
        certificateChain: [Certificate],
        privateKey: PrivateKey,
        clientAuthorities: [Certificate] = [],
        clientCertificate: ClientCertificate = .none,
        applicationProtocols: [String] = [],
        handshakeTimeout: TimeAmount = .seconds(10),
        closeTimeout: TimeAmount = .seconds(5),
        isRevoked: @escaping @Sendable (Certificate) -> Bool = { _ in false }
    ) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
        self.clientCertificate = clientCertificate
        self.applicationProtocols = applicationProtocols
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
        self.isRevoked = isRevoked
    }
}

/// How a client calls: whom it trusts, whom it expects, and who it is.
public struct TLSClientConfiguration: Sendable {
    /// What makes the server's certificate trusted.
    public var trust: TLSTrust

    /// The server's DNS name or IP address as text. It is verified against the certificate's alternative names;
    /// a DNS name is also sent (SNI).
    public var host: String

    /// The client's certificate first, then what is above it. Empty: none is sent.
    public var certificateChain: [Certificate]

    /// The key of the first certificate.
    public var privateKey: PrivateKey?

    /// Application protocols (ALPN), best first. Empty: none is offered.
    public var applicationProtocols: [String]

    /// How long a handshake may take from the moment the connection is there.
    public var handshakeTimeout: TimeAmount

    /// How long the peer may take to accept the last bytes and to answer close_notify.
    public var closeTimeout: TimeAmount

    /// Gets the certificates that a refused server sent, its own first, so that a person can be told whose they are. Nothing in them is
    /// true because it is there. Called on the connection's event loop: it must not block.
    public var whenRefused: (@Sendable ([Certificate]) -> Void)?

    /// Makes a configuration.
    public init(
        trust: TLSTrust,
        host: String,
        certificateChain: [Certificate] = [],
        privateKey: PrivateKey? = nil,
        applicationProtocols: [String] = [],
        handshakeTimeout: TimeAmount = .seconds(10),
        closeTimeout: TimeAmount = .seconds(5),
        whenRefused: (@Sendable ([Certificate]) -> Void)? = nil
    ) {
        self.trust = trust
        self.host = host
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.applicationProtocols = applicationProtocols
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
        self.whenRefused = whenRefused
    }
}

/// What makes a server's certificate trusted. Host name or address, validity and purpose are verified in each case.
public enum TLSTrust: Sendable {
    /// One of these self-signed authorities issued it.
    case authorities([Certificate])

    /// The authority with this SPKI SHA-256 (32 bytes) issued it; the server sends that authority in its chain.
    case pin([UInt8])

    /// First contact: any chain that is consistent with the authority which it presents. ``PeerIdentity`` then says
    /// which one that is, and something else has to vouch for it.
    case presented
}
