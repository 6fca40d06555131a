import FoundationEssentials
import Receipts
import RelayAPI
import SupportChannel
import TLS

/// Terms of which it is proven who offers them, in this very connection.
struct ProvenTerms: Sendable {
    /// What is offered.
    let terms: Terms
    /// The operator's key: the one that the authority certified.
    let operatorKey: VerifyingKey
    /// The relay's authority, which the operator showed and whose key this client knows.
    let authority: Certificate
}

extension ProvenTerms {
    /// Checks the proof.
    ///
    /// - Parameters:
    ///   - authority: SPKI SHA-256 of the relay's authority as this client knows it.
    ///   - exporter: what this connection exports for the proof.
    ///   - moment: Unix seconds.
    /// - Throws: `AgentError` (`badTerms`): the reason as the rest of a sentence.
    init(_ signed: SignedTerms, authority known: [UInt8], exporter: [UInt8], at moment: Int64) throws(AgentError) {
        let (certificate, authority) = try Self.certificates(signed)
        guard authority.spkiSHA256 == known else {
            throw Self.bad("the operator belongs to another relay than this one")
        }
        do {
            try certificate.checkClientUse(issuedBy: authority, at: moment)
        } catch let error as TLSError where error.kind == .certificateExpired {
            throw Self.bad(
                "the operator's certificate is not valid at this computer's time (check the date and the clock here)"
            )
        } catch {
            throw Self.bad("the operator's certificate was not issued by this relay for operators")
        }
        guard let key = VerifyingKey(p256SubjectPublicKeyInfo: certificate.publicKey.der) else {
            throw Self.bad("the operator's key is of a kind that operators do not have")
        }
        let bytes = Array(signed.terms.utf8)
        let terms: Terms
        do {
            terms = try Terms(canonical: bytes)
        } catch {
            throw Self.bad("it cannot be read (both ends need the same release)")
        }
        guard OperatorURI.name(in: certificate.uris) == terms.operator else {
            throw Self.bad("the name is not the one in the operator's certificate")
        }
        guard let message = try? OperatorProof.signedBytes(exporter: exporter, terms: bytes),
            Signature(by: .operator, key: key.hex, signature: signed.signature).isValid(for: message, by: key)
        else { throw Self.bad("the operator did not sign it in this connection; somebody may be in between") }
        self.terms = terms
        operatorKey = key
        self.authority = authority
    }

    private static func certificates(_ signed: SignedTerms) throws(AgentError) -> (Certificate, Certificate) {
        do {
            return (try Certificate(pem: signed.certificate), try Certificate(pem: signed.authority))
        } catch {
            throw bad("the operator shows no certificate")
        }
    }

    private static func bad(_ reason: String) -> AgentError { AgentError(.badTerms, reason) }
}
