import COpenSSL

extension Certificate {
    /// What a certificate says, copied out of OpenSSL's object.
    final class Fields: Sendable {
        let der: [UInt8]
        let sha256: [UInt8]
        let publicKey: PublicKey
        let serialNumber: String
        let commonName: String?
        let uris: [String]
        let dnsNames: [String]
        let notBefore: Int64
        let notAfter: Int64
        let isAuthority: Bool

        init(_ certificate: OpaquePointer) throws {
            der = try derBytes("encode a certificate") { i2d_X509(certificate, $0) }
            sha256 = TLS.sha256(der)
            guard let key = X509_get0_pubkey(certificate) else {
                throw OpenSSLErrorQueue.error(.invalidInput, "a certificate with an unknown kind of key")
            }
            publicKey = try PublicKey(key: key)
            serialNumber = try Self.hexadecimal(X509_get0_serialNumber(certificate))
            commonName = try Self.commonName(X509_get_subject_name(certificate))
            (dnsNames, uris) = try Self.alternativeNames(certificate)
            notBefore = try Self.unixSeconds(X509_get0_notBefore(certificate))
            notAfter = try Self.unixSeconds(X509_get0_notAfter(certificate))
            // 1: basicConstraints says CA, and keyUsage does not deny it; the higher values are legacy guesses.
            isAuthority = X509_check_ca(certificate) == 1
        }

        private static func hexadecimal(_ number: UnsafePointer<ASN1_INTEGER>?) throws -> String {
            OpenSSLErrorQueue.clear()
            guard let value = ASN1_INTEGER_to_BN(number, nil) else {
                throw OpenSSLErrorQueue.error(.invalidInput, "a certificate without a serial number")
            }
            defer { BN_free(value) }
            guard let text = BN_bn2hex(value) else {
                throw OpenSSLErrorQueue.error(.cryptoFailed, "print a serial number")
            }
            defer { CRYPTO_free(text, nil, 0) }
            return String(cString: text).lowercased()
        }

        static func commonName(_ name: OpaquePointer?) throws -> String? { try text(NID_commonName, in: name) }

        static func text(_ attribute: CInt, in name: OpaquePointer?) throws -> String? {
            let index = X509_NAME_get_index_by_NID(name, attribute, -1)
            guard index >= 0, let entry = X509_NAME_get_entry(name, index) else { return nil }
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(entry))
            guard count >= 0, let bytes else {
                throw OpenSSLErrorQueue.error(.invalidInput, "a name that is no text")
            }
            defer { CRYPTO_free(bytes, nil, 0) }
            return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
        }

        private static func alternativeNames(_ certificate: OpaquePointer) throws -> ([String], [String]) {
            var critical: Int32 = 0
            guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nil) else {
                // -1: there is none. Anything else: it is broken, or there are two.
                guard critical == -1 else { throw TLSError(.invalidInput, "a broken subject alternative name") }
                return ([], [])
            }
            let names = OpaquePointer(found)
            defer { GENERAL_NAMES_free(names) }
            var dnsNames: [String] = []
            var uris: [String] = []
            for index in 0..<max(0, lotse_sk_GENERAL_NAME_num(names)) {
                guard let name = lotse_sk_GENERAL_NAME_value(names, index) else { continue }
                switch name.pointee.type {
                case GEN_DNS: dnsNames.append(try visibleASCII(name.pointee.d.dNSName))
                case GEN_URI: uris.append(try visibleASCII(name.pointee.d.uniformResourceIdentifier))
                default: continue
                }
            }
            return (dnsNames, uris)
        }

        /// Names are identities: one with a NUL, a blank or a control byte in it is an attempt to be taken for another.
        private static func visibleASCII(_ string: UnsafePointer<ASN1_STRING>?) throws -> String {
            guard let data = ASN1_STRING_get0_data(string) else { throw TLSError(.invalidInput, "an empty name") }
            let bytes = UnsafeBufferPointer(start: data, count: Int(max(0, ASN1_STRING_length(string))))
            guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                throw TLSError(.invalidInput, "a name with bytes that are not visible ASCII")
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        private static func unixSeconds(_ time: UnsafePointer<ASN1_TIME>?) throws -> Int64 {
            guard let epoch = ASN1_TIME_set(nil, 0) else {
                throw OpenSSLErrorQueue.error(.cryptoFailed, "read a time")
            }
            defer { ASN1_STRING_free(epoch) }
            var days: Int32 = 0
            var seconds: Int32 = 0
            guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
                throw OpenSSLErrorQueue.error(.invalidInput, "a certificate with a broken validity")
            }
            return Int64(days) * 86_400 + Int64(seconds)
        }
    }
}
