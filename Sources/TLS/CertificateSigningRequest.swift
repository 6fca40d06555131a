import COpenSSL

/// A PKCS #10 request (RFC 2986): a name and a public key, signed by the key's holder.
///
/// What the request says beside the key is a wish; the authority decides by its own ``CertificateProfile``.
public struct CertificateSigningRequest: Sendable {
    /// A request of more bytes of PEM than this is refused before it is parsed.
    public static let maximumBytes = 8 * 1024

    /// The request as PEM.
    public let pem: String

    /// The key that the request was signed with.
    public let publicKey: PublicKey

    /// The wished common name, if any. Chosen by the requester: show it with care.
    public let commonName: String?

    /// Makes and signs a request.
    public init(commonName: String, key: PrivateKey) throws {
        OpenSSLErrorQueue.clear()
        guard let request = X509_REQ_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "make a request") }
        defer { X509_REQ_free(request) }
        let name = try DistinguishedName(commonName: commonName)
        guard X509_REQ_set_version(request, Int(X509_REQ_VERSION_1)) == 1,
            X509_REQ_set_subject_name(request, name.pointer) == 1,
            key.withKey({ X509_REQ_set_pubkey(request, $0) == 1 && X509_REQ_sign(request, $0, key.digest) > 0 })
        else { throw OpenSSLErrorQueue.error(.cryptoFailed, "sign a request") }
        pem = try MemoryBIO.writing("encode a request") { PEM_write_bio_X509_REQ($0, request) }
        publicKey = key.publicKey
        self.commonName = commonName
    }

    /// Reads a request from outside. Throws `invalidInput` where it is too large, broken, not signed by its own key,
    /// or for a key that is neither P-256 nor Ed25519.
    public init(pem: String) throws {
        guard pem.utf8.count <= Self.maximumBytes else { throw TLSError(.invalidInput, "a request of over 8 KiB") }
        let request = try MemoryBIO.reading(pem) { PEM_read_bio_X509_REQ($0, nil, nil, nil) }
        guard let request else { throw OpenSSLErrorQueue.error(.invalidInput, "not a certificate request") }
        defer { X509_REQ_free(request) }
        guard let key = X509_REQ_get0_pubkey(request) else {
            throw OpenSSLErrorQueue.error(.invalidInput, "a request without a usable key")
        }
        publicKey = try PublicKey(key: key)
        // Before the signature: verifying with a huge foreign key is work that a stranger could make us do.
        guard publicKey.algorithm != .other else {
            throw TLSError(.invalidInput, "a request for a key that is neither P-256 nor Ed25519")
        }
        guard X509_REQ_verify(request, key) == 1 else {
            throw OpenSSLErrorQueue.error(.invalidInput, "a request that is not signed by its own key")
        }
        commonName = try Certificate.Fields.commonName(X509_REQ_get_subject_name(request))
        self.pem = try MemoryBIO.writing("encode a request") { PEM_write_bio_X509_REQ($0, request) }
    }
}
