import COpenSSL

/// The server that a client means to reach: a DNS name or an IP address.
struct ServerName: Sendable {
    private let text: String
    private let isAddress: Bool

    /// Throws `invalidInput` for what is neither. Brackets around an IPv6 address and a final dot are dropped.
    init(_ host: String) throws {
        var host = host
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let address = host.utf8.contains(0) ? nil : a2i_IPADDRESS(host)
        OpenSSLErrorQueue.clear()
        if let address {
            ASN1_OCTET_STRING_free(address)
            isAddress = true
        } else {
            if host.hasSuffix(".") { host.removeLast() }
            isAddress = false
            guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(Self.isNameByte) else {
                throw TLSError(.invalidInput, "\"\(host)\" is neither a DNS name nor an IP address")
            }
        }
        text = host
    }

    /// Makes the connection ask for this server and verify that it is the one. A name counts only as a subject
    /// alternative name, never as a common name.
    func install(on ssl: OpaquePointer) throws {
        let parameters = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(
            parameters,
            UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        )
        let done =
            isAddress
            ? X509_VERIFY_PARAM_set1_ip_asc(parameters, text) == 1
            : X509_VERIFY_PARAM_set1_host(parameters, text, text.utf8.count) == 1
                && lotse_SSL_set_tlsext_host_name(ssl, text) == 1
        guard done else { throw OpenSSLErrorQueue.error(.cryptoFailed, "set the server's name") }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
