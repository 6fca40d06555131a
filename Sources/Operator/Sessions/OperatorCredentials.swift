import Receipts
import RelayAPI
import SupportChannel
import TLS

/// Who the operator is, as the relay's authority certified it, with the key that proves it.
public struct OperatorCredentials: Sendable {
    /// The name in the certificate.
    public let name: String
    /// The relay's authority.
    let authority: Certificate
    private let certificate: Certificate
    private let key: PrivateKey
    /// The public half of the key.
    let verifyingKey: VerifyingKey

    /// Credentials from a login.
    ///
    /// - Throws: `OperatorError` (`login`) where the certificate is not an operator's.
    public init(certificate: Certificate, authority: Certificate, key: PrivateKey) throws {
        guard let name = OperatorURI.name(in: certificate.uris),
            let verifyingKey = VerifyingKey(p256SubjectPublicKeyInfo: certificate.publicKey.der),
            certificate.publicKey == key.publicKey
        else {
            throw OperatorError(
                .login,
                "the certificate of this login is not an operator's (lotse login, with a new token)"
            )
        }
        self.name = name
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.verifyingKey = verifyingKey
    }

    /// SPKI SHA-256 of the authority, in hexadecimal.
    var authorityPin: String { Hexadecimal.encode(authority.spkiSHA256) }

    /// Terms with the proof that this operator offers them in one connection.
    ///
    /// - Parameter exporter: what the connection exports, see `OperatorProof`.
    func sign(_ terms: Terms, exporter: [UInt8]) throws -> SignedTerms {
        let bytes = try terms.canonicalBytes()
        let message = try OperatorProof.signedBytes(exporter: exporter, terms: bytes)
        return SignedTerms(
            terms: String(decoding: bytes, as: UTF8.self),
            certificate: certificate.pem,
            authority: authority.pem,
            signature: Hexadecimal.encode(try key.sign(message.bytes))
        )
    }

    /// The signature with which this operator takes a session up again.
    ///
    /// - Parameter message: see `ResumptionProof`.
    func signResumption(_ message: [UInt8]) throws -> [UInt8] {
        try key.sign(ResumptionProof.signedBytes(message).bytes)
    }

    /// A consent with this operator's signature in front of the client's.
    func sign(_ record: ConsentRecord) throws -> ConsentRecord {
        record.signed([try signature(of: record.signedBytes())] + record.signatures)
    }

    /// A closing statement with this operator's signature behind the client's.
    func sign(_ statement: ClosingStatement) throws -> ClosingStatement {
        statement.signed(statement.signatures + [try signature(of: statement.signedBytes())])
    }

    /// A receipt with this operator's signature beside the others.
    func sign(_ receipt: Receipt) throws -> Receipt { receipt.adding(try signature(of: receipt.signedBytes())) }

    /// A summary that comes after a session's end, signed.
    public func addendum(_ text: String, to session: String) throws -> Addendum {
        let addendum = Addendum(session: session, operator: name, text: text)
        return addendum.signed(try signature(of: addendum.signedBytes()))
    }

    private func signature(of message: SignedBytes) throws -> Signature {
        try Signature(by: .operator, of: message, key: verifyingKey) { try key.sign($0) }
    }
}
