import COpenSSL

/// An X.509 certificate, parsed once; it holds values and no OpenSSL object.
///
/// Parsing says nothing about trust: that is the business of the handshake (``TLSTrust``) or of whoever checks a chain.
public struct Certificate: Sendable, Hashable {
    /// A certificate of more bytes than this is refused.
    public static let maximumBytes = 16 * 1024

    /// The DER encoding.
    public var der: [UInt8] { fields.der }

    /// SHA-256 of the DER, 32 bytes.
    public var sha256: [UInt8] { fields.sha256 }

    /// SHA-256 of the SubjectPublicKeyInfo, 32 bytes.
    public var spkiSHA256: [UInt8] { fields.publicKey.spkiSHA256 }

    /// The subject's public key.
    public var publicKey: PublicKey { fields.publicKey }

    /// The serial number in lowercase hexadecimal, two digits a byte.
    public var serialNumber: String { fields.serialNumber }

    /// The subject's common name. For people to read; never an identity.
    public var commonName: String? { fields.commonName }

    /// URIs of the subject alternative name.
    public var uris: [String] { fields.uris }

    /// DNS names of the subject alternative name.
    public var dnsNames: [String] { fields.dnsNames }

    /// First second of validity, in Unix seconds.
    public var notBefore: Int64 { fields.notBefore }

    /// Last second of validity, in Unix seconds.
    public var notAfter: Int64 { fields.notAfter }

    /// Whether this is an authority's certificate: basicConstraints CA, and keyUsage lets it sign certificates.
    public var isAuthority: Bool { fields.isAuthority }

    /// The certificate as PEM.
    public var pem: String {
        var lines = ["-----BEGIN CERTIFICATE-----"]
        let text = base64(der)
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END CERTIFICATE-----\n")
        return lines.joined(separator: "\n")
    }

    // One reference instead of a dozen: certificates are copied along with every identity.
    private let fields: Fields

    /// Parses one certificate. Throws `invalidInput`, also for bytes behind it.
    public init(der: [UInt8]) throws {
        guard der.count <= Self.maximumBytes else { throw TLSError(.invalidInput, "a certificate of over 16 KiB") }
        OpenSSLErrorQueue.clear()
        let (pointer, consumed) = der.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            let pointer = d2i_X509(nil, &cursor, bytes.count)
            return (pointer, cursor == bytes.baseAddress.map { $0 + bytes.count })
        }
        guard let pointer else { throw OpenSSLErrorQueue.error(.invalidInput, "not a certificate") }
        defer { X509_free(pointer) }
        guard consumed else { throw TLSError(.invalidInput, "bytes after the certificate") }
        fields = try Fields(pointer)
    }

    /// Parses the first certificate of a PEM text. Throws `invalidInput` where there is none.
    public init(pem: String) throws {
        guard let first = try Self.chain(pem: pem).first else {
            throw TLSError(.invalidInput, "no certificate in the PEM text")
        }
        self = first
    }

    /// Parses every certificate of a PEM text in its order; other blocks are skipped. Throws `invalidInput` for a broken one.
    public static func chain(pem: String) throws -> [Certificate] {
        try MemoryBIO.reading(pem) { bio in
            var chain: [Certificate] = []
            while let pointer = PEM_read_bio_X509(bio, nil, nil, nil) {
                defer { X509_free(pointer) }
                chain.append(try Certificate(pointer))
            }
            let (code, text) = OpenSSLErrorQueue.drain()
            // The end of the text shows as "no start line"; anything else is a broken block.
            guard code == 0 || ERR_GET_REASON(code) == PEM_R_NO_START_LINE else {
                throw TLSError(.invalidInput, "a broken certificate in PEM: \(text)")
            }
            return chain
        }
    }

    /// The values of a certificate that OpenSSL owns.
    init(_ pointer: OpaquePointer) throws {
        fields = try Fields(pointer)
    }

    /// Lends the certificate as an OpenSSL object; whoever keeps it takes a reference (`X509_up_ref`).
    func withX509<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        OpenSSLErrorQueue.clear()
        let pointer = der.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return d2i_X509(nil, &cursor, bytes.count)
        }
        guard let pointer else { throw OpenSSLErrorQueue.error(.cryptoFailed, "decode a certificate") }
        defer { X509_free(pointer) }
        return try body(pointer)
    }

    /// Equal when the encodings are.
    public static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }

    /// Hashes the encoding's SHA-256.
    public func hash(into hasher: inout Hasher) { hasher.combine(sha256) }
}

func base64(_ bytes: [UInt8]) -> String {
    var output = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    guard let count = Int32(exactly: bytes.count) else { return "" }
    let written = EVP_EncodeBlock(&output, bytes, count)
    return String(decoding: output.prefix(Int(written)), as: UTF8.self)
}
