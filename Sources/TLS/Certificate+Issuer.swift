import COpenSSL

extension Certificate {
    /// Whether `authority` is an authority and signed this certificate. Says nothing about validity, purpose or revocation.
    public func isSigned(by authority: Certificate) -> Bool {
        guard authority.isAuthority else { return false }
        let isValid = try? withX509 { subject in
            try authority.withX509 { issuer in
                X509_check_issued(issuer, subject) == X509_V_OK && X509_verify(subject, X509_get0_pubkey(issuer)) == 1
            }
        }
        OpenSSLErrorQueue.clear()
        return isValid ?? false
    }
}
