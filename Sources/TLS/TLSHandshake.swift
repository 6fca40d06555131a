/// What a finished handshake agreed on.
public struct TLSHandshake: Sendable, Hashable {
    /// Who the peer is; nil where it sent no certificate and need not.
    public var peer: PeerIdentity?

    /// The application protocol agreed by ALPN, if any.
    public var applicationProtocol: String?

    /// The protocol's name: `TLSv1.3`.
    public var version: String

    /// The cipher suite's name, e.g. `TLS_AES_128_GCM_SHA256`.
    public var cipher: String

    /// Makes a value; handlers do, and tests that stand in for one.
    public init(peer: PeerIdentity?, applicationProtocol: String?, version: String, cipher: String) {
        self.peer = peer
        self.applicationProtocol = applicationProtocol
        self.version = version
        self.cipher = cipher
    }
}

/// The verified identity of a peer, extracted once when its certificate was verified.
public struct PeerIdentity: Sendable, Hashable {
    /// The peer's own certificate.
    public var certificate: Certificate

    /// The verified chain, from the peer's certificate to the trusted authority.
    public var chain: [Certificate]

    /// SHA-256 of the authority's SubjectPublicKeyInfo, 32 bytes.
    public var authoritySPKISHA256: [UInt8]

    /// Makes an identity; handlers do, and tests that stand in for one.
    public init(certificate: Certificate, chain: [Certificate], authoritySPKISHA256: [UInt8]) {
        self.certificate = certificate
        self.chain = chain
        self.authoritySPKISHA256 = authoritySPKISHA256
    }
}

/// What a ``TLSHandler`` does on a user outbound event.
public enum TLSRequest: Sendable, Hashable {
    /// Sends some bytes that carry nothing (a key update, RFC 8446 §4.6.3), so that whoever counts silence in between does not cut the
    /// connection.
    case pulse
}

/// Events that a ``TLSHandler`` fires through the pipeline as user inbound events.
public enum TLSEvent: Sendable, Hashable {
    /// The handshake is done. Fired once, before the first plaintext.
    case handshakeCompleted(TLSHandshake)
}
