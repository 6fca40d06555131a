import COpenSSL

extension Certificate {
    /// Checks that `authority` issued this certificate for a TLS client, as a server's handshake would (RFC 5280 §6.1): signature,
    /// validity, key usage, constraints, and extendedKeyUsage clientAuth, which must be there. Says nothing about revocation.
    ///
    /// For whoever sees a certificate outside of a handshake.
    ///
    /// - Parameter moment: Unix seconds.
    /// - Throws: `TLSError`: `certificateExpired`, `certificateRejected`; `cryptoFailed` where OpenSSL fails.
    public func checkClientUse(issuedBy authority: Certificate, at moment: Int64) throws {
        guard authority.isAuthority else {
            throw TLSError(.certificateRejected, "what is said to be the authority is none")
        }
        try withX509 { leaf in
            try authority.withX509 { try Self.check(leaf, anchor: $0, at: moment) }
            // OpenSSL takes a certificate without extendedKeyUsage for one that may be used for everything.
            guard X509_get_extension_flags(leaf) & UInt32(EXFLAG_XKUSAGE) != 0 else {
                throw TLSError(.certificateRejected, "a certificate that does not say what it is for")
            }
        }
    }

    private static func check(_ leaf: OpaquePointer, anchor: OpaquePointer, at moment: Int64) throws {
        OpenSSLErrorQueue.clear()
        defer { OpenSSLErrorQueue.clear() }
        guard let store = X509_STORE_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "verify") }
        defer { X509_STORE_free(store) }
        guard let context = X509_STORE_CTX_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "verify") }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_add_cert(store, anchor) == 1, X509_STORE_CTX_init(context, store, leaf, nil) == 1,
            X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT) == 1
        else { throw OpenSSLErrorQueue.error(.cryptoFailed, "verify") }
        let parameters = X509_STORE_CTX_get0_param(context)
        // The anchor came from the peer: only its key is known, so its own signature has to hold too.
        X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_CHECK_SS_SIGNATURE))
        X509_VERIFY_PARAM_set_time(parameters, time_t(moment))
        guard X509_verify_cert(context) == 1 else {
            let code = X509_STORE_CTX_get_error(context)
            let reason = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
            let isTime = code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID
            throw TLSError(isTime ? .certificateExpired : .certificateRejected, reason)
        }
    }
}
