import COpenSSL

/// One certificate in the making: owner of an `X509` until it is signed.
final class CertificateBuilder {
    private let certificate: OpaquePointer

    init() throws {
        OpenSSLErrorQueue.clear()
        guard let certificate = X509_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "make a certificate") }
        self.certificate = certificate
    }

    deinit { X509_free(certificate) }

    /// Version 3, and 128 random bits as the serial number: nobody can guess the next one, and no list of issued
    /// numbers is needed (RFC 5280 §4.1.2.2 allows 20 bytes).
    func setVersionAndSerial() throws {
        var bytes = [UInt8](repeating: 0, count: 16)
        try check(RAND_bytes(&bytes, 16), "draw a serial number")
        guard let number = BN_bin2bn(bytes, 16, nil) else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "draw a serial number")
        }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "set a serial number")
        }
        try check(X509_set_version(certificate, Int(X509_VERSION_3)), "set the version")
    }

    func setValidity(notBefore: Int64, notAfter: Int64) throws {
        guard notBefore < notAfter else { throw TLSError(.invalidInput, "a validity that ends before it begins") }
        guard let first = time_t(exactly: notBefore), let last = time_t(exactly: notAfter),
            ASN1_TIME_set(X509_getm_notBefore(certificate), first) != nil,
            ASN1_TIME_set(X509_getm_notAfter(certificate), last) != nil
        else { throw OpenSSLErrorQueue.error(.invalidInput, "a validity outside the years 1950 to 9999") }
    }

    func setSubject(commonName: String) throws {
        let name = try DistinguishedName(commonName: commonName)
        try check(X509_set_subject_name(certificate, name.pointer), "set the subject")
    }

    func setPublicKey(_ key: PublicKey) throws {
        try key.withKey { try check(X509_set_pubkey(certificate, $0), "set the public key") }
    }

    /// `nil`: self-issued.
    func setIssuer(_ issuer: OpaquePointer?) throws {
        try check(X509_set_issuer_name(certificate, X509_get_subject_name(issuer ?? certificate)), "set the issuer")
    }

    /// Adds an extension in OpenSSL's words. `value` must be a literal of ours: the syntax has commas and sections.
    func addExtension(_ nid: Int32, _ value: String, issuer: OpaquePointer?) throws {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer ?? certificate, certificate, nil, nil, 0)
        OpenSSLErrorQueue.clear()
        guard let made = X509V3_EXT_conf_nid(nil, &context, nid, value) else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make an extension")
        }
        defer { X509_EXTENSION_free(made) }
        try check(X509_add_ext(certificate, made, -1), "add an extension")
    }

    /// The subject alternative name, name by name rather than through OpenSSL's syntax, where a comma in one name
    /// would begin another.
    func addAlternativeNames(_ profile: CertificateProfile) throws {
        guard !(profile.dnsNames.isEmpty && profile.ipAddresses.isEmpty && profile.uris.isEmpty) else { return }
        guard let names = GENERAL_NAMES_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "make names") }
        defer { GENERAL_NAMES_free(names) }
        for name in profile.dnsNames { try append(GEN_DNS, text: name, to: names) }
        for uri in profile.uris { try append(GEN_URI, text: uri, to: names) }
        for address in profile.ipAddresses {
            guard let octets = a2i_IPADDRESS(address) else {
                throw OpenSSLErrorQueue.error(.invalidInput, "\"\(address)\" is not an IP address")
            }
            try append(GEN_IPADD, octets, to: names)
        }
        let added = X509_add1_ext_i2d(certificate, NID_subject_alt_name, UnsafeMutableRawPointer(names), 0, 0)
        try check(added, "add the alternative names")
    }

    /// Signs and gives the finished certificate.
    func sign(with key: PrivateKey) throws -> Certificate {
        OpenSSLErrorQueue.clear()
        let length = key.withKey { X509_sign(certificate, $0, key.digest) }
        guard length > 0 else { throw OpenSSLErrorQueue.error(.cryptoFailed, "sign a certificate") }
        return try Certificate(certificate)
    }

    private func append(_ type: Int32, text: String, to names: OpaquePointer) throws {
        let bytes = [UInt8](text.utf8)
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw TLSError(.invalidInput, "a name that is empty, too long or not visible ASCII")
        }
        guard let string = ASN1_STRING_type_new(V_ASN1_IA5STRING) else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make a name")
        }
        guard ASN1_STRING_set(string, bytes, Int32(bytes.count)) == 1 else {
            ASN1_STRING_free(string)
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make a name")
        }
        try append(type, string, to: names)
    }

    /// Takes ownership of `value`.
    private func append(_ type: Int32, _ value: UnsafeMutablePointer<ASN1_STRING>, to names: OpaquePointer) throws {
        guard let name = GENERAL_NAME_new() else {
            ASN1_STRING_free(value)
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make a name")
        }
        GENERAL_NAME_set0_value(name, type, value)
        guard lotse_sk_GENERAL_NAME_push(names, name) > 0 else {
            GENERAL_NAME_free(name)
            throw OpenSSLErrorQueue.error(.cryptoFailed, "make a name")
        }
    }

    private func check(_ result: Int32, _ what: String) throws {
        guard result == 1 else { throw OpenSSLErrorQueue.error(.cryptoFailed, what) }
    }
}

/// Owner of an `X509_NAME` with one common name.
final class DistinguishedName {
    let pointer: OpaquePointer

    init(commonName: String) throws {
        OpenSSLErrorQueue.clear()
        guard let pointer = X509_NAME_new() else { throw OpenSSLErrorQueue.error(.cryptoFailed, "make a name") }
        self.pointer = pointer
        let bytes = [UInt8](commonName.utf8)
        // ub-common-name (RFC 5280 appendix A.1) is 64 characters, which OpenSSL checks; controls never belong here.
        guard (1...256).contains(bytes.count), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }),
            X509_NAME_add_entry_by_NID(pointer, NID_commonName, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0) == 1
        else { throw OpenSSLErrorQueue.error(.invalidInput, "a common name that is empty, too long or not text") }
    }

    deinit { X509_NAME_free(pointer) }
}
