import FoundationEssentials
import Receipts
import RelayAPI
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
            uris: [SignedHead.keyURI],
            usage: .signing,
            notBefore: clock.wall() - ServerCertificates.backdating,
            notAfter: authority.certificate.notAfter
        )
        let certificate = try authority.issue(profile, for: PublicKey(der: key.verifyingKey.subjectPublicKeyInfo))
        try key.withPEM {
            try RelayFolder.write(String(decoding: $0, as: UTF8.self), to: folder.ledgerKeyFile, permissions: 0o600)
        }
        try RelayFolder.write(certificate.pem, to: folder.ledgerCertificateFile, permissions: 0o644)
        return key
    }

    /// Reads `ledger.key`.
    static func load(from folder: RelayFolder) throws -> SigningKey {
        try folder.checkOwner()
        do {
            return try SigningKey(pem: Array(try folder.text(folder.ledgerKeyFile).utf8))
        } catch let error as ReceiptsError {
            throw RelayError(kind: .certificate, diagnostics: "\(folder.ledgerKeyFile): \(error)")
        }
    }
}
