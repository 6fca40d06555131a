import Ledger
import Receipts
import RelayAPI
import TLS

/// Turns certificate requests into operators' certificates.
struct Enrolment: Sendable {
    let ledger: Ledger
    let authority: CertificateAuthority
    let directory: OperatorDirectory
    let clock: RelayClock

    /// How long an operator's certificate lives, in seconds.
    static let lifetime: Int64 = 30 * 86_400

    /// The first certificate, for an enrolment token.
    func enrol(_ request: EnrolRequest) async throws -> RelayAPI.IssuedCertificate {
        guard let secret = RelayAPI.Hexadecimal.decode(request.token), secret.count == 32 else {
            throw Refusal.badRequest("this is not an enrolment token (lotse-relay operator add prints one)")
        }
        let csr = try certificateRequest(request.certificateRequest)
        let record: CertificateRecord
        do {
            record = try await ledger.enrol(
                tokenHash: Digest.sha256(secret).hex,
                keyHash: RelayAPI.Hexadecimal.encode(csr.publicKey.spkiSHA256),
                issue: issue(for: csr.publicKey)
            )
        } catch let error as LedgerError where error.kind == .notFound {
            throw Refusal(
                .notFound,
                "tokenNotValid",
                "this enrolment token is not valid (lotse-relay operator add prints a new one)"
            )
        }
        try await directory.refresh()
        return try await answer(record)
    }

    /// The next certificate of an operator who has one.
    func renew(_ request: RenewRequest, for person: OperatorIdentity) async throws -> RelayAPI.IssuedCertificate {
        let csr = try certificateRequest(request.certificateRequest)
        let record = try await ledger.renew(
            operator: person.name,
            keyHash: RelayAPI.Hexadecimal.encode(csr.publicKey.spkiSHA256),
            issue: issue(for: csr.publicKey)
        )
        try await directory.refresh()
        return try await answer(record)
    }

    private func certificateRequest(_ pem: String) throws -> CertificateSigningRequest {
        do {
            return try CertificateSigningRequest(pem: pem)
        } catch {
            throw Refusal.badRequest("the certificate request cannot be used: \(error)")
        }
    }

    private func issue(for key: PublicKey) -> @Sendable (String, String) throws -> LedgerCertificate {
        { [authority, clock] name, keyHash in
            let now = clock.wall()
            let profile = CertificateProfile(
                commonName: name,
                dnsNames: [],
                ipAddresses: [],
                uris: [OperatorURI.of(name)],
                usage: .client,
                notBefore: now - ServerCertificates.backdating,
                notAfter: min(now + Self.lifetime, authority.certificate.notAfter)
            )
            let certificate = try authority.issue(profile, for: key)
            return LedgerCertificate(
                pem: certificate.pem,
                serial: certificate.serialNumber.lowercased(),
                keyHash: keyHash,
                notAfter: certificate.notAfter
            )
        }
    }

    private func answer(_ record: CertificateRecord) async throws -> RelayAPI.IssuedCertificate {
        guard let person = try await ledger.operator(named: record.operator),
            let role = RelayAPI.OperatorRole(rawValue: person.role.rawValue)
        else { throw Refusal.notFound("no such operator") }
        return RelayAPI.IssuedCertificate(
            operator: record.operator,
            role: role,
            certificate: record.issued.pem,
            authority: authority.certificate.pem,
            expiresAt: Timestamp(seconds: record.issued.notAfter)
        )
    }
}
