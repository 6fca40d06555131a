/// What an authority is asked to certify. The public key comes apart from it.
public struct CertificateProfile: Sendable {
    /// What the certificate may be used for; it is refused for anything else.
    public enum Usage: Sendable {
        /// TLS server (extendedKeyUsage serverAuth).
        case server
        /// TLS client (clientAuth).
        case client
        /// Signatures over documents (RFC 9336 documentSigning), never TLS.
        case signing
        /// An authority below this one, which may issue no further authorities.
        case authority
    }

    /// The subject's common name, 1 to 64 characters.
    public var commonName: String

    /// DNS names of the subject alternative name.
    public var dnsNames: [String]

    /// IPv4 and IPv6 addresses of the subject alternative name, as text.
    public var ipAddresses: [String]

    /// URIs of the subject alternative name.
    public var uris: [String]

    /// What the certificate may be used for.
    public var usage: Usage

    /// First second of validity, in Unix seconds.
    public var notBefore: Int64

    /// Last second of validity, in Unix seconds, after `notBefore`.
    public var notAfter: Int64

    /// Makes a profile; it is checked when a certificate is issued from it.
    public init(
        commonName: String,
        dnsNames: [String] = [],
        ipAddresses: [String] = [],
        uris: [String] = [],
        usage: Usage,
        notBefore: Int64,
        notAfter: Int64
    ) {
        self.commonName = commonName
        self.dnsNames = dnsNames
        self.ipAddresses = ipAddresses
        self.uris = uris
        self.usage = usage
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

extension CertificateProfile.Usage {
    /// keyUsage (RFC 5280 §4.2.1.3) in OpenSSL's words.
    var keyUsage: String {
        self == .authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"
    }

    /// extendedKeyUsage. Always present on leaves: without it a certificate would pass for every purpose.
    var extendedKeyUsage: String? {
        switch self {
        case .server: "serverAuth"
        case .client: "clientAuth"
        case .signing: "1.3.6.1.5.5.7.3.36"
        case .authority: nil
        }
    }
}
