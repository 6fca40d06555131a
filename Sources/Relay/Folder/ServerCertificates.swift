import NIOConcurrencyHelpers
import NIOCore
import TLS

/// The server's certificate and the TLS context made from it; `renewIfNeeded` replaces both while the relay serves.
final class ServerCertificates: Sendable {
    private let folder: RelayFolder
    private let authority: CertificateAuthority
    private let hosts: [String]
    private let clock: RelayClock
    private let handshakeTimeout: TimeAmount
    private let isRevoked: @Sendable (Certificate) -> Bool
    private let current: NIOLockedValueBox<(context: TLSContext, leaf: Certificate)>

    /// How long a leaf lives, and how long before its end it is replaced.
    static let lifetime: Int64 = 90 * 86_400
    static let renewal: Int64 = 30 * 86_400
    /// Certificates begin a day in the past: clocks differ, and one that is put right, or wrong, by an hour must cut nobody off.
    static let backdating: Int64 = 86_400

    init(
        folder: RelayFolder,
        authority: CertificateAuthority,
        hosts: [String],
        clock: RelayClock,
        handshakeTimeout: TimeAmount,
        isRevoked: @escaping @Sendable (Certificate) -> Bool
    ) throws {
        self.folder = folder
        self.authority = authority
        self.hosts = hosts
        self.clock = clock
        self.handshakeTimeout = handshakeTimeout
        self.isRevoked = isRevoked
        let (leaf, key) = try Self.load(folder, hosts, authority, clock) ?? Self.issue(folder, authority, hosts, clock)
        current = NIOLockedValueBox((try Self.context(leaf, key, authority, handshakeTimeout, isRevoked), leaf))
    }

    /// The context for the next connection.
    var context: TLSContext { current.withLockedValue { $0.context } }

    /// Replaces the leaf where it ends soon.
    func renewIfNeeded() throws {
        guard current.withLockedValue({ $0.leaf.notAfter }) - clock.wall() < Self.renewal else { return }
        let (leaf, key) = try Self.issue(folder, authority, hosts, clock)
        let context = try Self.context(leaf, key, authority, handshakeTimeout, isRevoked)
        current.withLockedValue { $0 = (context, leaf) }
    }

    /// Makes key and leaf, and stores them.
    @discardableResult
    static func issue(
        _ folder: RelayFolder,
        _ authority: CertificateAuthority,
        _ hosts: [String],
        _ clock: RelayClock
    ) throws -> (Certificate, PrivateKey) {
        let key = try PrivateKey.generate(.p256)
        let now = clock.wall()
        let profile = CertificateProfile(
            commonName: hosts.first ?? "lotse-relay",
            dnsNames: hosts.filter { !isAddress($0) },
            ipAddresses: hosts.filter(isAddress),
            uris: [],
            usage: .server,
            notBefore: now - backdating,
            notAfter: min(now + lifetime, authority.certificate.notAfter)
        )
        let leaf = try authority.issue(profile, for: key.publicKey)
        try RelayFolder.write(try key.pem(), to: folder.serverKeyFile, permissions: 0o600)
        try RelayFolder.write(leaf.pem, to: folder.serverCertificateFile, permissions: 0o644)
        return (leaf, key)
    }

    /// The stored leaf, if it still is what `hosts` wants and lives long enough.
    private static func load(
        _ folder: RelayFolder,
        _ hosts: [String],
        _ authority: CertificateAuthority,
        _ clock: RelayClock
    ) -> (Certificate, PrivateKey)? {
        guard let leaf = try? Certificate(pem: folder.text(folder.serverCertificateFile)),
            let key = try? PrivateKey(pem: folder.text(folder.serverKeyFile)),
            leaf.publicKey == key.publicKey, leaf.notAfter - clock.wall() > renewal,
            Set(leaf.dnsNames) == Set(hosts.filter { !isAddress($0) }), leaf.commonName == hosts.first
        else { return nil }
        return (leaf, key)
    }

    private static func context(
        _ leaf: Certificate,
        _ key: PrivateKey,
        _ authority: CertificateAuthority,
        _ handshakeTimeout: TimeAmount,
        _ isRevoked: @escaping @Sendable (Certificate) -> Bool
    ) throws -> TLSContext {
        var configuration = TLSServerConfiguration(certificateChain: [leaf, authority.certificate], privateKey: key)
        configuration.clientAuthorities = [authority.certificate]
        configuration.clientCertificate = .optional
        configuration.handshakeTimeout = handshakeTimeout
        configuration.isRevoked = isRevoked
        return try TLSContext(server: configuration)
    }

    static func isAddress(_ host: String) -> Bool {
        host.contains(":")
            || (host.split(separator: ".").count == 4 && host.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") })
    }
}
