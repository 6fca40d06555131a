import Contracts
import FoundationEssentials
import Receipts
import RelayAPI
import TLS

/// Sessions at a relay, whose clocks run: pairs of which both ends have signed a consent.
struct SessionWay: Way {
    private let way: RelayWay
    private let contract: Contract
    private let document: ContractDocument
    private let operatorKey: VerifyingKey
    private let agentKey: SigningKey

    init(_ way: RelayWay) async throws {
        self.way = way
        document = try await way.operatorClient.send(.GET, RelayRoute.contract(way.contract))
        contract = try Contract(canonicalBytes: Array(document.canonical.utf8))
        guard let key = VerifyingKey(p256SubjectPublicKeyInfo: way.privateKey.publicKey.der) else {
            throw LoadError("the operator's key is none of P-256")
        }
        operatorKey = key
        agentKey = try SigningKey.generate()
    }

    func pair() async throws -> Pair {
        let meeting = try await way.meet()
        let record = try consent(meeting)
        let _: SessionStarted = try await way.agentClient.send(
            .POST,
            RelayRoute.consent,
            token: meeting.joined.token,
            body: ConsentRequest(record: record)
        )
        return meeting.pair
    }

    /// How many sessions the relay says are open.
    func liveCount() async throws -> Int {
        let sessions: [SessionRecord] = try await way.operatorClient.send(
            .GET,
            RelayRoute.sessions(contract: nil, live: true)
        )
        return sessions.count
    }

    /// A consent that both ends have signed, as it is sent.
    private func consent(_ meeting: RelayWay.RelayMeeting) throws -> String {
        let invitation = meeting.invitation
        guard let category = contract.category(invitation.category), let cents = contract.rateCentsPerHour(of: category)
        else { throw LoadError("the contract has no price for \(invitation.category)") }
        let terms = Terms(
            session: meeting.session,
            invitation: invitation.invitation,
            room: invitation.room,
            authority: meeting.joined.authority,
            operator: invitation.operator,
            contract: document.canonical,
            contractVersion: invitation.version,
            category: invitation.category,
            purpose: invitation.purpose,
            price: .init(currency: contract.currency, centsPerHour: cents),
            grants: ["run"],
            offeredAt: "2026-01-01T12:00:00Z"
        )
        let record = ConsentRecord(
            terms,
            contractID: invitation.contract,
            answer: .init(grants: ["run"], approval: .session, machine: "load", key: agentKey.verifyingKey),
            operatorKey: operatorKey,
            exporter: [UInt8](repeating: 1, count: 32)
        )
        let message = try record.signedBytes()
        let signatures = [
            try Signature(by: .operator, of: message, key: operatorKey) { try way.privateKey.sign($0) },
            try Signature(by: .client, of: message, with: agentKey),
        ]
        return String(decoding: try record.signed(signatures).canonicalBytes(), as: UTF8.self)
    }
}
