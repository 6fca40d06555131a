import COpenSSL
import NIOCore

/// One configuration, ready to make handlers: owner of an `SSL_CTX`. Any number of connections on any number of event
/// loops share one context.
public final class TLSContext: Sendable {
    /// Which side of the handshake the handlers take.
    enum Role: Sendable {
        case server
        /// With the name that the server's certificate must carry, where there is one.
        case client(ServerName?)
    }

    let role: Role
    let authentication: Authentication
    let applicationProtocols: ApplicationProtocols
    let handshakeTimeout: TimeAmount
    let closeTimeout: TimeAmount

    // Safe: after this initializer the SSL_CTX is never changed, and OpenSSL lets any number of threads call SSL_new on
    // one context (openssl-threads(7)); its reference count is atomic.
    private nonisolated(unsafe) let pointer: OpaquePointer

    /// A context for a server. Throws `invalidInput` for a configuration that cannot work.
    public convenience init(server configuration: TLSServerConfiguration) throws {
        let policy = try PeerPolicy(server: configuration)
        try self.init(
            role: .server,
            authentication: .certificates(policy),
            applicationProtocols: ApplicationProtocols(configuration.applicationProtocols),
            handshakeTimeout: configuration.handshakeTimeout,
            closeTimeout: configuration.closeTimeout
        )
        try use(chain: configuration.certificateChain, key: configuration.privateKey)
        try policy.install(on: pointer)
    }

    /// A context for a client. Throws `invalidInput` for a configuration that cannot work.
    public convenience init(client configuration: TLSClientConfiguration) throws {
        let policy = try PeerPolicy(client: configuration)
        try self.init(
            role: .client(ServerName(configuration.host)),
            authentication: .certificates(policy),
            applicationProtocols: ApplicationProtocols(configuration.applicationProtocols),
            handshakeTimeout: configuration.handshakeTimeout,
            closeTimeout: configuration.closeTimeout
        )
        if let key = configuration.privateKey {
            try use(chain: configuration.certificateChain, key: key)
        } else if !configuration.certificateChain.isEmpty {
            throw TLSError(.invalidInput, "a client certificate without its key")
        }
        try policy.install(on: pointer)
    }

    /// A context for one end of a connection that a key protects which both ends have.
    ///
    /// Only suites with SHA-256, the digest that goes with the key. There is nothing to fall back to: no certificate is sent, and
    /// none is accepted.
    public convenience init(psk configuration: TLSPreSharedKeyConfiguration) throws {
        try self.init(psk: configuration, groups: Self.groups)
    }

    /// - Parameter groups: what is agreed on for the key exchange, best first; the client sends a share for the first.
    convenience init(psk configuration: TLSPreSharedKeyConfiguration, groups: String) throws {
        try self.init(
            role: configuration.role == .server ? .server : .client(nil),
            authentication: .preSharedKey(configuration.key),
            applicationProtocols: ApplicationProtocols([]),
            handshakeTimeout: configuration.handshakeTimeout,
            closeTimeout: configuration.closeTimeout
        )
        guard SSL_CTX_set_ciphersuites(pointer, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256") == 1,
            lotse_SSL_CTX_set1_groups_list(pointer, groups) == 1
        else { throw OpenSSLErrorQueue.error(.cryptoFailed, "configure a pre-shared key") }
        try configuration.key.install(on: pointer, role: configuration.role)
    }

    /// What every context has in common, whatever authenticates its peers.
    init(
        role: Role,
        authentication: Authentication,
        applicationProtocols: ApplicationProtocols,
        handshakeTimeout: TimeAmount,
        closeTimeout: TimeAmount
    ) throws {
        self.role = role
        self.authentication = authentication
        self.applicationProtocols = applicationProtocols
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
        OpenSSLErrorQueue.clear()
        guard let pointer = SSL_CTX_new(TLS_method()) else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make a TLS context")
        }
        self.pointer = pointer
        try Self.setProtocol(pointer)
        try applicationProtocols.install(on: pointer, role: role)
    }

    deinit { SSL_CTX_free(pointer) }

    /// A handler for one connection. The promise, if given, gets the outcome of the handshake, whatever happens.
    public func makeHandler(handshakePromise: EventLoopPromise<TLSHandshake>? = nil) -> TLSHandler {
        TLSHandler(context: self, handshakePromise: handshakePromise)
    }

    /// A new `SSL`; the caller owns it.
    func makeSSL() throws -> OpaquePointer {
        OpenSSLErrorQueue.clear()
        guard let ssl = SSL_new(pointer) else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make a TLS connection")
        }
        return ssl
    }

    static let groups = "X25519:P-256:P-384"

    private static func setProtocol(_ pointer: OpaquePointer) throws {
        guard lotse_SSL_CTX_set_tls13_only(pointer) == 1,
            lotse_SSL_CTX_set1_groups_list(pointer, groups) == 1,
            // AES-128 first: a quarter faster than AES-256, and its hash is the one that our pre-shared keys go with.
            SSL_CTX_set_ciphersuites(
                pointer,
                "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
            ) == 1,
            SSL_CTX_set_num_tickets(pointer, 0) == 1,
            SSL_CTX_set_max_early_data(pointer, 0) == 1,
            SSL_CTX_set_recv_max_early_data(pointer, 0) == 1
        else { throw OpenSSLErrorQueue.error(.cryptoFailed, "configure TLS 1.3") }
        SSL_CTX_set_options(
            pointer,
            lotse_SSL_OP_NO_TICKET | lotse_SSL_OP_NO_RENEGOTIATION | lotse_SSL_OP_CIPHER_SERVER_PREFERENCE
        )
        lotse_SSL_CTX_set_mode(
            pointer,
            SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN
        )
        lotse_SSL_CTX_no_session_cache(pointer)
        // What a stranger's certificate message may make us keep (OpenSSL's default is 100 KiB).
        lotse_SSL_CTX_set_max_cert_list(pointer, 16 * 1024)
        SSL_CTX_set_verify_depth(pointer, 4)
    }

    private func use(chain: [Certificate], key: PrivateKey) throws {
        guard let leaf = chain.first else { throw TLSError(.invalidInput, "a key without its certificate") }
        guard leaf.publicKey == key.publicKey else {
            throw TLSError(.invalidInput, "the key does not belong to the certificate")
        }
        let usable = try leaf.withX509 { certificate in
            SSL_CTX_use_certificate(pointer, certificate) == 1
                && key.withKey { SSL_CTX_use_PrivateKey(pointer, $0) } == 1
        }
        guard usable else { throw OpenSSLErrorQueue.error(.invalidInput, "use the certificate") }
        for above in chain.dropFirst() {
            guard try above.withX509({ lotse_SSL_CTX_add1_chain_cert(pointer, $0) }) == 1 else {
                throw OpenSSLErrorQueue.error(.invalidInput, "use the certificate chain")
            }
        }
    }
}

/// What proves the peer's identity. A new way is a new case here and a new initializer of ``TLSContext``; the handler
/// and its state machine know only that a handshake ends in a ``TLSHandshake`` or in an error.
enum Authentication: Sendable {
    /// X.509 certificates.
    case certificates(PeerPolicy)
    /// A key that both ends have.
    case preSharedKey(PreSharedKey)
}
