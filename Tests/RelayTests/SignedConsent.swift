import Contracts
import Receipts
import RelayAPI
import TLS

/// A consent as the two ends make it, with whatever a test changes in it before they sign.
struct SignedConsent {
    var terms: Terms
    var contractID: String
    /// Signs as the operator.
    var key: PrivateKey
    /// Signs as the client.
    var client: SigningKey
    /// What the client allows.
    var grants = ["run"]
    /// Whether the operator signs.
    var isSignedByOperator = true

    /// A consent to an invitation of `contract`, whose hash the ledger has.
    init(
        _ invitation: InvitationSummary,
        session: String,
        authority: String,
        contract: String,
        key: PrivateKey,
        client: SigningKey
    ) {
        contractID = invitation.contract
        self.key = key
        self.client = client
        terms = Terms(
            session: session,
            invitation: invitation.invitation,
            room: invitation.room,
            authority: authority,
            operator: invitation.operator,
            contract: contract,
            contractVersion: invitation.version,
            category: invitation.category,
            purpose: invitation.purpose,
            price: .init(currency: "EUR", centsPerHour: 9000),
            grants: ["run"],
            offeredAt: "2026-11-05T20:30:00Z"
        )
    }

    func request() throws -> ConsentRequest {
        let operatorKey = VerifyingKey(p256SubjectPublicKeyInfo: key.publicKey.der) ?? client.verifyingKey
        let record = ConsentRecord(
            terms,
            contractID: contractID,
            answer: .init(grants: grants, approval: .session, machine: "test", key: client.verifyingKey),
            operatorKey: operatorKey,
            exporter: [UInt8](repeating: 1, count: 32)
        )
        let message = try record.signedBytes()
        var signatures = [try Signature(by: .client, of: message, with: client)]
        if isSignedByOperator {
            signatures.insert(try Signature(by: .operator, of: message, key: operatorKey) { try key.sign($0) }, at: 0)
        }
        return ConsentRequest(record: String(decoding: try record.signed(signatures).canonicalBytes(), as: UTF8.self))
    }
}
