import FoundationEssentials
import NIOCore

@testable import TLS

/// Certificates for one test: an authority with a server and a client below it, and a foreign authority.
struct Identities {
    struct Leaf {
        let certificate: Certificate
        let key: PrivateKey
        let chain: [Certificate]
    }

    static let now = Int64(Date().timeIntervalSince1970)
    static let day: Int64 = 86_400

    let authority: CertificateAuthority
    let foreign: CertificateAuthority
    let server: Leaf
    let client: Leaf

    init() throws {
        authority = try Self.makeAuthority("Lotse test authority")
        foreign = try Self.makeAuthority("Foreign authority")
        server = try Self.issue(authority, .server, "server", dns: ["relay.example"], addresses: ["127.0.0.1", "::1"])
        client = try Self.issue(authority, .client, "anna", uris: ["lotse:operator:anna"])
    }

    static func makeAuthority(_ name: String) throws -> CertificateAuthority {
        try .create(commonName: name, notBefore: now - day, notAfter: now + 10 * day)
    }

    static func issue(
        _ authority: CertificateAuthority,
        _ usage: CertificateProfile.Usage,
        _ name: String,
        dns: [String] = [],
        addresses: [String] = [],
        uris: [String] = [],
        notBefore: Int64 = now - 3600,
        notAfter: Int64 = now + day
    ) throws -> Leaf {
        let key = try PrivateKey.generate(.p256)
        let profile = CertificateProfile(
            commonName: name,
            dnsNames: dns,
            ipAddresses: addresses,
            uris: uris,
            usage: usage,
            notBefore: notBefore,
            notAfter: notAfter
        )
        let certificate = try authority.issue(profile, for: key.publicKey)
        return Leaf(certificate: certificate, key: key, chain: [certificate, authority.certificate])
    }

    func serverConfiguration(_ change: (inout TLSServerConfiguration) -> Void = { _ in }) -> TLSServerConfiguration {
        var configuration = TLSServerConfiguration(
            certificateChain: server.chain,
            privateKey: server.key,
            clientAuthorities: [authority.certificate],
            clientCertificate: .optional
        )
        change(&configuration)
        return configuration
    }

    func clientConfiguration(_ change: (inout TLSClientConfiguration) -> Void = { _ in }) -> TLSClientConfiguration {
        var configuration = TLSClientConfiguration(
            trust: .authorities([authority.certificate]),
            host: "relay.example"
        )
        change(&configuration)
        return configuration
    }

    /// Two ends, not connected yet.
    func pair(
        server changeServer: (inout TLSServerConfiguration) -> Void = { _ in },
        client changeClient: (inout TLSClientConfiguration) -> Void = { _ in }
    ) throws -> Pair {
        try Pair(
            server: TLSContext(server: serverConfiguration(changeServer)),
            client: TLSContext(client: clientConfiguration(changeClient))
        )
    }
}

extension TLSClientConfiguration {
    mutating func use(_ leaf: Identities.Leaf) {
        certificateChain = leaf.chain
        privateKey = leaf.key
    }
}
