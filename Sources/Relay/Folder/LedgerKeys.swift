import FoundationEssentials
import Receipts
import TLS

/// The key that signs the ledger, and the authority's word for it.
enum LedgerKeys {
    /// Makes `ledger.key` and `ledger.pem`.
    static func create(in folder: RelayFolder, authority: CertificateAuthority, clock: RelayClock) throws -> SigningKey
    {
        let key = try SigningKey.generate()
        let profile = CertificateProfile(
            commonName: "Lotse ledger",
            dnsNames: [],
            ipAddresses: [],
            uris: ["lotse:ledger"],
            usage: .signing,
            notBefore: clock.wall() - ServerCertificates.backdating,
            notAfter: authority.certificate.notAfter
        )
        // SubjectPublicKeyInfo of an Ed25519 key is this prefix and the key's 32 bytes (RFC 8410 §4).
        let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        let certificate = try authority.issue(profile, for: PublicKey(der: prefix + key.verifyingKey.bytes))
        try key.withPEM {
            try RelayFolder.write(String(decoding: $0, as: UTF8.self), to: folder.ledgerKeyFile, permissions: 0o600)
        }
        try RelayFolder.write(certificate.pem, to: folder.ledgerCertificateFile, permissions: 0o644)
        return key
    }

    /// Reads `ledger.key`.
    static func load(from folder: RelayFolder) throws -> SigningKey {
        do {
            return try SigningKey(pem: Array(try folder.text(folder.ledgerKeyFile).utf8))
        } catch let error as ReceiptsError {
            throw RelayError(kind: .certificate, diagnostics: "\(folder.ledgerKeyFile): \(error)")
        }
    }
}
