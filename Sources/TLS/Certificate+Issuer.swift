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

    /// What the certificate says of its issuer: organization and common name, as far as it names them. For people to read: it proves
    /// nothing, and may hold any character.
    public var issuerName: String {
        let names = try? withX509 { certificate in
            let issuer = X509_get_issuer_name(certificate)
            return [NID_organizationName, NID_commonName].compactMap { try? Fields.text($0, in: issuer) }
        }
        OpenSSLErrorQueue.clear()
        return (names ?? []).joined(separator: ", ")
    }
}
