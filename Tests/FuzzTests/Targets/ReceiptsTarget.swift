import Contracts
import FoundationEssentials
import Receipts

extension FuzzTarget {
    /// Signed statements in their canonical form, and what may be believed of them.
    static let receipts = FuzzTarget(
        "receipts",
        longest: 8192,
        seeds: SignedSamples.shared.map(\.seeds) ?? [],
        words: [
            "\"", ",", ":", "{", "}", "[", "]", "null", "true", "\\u001f", "\\n", "\\\"", "-0", "9007199254740992",
            "\"signatures\":[",
            ",\"signatures\":[", ",\"version\":1}", "e\u{301}", "\u{e9}", "signed", "disputed", "timeout", "refused",
            "client", "operator",
        ]
    ) { input in
        guard let samples = SignedSamples.shared else { throw Finding("the samples cannot be signed") }
        let bytes = Array(input.dropFirst())
        switch input.first {
        case 0: try samples.readReceipt(bytes)
        case 1: try samples.readConsent(bytes)
        case 2:
            try samples.read(
                bytes,
                ClosingStatement.init(canonical:),
                { try $0.canonicalBytes() },
                { try $0.signedBytes() }
            )
        case 3:
            try samples.read(bytes, CapAnswer.init(canonical:), { try $0.canonicalBytes() }, { try $0.signedBytes() })
        case 4:
            try samples.read(bytes, Addendum.init(canonical:), { try $0.canonicalBytes() }, { try $0.signedBytes() })
        case 5: try samples.read(bytes, Terms.init(canonical:), { try $0.canonicalBytes() }, { _ in nil })
        case 6: try samples.readHead(bytes)
        case 7: try SignedSamples.readJSON(bytes)
        case 8: try samples.readKey(bytes)
        default: return
        }
    }
}

/// Statements of a session, signed with keys that are the same each time.
private struct SignedSamples: Sendable {
    static let shared = try? SignedSamples()

    private let client: SigningKey
    private let other: SigningKey
    private let consent: ConsentRecord
    private let receipt: Receipt
    private let head: LedgerHead
    let seeds: [[UInt8]]

