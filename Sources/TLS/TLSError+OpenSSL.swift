import COpenSSL

extension TLSError {
    /// The error for an SSL call that failed, from the thread's error queue and the result of the peer's verification.
    init(sslError: Int32, verification: Int, handshaking: Bool) {
        let (code, text) = OpenSSLErrorQueue.drain()
        guard code != 0 else {
            self.init(
                handshaking ? .handshakeFailed : .connectionFailed,
                "OpenSSL gave error \(sslError) without a reason"
            )
            return
        }
        let reason = ERR_GET_REASON(code)
        if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            self.init(Self.kind(ofVerification: Int32(truncatingIfNeeded: verification)), Self.text(verification))
        } else {
            self.init(Self.kind(ofReason: reason) ?? (handshaking ? .handshakeFailed : .connectionFailed), text)
        }
    }

    private static func text(_ verification: Int) -> String {
        guard verification != Int(X509_V_ERR_APPLICATION_VERIFICATION) else { return "" }
        return X509_verify_cert_error_string(verification).map { String(cString: $0) } ?? ""
    }

    private static func kind(ofVerification result: Int32) -> Kind {
        switch result {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .wrongHost
        case X509_V_ERR_APPLICATION_VERIFICATION: .wrongPin
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID: .certificateExpired
        case X509_V_ERR_CERT_REVOKED: .certificateRevoked
        default: .certificateRejected
        }
    }

    private static func kind(ofReason reason: Int32) -> Kind? {
        switch reason {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: .noPeerCertificate
        case SSL_R_NO_APPLICATION_PROTOCOL: .noApplicationProtocol
        default: alertKinds[reason - Int32(SSL_AD_REASON_OFFSET)]
        }
    }

    /// Alerts from the peer (RFC 8446 §6) that mean more than "it failed". OpenSSL reports alert N as reason 1000 + N.
    private static let alertKinds: [Int32: Kind] = [
        SSL_AD_BAD_CERTIFICATE: .refusedByPeer,
        SSL_AD_UNSUPPORTED_CERTIFICATE: .refusedByPeer,
        SSL_AD_CERTIFICATE_REVOKED: .refusedByPeer,
        SSL_AD_CERTIFICATE_EXPIRED: .refusedByPeer,
        SSL_AD_CERTIFICATE_UNKNOWN: .refusedByPeer,
        SSL_AD_UNKNOWN_CA: .refusedByPeer,
        SSL_AD_CERTIFICATE_REQUIRED: .refusedByPeer,
        SSL_AD_NO_APPLICATION_PROTOCOL: .noApplicationProtocol,
    ]
}
