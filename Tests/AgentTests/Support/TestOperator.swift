import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import TLS

@testable import Agent

/// A relay's authority with the key of its ledger.
struct TestAuthority: Sendable {
    let authority: CertificateAuthority
    let ledgerKey: SigningKey
    let ledgerCertificate: Certificate

    /// The one that the fake relay shows.
    static let shared = Result { try TestAuthority() }

    init() throws {
        authority = try .create(commonName: "Test", notBefore: 0, notAfter: 4_000_000_000)
        ledgerKey = try SigningKey.generate()
        ledgerCertificate = try authority.issue(
            CertificateProfile(
                commonName: "ledger",
                uris: [SignedHead.keyURI],
                usage: .signing,
                notBefore: 0,
                notAfter: 4_000_000_000
            ),
            for: PublicKey(der: ledgerKey.verifyingKey.subjectPublicKeyInfo)
        )
    }

    var pin: [UInt8] { authority.certificate.spkiSHA256 }

    func head() throws -> SignedHead {
        let head = try LedgerHead(count: 7, hash: .sha256("entry"), signedBy: ledgerKey)
        return SignedHead(count: 7, hash: head.hash.hex, signature: head.signature.signature)
    }
}

/// An operator with a certificate, and whatever a test wants to be wrong about it.
struct TestOperator: Sendable {
    var certificate: Certificate
    var authority: Certificate
    var key: PrivateKey
    /// Changes the terms' bytes between signing and sending.
    var alters: (@Sendable (String) -> String)?
    /// What is signed instead of what this connection exports.
    var exporter: [UInt8]?

    /// jana, whom the shared authority certified.
    static let jana = Result { try TestOperator("jana", TestAuthority.shared.get().authority) }

    init(
        _ name: String,
        _ authority: CertificateAuthority,
        uris: [String]? = nil,
        usage: CertificateProfile.Usage = .client,
        algorithm: PrivateKey.Algorithm = .p256,
        notBefore: Int64 = 0,
        notAfter: Int64 = 4_000_000_000
    ) throws {
        key = try PrivateKey.generate(algorithm)
        certificate = try authority.issue(
            CertificateProfile(
                commonName: name,
                uris: uris ?? [OperatorURI.of(name)],
                usage: usage,
                notBefore: notBefore,
                notAfter: notAfter
            ),
            for: key.publicKey
        )
        self.authority = authority.certificate
    }

    var verifyingKey: VerifyingKey? { VerifyingKey(p256SubjectPublicKeyInfo: key.publicKey.der) }

    func sign(_ terms: Terms, exporter own: [UInt8]) throws -> SignedTerms {
        let bytes = try terms.canonicalBytes()
        let message = try OperatorProof.signedBytes(exporter: exporter ?? own, terms: bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        return SignedTerms(
            terms: alters?(text) ?? text,
            certificate: certificate.pem,
            authority: authority.pem,
            signature: RelayAPI.Hexadecimal.encode(try key.sign(message.bytes))
        )
    }

    func sign(_ record: ConsentRecord) throws -> ConsentRecord {
        guard let verifyingKey else { return record }
        let own = try Signature(by: .operator, of: record.signedBytes(), key: verifyingKey) { try key.sign($0) }
        return record.signed([own] + record.signatures)
    }

    func sign(_ statement: ClosingStatement) throws -> ClosingStatement {
        guard let verifyingKey else { return statement }
        let own = try Signature(by: .operator, of: statement.signedBytes(), key: verifyingKey) { try key.sign($0) }
        return statement.signed(statement.signatures + [own])
    }

    func sign(_ receipt: Receipt) throws -> Receipt {
        guard let verifyingKey else { return receipt }
        return receipt.adding(
            try Signature(by: .operator, of: receipt.signedBytes(), key: verifyingKey) { try key.sign($0) }
        )
    }
}

/// What came of an offer.
struct Agreement: Sendable {
    var session: String
    var record: ConsentRecord
    var grants: [String] { record.grants }
    var machine: String { record.client.machine }
}

extension OperatorEnd {
    /// Offers terms, and signs what the client agreed to.
    @discardableResult
    func offer(_ terms: Terms, by person: TestOperator? = nil) async throws -> Agreement {
        let person = try person ?? TestOperator.jana.get()
        let draft = try await draft(terms, by: person)
        let record = try person.sign(ConsentRecord(canonical: Array(draft.record.utf8)))
        return Agreement(session: try await confirm(record).session, record: record)
    }

    /// Offers terms; what comes back is not signed by the operator.
    func draft(_ terms: Terms, by person: TestOperator? = nil) async throws -> ConsentDraft {
        let person = try person ?? TestOperator.jana.get()
        let exported = try await exporter?.bytes(label: OperatorProof.exporterLabel, length: 32).get()
        return try await perform("terms", person.sign(terms, exporter: exported ?? [])) { replies, _ in
            try await replies.result(as: ConsentDraft.self)
        }
    }

    /// Hands in a record.
    func confirm(_ record: ConsentRecord) async throws -> Consent {
        let text = String(decoding: try record.canonicalBytes(), as: UTF8.self)
        return try await perform("consent", SignedConsent(record: text)) { replies, _ in
            try await replies.result(as: Consent.self)
        }
    }

    /// Offers terms to a client who says no; `nil` where the client agrees.
    func refusalOfOffer(_ terms: Terms, by person: TestOperator? = nil) async throws -> Refusal? {
        do {
            try await offer(terms, by: person)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }
}