    init() throws {
        client = try Self.key(1)
        other = try Self.key(2)
        let terms = Terms(
            session: "s-1",
            invitation: "i-1",
            room: "4821",
            authority: String(repeating: "ab", count: 32),
            operator: "jana",
            contract: "{}",
            contractVersion: 3,
            category: "question",
            purpose: "the shop is \"slow\"\n",
            price: .init(currency: "EUR", centsPerHour: 9500, surchargePercentBp: 5000, surchargeLabel: "Night"),
            grants: ["run", "logs"],
            offeredAt: "2026-11-05T20:30:00Z"
        )
        let plain = ConsentRecord(
            terms,
            contractID: "acme",
            answer: .init(grants: ["run"], approval: .each, machine: "till", key: client.verifyingKey),
            operatorKey: other.verifyingKey,
            exporter: [7]
        )
        consent = plain.signed([
            try Signature(by: .operator, of: plain.signedBytes(), with: other),
            try Signature(by: .client, of: plain.signedBytes(), with: client),
        ])
        let drafted = Receipt(
            session: "s-1",
            contract: "acme",
            contractVersion: 3,
            contractHash: .sha256("{}"),
            category: "question",
            operator: "jana",
            startedAt: "2026-11-05T20:30:00Z",
            endedAt: "2026-11-05T20:45:00Z",
            rawSeconds: 840,
            pausedSeconds: 60,
            disconnectedSeconds: 0,
            breaks: [.init(kind: .paused, from: "2026-11-05T20:31:00Z", to: "2026-11-05T20:32:00Z")],
            billedSeconds: 900,
            bands: [.init(seconds: 900, percentBp: 5000, label: "Night")],
            quotaBeforeSeconds: 600,
            quotaAfterSeconds: 0,
            netCents: 1980,
            currency: "EUR",
            consentHash: try plain.hash(),
            previousReceiptHash: nil,
            ledgerHead: .sha256("head"),
            transcriptDigest: .sha256("actions"),
            redactions: ["token": 2],
            agentClock: .init(rawSeconds: 839, differenceSeconds: 1),
            summary: "Cleared the log partition"
        )
        receipt = drafted.adding(try Signature(by: .operator, of: drafted.signedBytes(), with: other))
            .adding(try Signature(by: .client, of: drafted.signedBytes(), with: client))
        head = try LedgerHead(count: 214, hash: .sha256("entry"), signedBy: other)
        let closing = ClosingStatement(
            session: "s-1",
            consentHash: try plain.hash(),
            rawSeconds: 839,
            pausedSeconds: 60,
            actionsDigest: .sha256("actions"),
            redactions: ["token": 2]
        )
        let answer = CapAnswer(
            session: "s-1",
            consentHash: try plain.hash(),
            limit: .month,
            capCents: 95_000,
            accepts: true
        )
        let addendum = Addendum(session: "s-1", operator: "jana", text: "done")
        seeds = [
            [0] + (try receipt.canonicalBytes()),
            [0] + (try drafted.with(.disputed, reason: "lunch").canonicalBytes()),
            [1] + (try consent.canonicalBytes()),
            [2]
                + (try closing.signed([Signature(by: .client, of: closing.signedBytes(), with: client)])
                    .canonicalBytes()),
            [3] + (try answer.signed(Signature(by: .client, of: answer.signedBytes(), with: client)).canonicalBytes()),
            [4]
                + (try addendum.signed(Signature(by: .operator, of: addendum.signedBytes(), with: other))
                    .canonicalBytes()),
            [5] + (try terms.canonicalBytes()), [6] + head.canonicalBytes,
            .input(7, #"{"a":[null,true,-1,"\u0001\n\"é"],"b":{}}"#), .input(8, client.verifyingKey.hex),
        ]
    }

    /// A key of bytes that are all alike (RFC 8410 §7).
    private static func key(_ byte: UInt8) throws -> SigningKey {
        let der: [UInt8] =
            [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
            + [UInt8](repeating: byte, count: 32)
        let label = "PRIVATE KEY-----"
        return try SigningKey(
            pem: Array("-----BEGIN \(label)\n\(Data(der).base64EncodedString())\n-----END \(label)\n".utf8)
        )
    }

    func read<Statement>(
        _ bytes: [UInt8],
        _ read: ([UInt8]) throws(ReceiptsError) -> Statement,
        _ write: (Statement) throws -> [UInt8],
        _ message: (Statement) throws -> SignedBytes?
    ) throws {
        guard let statement = try? read(bytes) else { return }
        try hold(try write(statement) == bytes, "other bytes are taken for the canonical ones")
        _ = try message(statement)
    }

    func readReceipt(_ bytes: [UInt8]) throws {
        guard let found = try? Receipt(canonical: bytes) else { return }
        try hold(try found.canonicalBytes() == bytes, "other bytes are taken for the canonical ones")
        _ = found.contradictions
        // Whoever has no key can sign nothing new.
        for (signer, key) in [(Signature.Signer.client, client), (.operator, other)] {
            guard found.isSigned(by: signer, with: key.verifyingKey) else { continue }
            try hold(try found.signedBytes() == receipt.signedBytes(), "a signature holds under another receipt")
        }
        if found.isSettled(under: consent), !found.isAnswered(under: consent) {
            try hold(found.state == .timeout, "settled without an answer: \(found.state)")
        }
        try hold(found.isOutcome(of: found), "it is no outcome of itself")
    }

    func readConsent(_ bytes: [UInt8]) throws {
        guard let found = try? ConsentRecord(canonical: bytes) else { return }
        try hold(try found.canonicalBytes() == bytes, "other bytes are taken for the canonical ones")
        try hold(try ConsentRecord.hash(ofCanonical: bytes) == found.hash(), "the hash of the bytes is another one")
        try hold(found.saysTheSame(as: found.signed([])), "without signatures it says something else")
        if found.client.key == client.verifyingKey.hex, found.isSigned(by: .client) {
            try hold(found.saysTheSame(as: consent), "a signature holds under another record")
        }
    }

    func readHead(_ bytes: [UInt8]) throws {
        guard let found = try? LedgerHead(canonical: bytes) else { return }
        try hold(found.canonicalBytes == bytes, "other bytes are taken for the canonical ones")
        guard found.isSigned(by: other.verifyingKey) else { return }
        try hold(found.count == head.count && found.hash == head.hash, "a signature holds under another head")
    }

    func readKey(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        for key in [VerifyingKey(hex: text), VerifyingKey(bytes: bytes), VerifyingKey(p256SubjectPublicKeyInfo: bytes)]
        {
            guard let key else { continue }
            try hold(VerifyingKey(hex: key.hex) == key, "a key is read otherwise than it was written")
            if key.algorithm == .p256 {
                try hold(
                    VerifyingKey(p256SubjectPublicKeyInfo: key.subjectPublicKeyInfo) == key,
                    "a key in DER is another one"
                )
            }
            guard let own = receipt.signature(of: .client), key != client.verifyingKey else { continue }
            let message = try receipt.signedBytes()
            try hold(
                !Signature(by: .client, key: key.hex, signature: own.signature).isValid(for: message, by: key),
                "another key's"
            )
        }
    }

    /// As Foundation reads it, and only in the form in which it is written.
    static func readJSON(_ bytes: [UInt8]) throws {
        let own = JSONValue(canonicalBytes: bytes)
        if let own {
            try hold(own.canonicalBytes == bytes && own.isInteroperable, "other bytes are taken for the canonical ones")
        }
        let theirs = (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))).flatMap {
            $0.canonicalBytes == bytes ? $0 : nil
        }
        // Foundation goes deeper.
        let isDeep = bytes.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } > 60
        try hold(
            own == theirs || (isDeep && own == nil),
            "\(String(describing: own)), and Foundation says \(String(describing: theirs))"
        )
    }
}
