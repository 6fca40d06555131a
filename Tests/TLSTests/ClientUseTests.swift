import Testing

@testable import TLS

@Suite("Certificates shown outside of a handshake")
struct ClientUseTests {
    private let identities: Identities

    init() throws { identities = try Identities() }

    private func failure(_ certificate: Certificate, _ authority: Certificate, at moment: Int64 = Identities.now)
        -> TLSError.Kind?
    {
        do {
            try certificate.checkClientUse(issuedBy: authority, at: moment)
            return nil
        } catch { return (error as? TLSError)?.kind }
    }

    @Test("a client's certificate of the authority passes")
    func good() {
        #expect(failure(identities.client.certificate, identities.authority.certificate) == nil)
    }

    @Test("another authority's, one for servers, one that signs itself, and an authority's own do not pass")
    func wrong() throws {
        let authority = identities.authority.certificate
        let foreign = try Identities.issue(identities.foreign, .client, "anna", uris: ["lotse:operator:anna"])
        #expect(failure(foreign.certificate, authority) == .certificateRejected)
        #expect(failure(identities.client.certificate, identities.foreign.certificate) == .certificateRejected)
        #expect(failure(identities.server.certificate, authority) == .certificateRejected)
        let signing = try Identities.issue(identities.authority, .signing, "ledger")
        #expect(failure(signing.certificate, authority) == .certificateRejected)
        #expect(failure(authority, authority) == .certificateRejected)
        #expect(failure(identities.client.certificate, identities.server.certificate) == .certificateRejected)
    }

    @Test("an authority of the same name with another key does not pass")
    func sameName() throws {
        let twin = try Identities.makeAuthority("Lotse test authority")
        let minted = try Identities.issue(twin, .client, "anna", uris: ["lotse:operator:anna"])
        #expect(failure(minted.certificate, identities.authority.certificate) == .certificateRejected)
    }

    @Test("validity is that of the moment that is asked about")
    func validity() throws {
        let leaf = try Identities.issue(
            identities.authority,
            .client,
            "anna",
            notBefore: Identities.now,
            notAfter: Identities.now + 60
        )
        let authority = identities.authority.certificate
        #expect(failure(leaf.certificate, authority, at: Identities.now - 1) == .certificateExpired)
        #expect(failure(leaf.certificate, authority, at: Identities.now) == nil)
        #expect(failure(leaf.certificate, authority, at: Identities.now + 59) == nil)
        #expect(failure(leaf.certificate, authority, at: Identities.now + 61) == .certificateExpired)
    }

    @Test("any bit of a certificate that is changed keeps it from passing")
    func changed() throws {
        let authority = identities.authority.certificate
        for index in stride(from: 0, to: identities.client.certificate.der.count, by: 3) {
            var der = identities.client.certificate.der
            der[index] ^= 0x04
            guard let certificate = try? Certificate(der: der) else { continue }
            #expect(failure(certificate, authority) != nil, "byte \(index)")
        }
    }
}
