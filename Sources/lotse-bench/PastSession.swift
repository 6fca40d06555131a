import Contracts
import Ledger
import Receipts
import TLS

/// One session as the relay would have written it down.
struct PastSession {
    /// What is written down of every session.
    static let entryCount = 10

    let session: String
    let invitation: String
    let room: String
    let contract: PastContract

    init(_ number: Int, contract: PastContract) {
        session = "s-\(number)"
        invitation = "i-\(number)"
        room = "\(1000 + number % 9000)"
        self.contract = contract
    }

    /// The entry of a place, 0 is the invitation.
    ///
    /// - Parameters:
    ///   - at: when it happens, Unix seconds.
    ///   - operatorKey: the key of the operator's certificate; nil where nothing was agreed to.
    func entry(_ place: Int, at: Int64, operatorKey: PrivateKey?) throws -> PastEntry {
        switch place {
        case 0: PastEntry(at: at, kind: "invitationOpened", payload: opened(at))
        case 1: PastEntry(at: at, kind: "sessionStarted", payload: try started(at, operatorKey))
        case 3: PastEntry(at: at, kind: "breakBegan", payload: pause(at))
        case 4: PastEntry(at: at, kind: "breakEnded", payload: pause(at))
        case 6: PastEntry(at: at, kind: "noteAdded", payload: note)
        case Self.entryCount - 1: PastEntry(at: at, kind: "sessionEnded", payload: ended(at))
        default: PastEntry(at: at, kind: "checkpointed", payload: checkpoint(at))
        }
    }

    private func opened(_ at: Int64) -> JSONValue {
        [
            "invitation": .string(invitation), "room": .string(room), "contract": .string(contract.id), "version": 1,
            "category": "question", "purpose": .string(Self.purpose), "operator": .string(PastLedger.operatorName),
            "expiresAt": .integer(at + 600),
        ]
    }

    private func started(_ at: Int64, _ key: PrivateKey?) throws -> JSONValue {
        var members: [String: JSONValue] = [
            "session": .string(session), "invitation": .string(invitation), "contract": .string(contract.id),
            "version": 1, "contractHash": .string(contract.hash), "category": "question",
            "operator": .string(PastLedger.operatorName), "agent": ["machine": "till", "grants": ["run", "logs"]],
            "startedAt": .integer(at),
        ]
        if let key { members["consent"] = .string(try consent(key)) }
        return .object(members)
    }

    /// Signed by both ends, as every consent is.
    private func consent(_ key: PrivateKey) throws -> String {
        guard let operatorKey = VerifyingKey(p256SubjectPublicKeyInfo: key.publicKey.der) else {
            throw PastError("the operator's key is not one on P-256")
        }
        let terms = Terms(
            session: session,
            invitation: invitation,
            room: room,
            authority: contract.hash,
            operator: PastLedger.operatorName,
            contract: String(decoding: contract.canonical, as: UTF8.self),
            contractVersion: 1,
            category: "question",
            purpose: Self.purpose,
            price: .init(currency: "EUR", centsPerHour: 9000, quotaLeftSeconds: 3600),
            grants: ["logs", "run"],
            offeredAt: "2026-11-05T20:30:00Z"
        )
        let record = ConsentRecord(
            terms,
            contractID: contract.id,
            answer: .init(grants: terms.grants, approval: .each, machine: "till", key: contract.agent.verifyingKey),
            operatorKey: operatorKey,
            exporter: Array(session.utf8)
        )
        let message = try record.signedBytes()
        let signatures = [
            try Signature(by: .operator, of: message, key: operatorKey) { try key.sign($0) },
            try Signature(by: .client, of: message, with: contract.agent),
        ]
        return String(decoding: try record.signed(signatures).canonicalBytes(), as: UTF8.self)
    }

    private func pause(_ at: Int64) -> JSONValue {
        ["session": .string(session), "break": "paused", "instant": .integer(at)]
    }

    private var note: JSONValue {
        ["session": .string(session), "text": "Looked at the logs of the last night", "by": "operator"]
    }

    private func checkpoint(_ at: Int64) -> JSONValue {
        ["sessions": [["session": .string(session), "instant": .integer(at)]]]
    }

    private func ended(_ at: Int64) -> JSONValue {
        [
            "session": .string(session), "state": "ended", "instant": .integer(at), "by": "operator",
            "reason": "ended by the operator", "summary": "Rotated the logs, freed 12 GB", "idleSeconds": 0,
        ]
    }

    private static let purpose = "The till is slow"
}
