import COpenSSL

/// An authority: a certificate that may sign others, with its private key.
public struct CertificateAuthority: Sendable {
    /// The authority's own certificate.
    public let certificate: Certificate

    /// The authority's private key.
    public let key: PrivateKey

    /// Takes a certificate and its key. Throws `invalidInput` where they do not belong together, or where the
    /// certificate is no authority's.
    public init(certificate: Certificate, key: PrivateKey) throws {
        guard certificate.publicKey == key.publicKey else {
            throw TLSError(.invalidInput, "the authority's key does not belong to its certificate")
        }
        guard certificate.isAuthority else {
            throw TLSError(.invalidInput, "the certificate is no authority's")
        }
        self.certificate = certificate
        self.key = key
    }

    /// A new self-signed authority with a fresh P-256 key. Times are Unix seconds.
    public static func create(commonName: String, notBefore: Int64, notAfter: Int64) throws -> CertificateAuthority {
        let key = try PrivateKey.generate(.p256)
        let builder = try CertificateBuilder()
        try builder.setVersionAndSerial()
        try builder.setValidity(notBefore: notBefore, notAfter: notAfter)
        try builder.setSubject(commonName: commonName)
        try builder.setPublicKey(key.publicKey)
        try builder.setIssuer(nil)
        try builder.addExtension(NID_basic_constraints, "critical,CA:TRUE", issuer: nil)
        try builder.addExtension(NID_key_usage, CertificateProfile.Usage.authority.keyUsage, issuer: nil)
        try builder.addExtension(NID_subject_key_identifier, "hash", issuer: nil)
        return try CertificateAuthority(certificate: try builder.sign(with: key), key: key)
    }

    /// Issues a certificate for `publicKey`. The serial number is 128 random bits.
    /// Throws `invalidInput` for a profile or key that cannot be certified.
    public func issue(_ profile: CertificateProfile, for publicKey: PublicKey) throws -> Certificate {
        guard publicKey.algorithm != .other else {
            throw TLSError(.invalidInput, "a key that is neither P-256 nor Ed25519")
        }
        return try certificate.withX509 { issuer in
            let builder = try CertificateBuilder()
            try builder.setVersionAndSerial()
            try builder.setValidity(notBefore: profile.notBefore, notAfter: profile.notAfter)
            try builder.setSubject(commonName: profile.commonName)
            try builder.setPublicKey(publicKey)
            try builder.setIssuer(issuer)
            let constraints = profile.usage == .authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE"
            try builder.addExtension(NID_basic_constraints, constraints, issuer: issuer)
            try builder.addExtension(NID_key_usage, profile.usage.keyUsage, issuer: issuer)
            if let usage = profile.usage.extendedKeyUsage {
                try builder.addExtension(NID_ext_key_usage, usage, issuer: issuer)
            }
            try builder.addExtension(NID_subject_key_identifier, "hash", issuer: issuer)
            try builder.addExtension(NID_authority_key_identifier, "keyid:always", issuer: issuer)
            try builder.addAlternativeNames(profile)
            return try builder.sign(with: key)
        }
    }
}
