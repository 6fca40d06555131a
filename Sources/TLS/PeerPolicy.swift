import COpenSSL

/// Which certificates of peers are accepted. OpenSSL builds and verifies the chain; this says from which authorities,
/// and has the last word about revocation.
struct PeerPolicy: Sendable {
    private enum Anchors {
        /// Nobody is asked for a certificate.
        case nobody
        case authorities([Certificate])
        case pin([UInt8])
        case presented
    }

    private let anchors: Anchors
    private let isRequired: Bool
    private let isRevoked: @Sendable (Certificate) -> Bool
    private let whenRefused: (@Sendable ([Certificate]) -> Void)?

    init(server configuration: TLSServerConfiguration) throws {
        switch configuration.clientCertificate {
        case .none:
            anchors = .nobody
        case .optional, .required:
            guard !configuration.clientAuthorities.isEmpty else {
                throw TLSError(.invalidInput, "client certificates without an authority to verify them")
            }
            anchors = .authorities(configuration.clientAuthorities)
        }
        isRequired = configuration.clientCertificate == .required
        isRevoked = configuration.isRevoked
        whenRefused = nil
    }

    init(client configuration: TLSClientConfiguration) throws {
        switch configuration.trust {
        case .authorities(let authorities):
            guard !authorities.isEmpty else { throw TLSError(.invalidInput, "no authority to verify the server") }
            anchors = .authorities(authorities)
        case .pin(let digest):
            guard digest.count == 32 else { throw TLSError(.invalidInput, "a pin that is no SHA-256") }
            anchors = .pin(digest)
        case .presented:
            anchors = .presented
        }
        isRequired = true
        isRevoked = { _ in false }
        whenRefused = configuration.whenRefused
    }

    /// Sets verification up. The callback finds its way back here through the connection.
    func install(on context: OpaquePointer) throws {
        if case .nobody = anchors {
            SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
            return
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
        SSL_CTX_set_cert_verify_callback(context, verifyPeerCertificate, nil)
        guard case .authorities(let authorities) = anchors else { return }
        let store = SSL_CTX_get_cert_store(context)
        for authority in authorities {
            let added = try authority.withX509 { certificate in
                X509_STORE_add_cert(store, certificate) == 1 && SSL_CTX_add_client_CA(context, certificate) == 1
            }
            guard added else { throw OpenSSLErrorQueue.error(.cryptoFailed, "trust an authority") }
        }
    }

    /// Verifies what the peer sent; nil when it is refused, with the reason left in `store` (from which OpenSSL makes
    /// the alert and ``TLSError`` the sentence).
    func verify(_ store: OpaquePointer) -> PeerIdentity? {
        guard verifyChain(store) else {
            whenRefused?(Self.sent(store))
            return nil
        }
        guard let identity = try? Self.identity(X509_STORE_CTX_get0_chain(store)) else {
            X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED)
            return nil
        }
        guard !isRevoked(identity.certificate) else {
            X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REVOKED)
            return nil
        }
        return identity
    }

    private func verifyChain(_ store: OpaquePointer) -> Bool {
        switch anchors {
        case .nobody:
            X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED)
            return false
        case .authorities:
            return X509_verify_cert(store) == 1
        case .pin(let digest):
            return verifyChain(store, anchoredAt: Self.presentedAuthority(store) { $0.spkiSHA256 == digest }) {
                // The one code that OpenSSL leaves to applications; read back as `wrongPin`.
                X509_V_ERR_APPLICATION_VERIFICATION
            }
        case .presented:
            return verifyChain(store, anchoredAt: Self.presentedAuthority(store) { _ in true }) {
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT
            }
        }
    }

    /// Verifies against one authority that came in the chain itself.
    private func verifyChain(_ store: OpaquePointer, anchoredAt anchor: OpaquePointer?, otherwise error: () -> Int32)
        -> Bool
    {
        guard let anchor, let trusted = lotse_sk_X509_new() else {
            X509_STORE_CTX_set_error(store, error())
            return false
        }
        // The stack borrows the certificate; a verified chain takes references of its own.
        defer { lotse_sk_X509_free(trusted) }
        guard lotse_sk_X509_push(trusted, anchor) > 0 else { return false }
        X509_STORE_CTX_set0_trusted_stack(store, trusted)
        // The authority comes from the peer, so its own signature has to hold too.
        X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(store), UInt(X509_V_FLAG_CHECK_SS_SIGNATURE))
        return X509_verify_cert(store) == 1
    }

    /// The last certificate of the sent chain that is a self-issued authority and suits. Never the first: a peer is
    /// not its own authority.
    private static func presentedAuthority(_ store: OpaquePointer, where suits: (Certificate) -> Bool) -> OpaquePointer?
    {
        let sent = X509_STORE_CTX_get0_untrusted(store)
        for index in stride(from: lotse_sk_X509_num(sent) - 1, to: 0, by: -1) {
            guard let pointer = lotse_sk_X509_value(sent, index), X509_self_signed(pointer, 0) == 1,
                let certificate = try? Certificate(pointer), certificate.isAuthority, suits(certificate)
            else { continue }
            return pointer
        }
        return nil
    }

    /// What the peer sent, as far as it can be read.
    private static func sent(_ store: OpaquePointer) -> [Certificate] {
        let sent = X509_STORE_CTX_get0_untrusted(store)
        // What cannot be read must not be taken for the cause of the refusal.
        defer { OpenSSLErrorQueue.clear() }
        return (0..<max(0, lotse_sk_X509_num(sent))).compactMap { index in
            lotse_sk_X509_value(sent, index).flatMap { try? Certificate($0) }
        }
    }

    private static func identity(_ verified: OpaquePointer?) throws -> PeerIdentity {
        let chain = try (0..<max(0, lotse_sk_X509_num(verified))).compactMap { index in
            try lotse_sk_X509_value(verified, index).map { try Certificate($0) }
        }
        guard let certificate = chain.first, let authority = chain.last else {
            throw TLSError(.certificateRejected, "an empty chain")
        }
        return PeerIdentity(certificate: certificate, chain: chain, authoritySPKISHA256: authority.spkiSHA256)
    }
}

/// OpenSSL's callback in place of its own verification: 1 accepts.
private func verifyPeerCertificate(store: OpaquePointer?, argument: UnsafeMutableRawPointer?) -> Int32 {
    guard let store, let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
        let connection = TLSConnection.of(OpaquePointer(ssl)),
        case .certificates(let policy) = connection.context.authentication,
        let identity = policy.verify(store)
    else { return 0 }
    connection.peer = identity
    return 1
}
