import Contracts
import Receipts
import Testing

struct ReceiptTests {
    private let operatorKey: SigningKey
    private let clientKey: SigningKey
    private let consent: ConsentRecord
    private let receipt: Receipt

    init() throws {
        operatorKey = try SigningKey.generate()
        clientKey = try SigningKey.generate()
        let record = ConsentRecord(
            ConsentRecordTests.terms,
            contractID: "acme",
            answer: .init(grants: ["run"], approval: .each, machine: "till", key: clientKey.verifyingKey),
            operatorKey: operatorKey.verifyingKey,
            exporter: []
        )
        consent = record
        receipt = Receipt(
            session: record.session,
            contract: record.contract,
            contractVersion: record.contractVersion,
            contractHash: record.contractHash,
            category: record.category,
            operator: record.operator.name,
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
            consentHash: try record.hash(),
            previousReceiptHash: nil,
            ledgerHead: .sha256("head"),
            transcriptDigest: .sha256("actions"),
            agentClock: .init(rawSeconds: 839, differenceSeconds: 1),
            summary: "Cleared the log partition"
        )
    }

    private func sign(_ receipt: Receipt, _ signers: Signature.Signer...) throws -> Receipt {
        try signers.reduce(receipt) { receipt, signer in
            receipt.adding(
                try Signature(by: signer, of: receipt.signedBytes(), with: signer == .client ? clientKey : operatorKey)
            )
        }
    }

    @Test("the canonical form gives the same receipt back, and nothing but that form is read")
    func canonical() throws {
        let signed = try sign(receipt, .operator, .client)
        let bytes = try signed.canonicalBytes()
        #expect(try Receipt(canonical: bytes) == signed)
        let text = String(decoding: bytes, as: UTF8.self)
        for other in [
            text + " ", text.replacing("\"version\":1", with: "\"version\":2"),
            text.replacing("\"kind\":\"lotse-receipt\"", with: "\"kind\":\"lotse-consent\""),
            text.replacing("{\"agentClock\"", with: "{\"aa\":1,\"agentClock\""), "",
        ] {
            #expect(throws: ReceiptsError.self) { try Receipt(canonical: Array(other.utf8)) }
        }
    }

    @Test("what became of the client's signature changes neither the receipt's name nor what it is an outcome of")
    func outcomes() throws {
        for outcome in [
            receipt, receipt.with(.refused, reason: "no"), receipt.with(.disputed, reason: "lunch"),
            receipt.with(.timeout, reason: nil), try sign(receipt, .client),
        ] {
            #expect(try outcome.hash() == receipt.hash())
            #expect(outcome.isOutcome(of: receipt))
        }
        var other = receipt
        other.netCents += 1
        #expect(!other.isOutcome(of: receipt))
        #expect(try other.hash() != receipt.hash())
    }

    @Test("a signature is of one state: it does not hold for another")
    func state() throws {
        let signed = try sign(receipt, .client)
        var claimed = receipt.with(.disputed, reason: "lunch")
        claimed.signatures = signed.signatures
        #expect(signed.isSigned(by: .client, with: clientKey.verifyingKey))
        #expect(!claimed.isSigned(by: .client, with: clientKey.verifyingKey))
    }

    @Test("an answer has the signatures that its state needs, by the keys of the consent")
    func answered() throws {
        #expect(try sign(receipt, .operator, .client).isAnswered(under: consent))
        #expect(try !sign(receipt, .operator).isAnswered(under: consent))
        #expect(try !sign(receipt, .client).isAnswered(under: consent))
        #expect(try sign(receipt.with(.disputed, reason: "lunch"), .operator, .client).isAnswered(under: consent))
        #expect(try sign(receipt.with(.refused, reason: nil), .operator).isAnswered(under: consent))
        #expect(try !sign(receipt.with(.refused, reason: nil), .operator, .client).isAnswered(under: consent))
        #expect(try sign(receipt.with(.timeout, reason: nil), .operator).isAnswered(under: consent))
        #expect(receipt.with(.timeout, reason: nil).isSettled(under: consent))
        #expect(!receipt.with(.refused, reason: nil).isSettled(under: consent))
        var other = receipt
        other.consentHash = .sha256("other")
        #expect(try !sign(other, .operator, .client).isAnswered(under: consent))
    }

    @Test("sums that do not add up are found without anything else")
    func contradictions() {
        #expect(receipt.contradictions.isEmpty)
        let mistakes: [(inout Receipt) -> Void] = [
            { $0.billedSeconds = 901 }, { $0.bands.append(.init(seconds: 0, percentBp: 0, label: "base")) },
            { $0.pausedSeconds = -1 }, { $0.quotaAfterSeconds = 700 }, { $0.quotaBeforeSeconds = 901 },
            { $0.agentClock?.differenceSeconds = 2 }, { $0.reason = "why" }, { $0.state = .disputed },
            { $0.idleSeconds = -1 },
        ]
        for (index, mistake) in mistakes.enumerated() {
            var wrong = receipt
            mistake(&wrong)
            #expect(wrong.contradictions.count == 1, "\(index)")
        }
    }

    @Test("what was blacked out is in a closing statement as counts, and nowhere where nothing was")
    func redactions() throws {
        func statement(_ counts: [String: Int64]) throws -> ClosingStatement {
            ClosingStatement(
                session: consent.session,
                consentHash: try consent.hash(),
                rawSeconds: 840,
                pausedSeconds: 60,
                actionsDigest: .sha256("actions"),
                redactions: counts
            )
        }
        let with = try statement(["password": 2, "jwt": 1])
        #expect(try ClosingStatement(canonical: with.canonicalBytes()).redactions == ["password": 2, "jwt": 1])
        let without = try statement([:]).canonicalBytes()
        #expect(try ClosingStatement(canonical: without).redactions == nil)
        #expect(!String(decoding: without, as: UTF8.self).contains("redactions"))
        #expect(throws: ReceiptsError.self) {
            try ClosingStatement(canonical: statement(["password": 0]).canonicalBytes())
        }
    }

    @Test("a closing statement is of one consent, and signed by the two in their order")
    func closing() throws {
        let plain = ClosingStatement(
            session: consent.session,
            consentHash: try consent.hash(),
            rawSeconds: 840,
            pausedSeconds: 60,
            actionsDigest: .sha256("actions")
        )
        let message = try plain.signedBytes()
        let client = try Signature(by: .client, of: message, with: clientKey)
        let person = try Signature(by: .operator, of: message, with: operatorKey)
        let both = plain.signed([client, person])
        #expect(both.isSigned(by: [.client, .operator], of: consent))
        #expect(try ClosingStatement(canonical: both.canonicalBytes()) == both)
        #expect(!plain.signed([person, client]).isSigned(by: [.client, .operator], of: consent))
        #expect(!plain.signed([client]).isSigned(by: [.client, .operator], of: consent))
        let another = ClosingStatement(
            session: consent.session,
            consentHash: .sha256("other"),
            rawSeconds: 840,
            pausedSeconds: 60,
            actionsDigest: .sha256("actions")
        )
        let signed = another.signed([try Signature(by: .client, of: another.signedBytes(), with: clientKey)])
        #expect(!signed.isSigned(by: [.client], of: consent))
    }

    @Test("an addendum is its operator's, and of the words that it was signed with")
    func addendum() throws {
        let plain = Addendum(session: "s-1", operator: "jana", text: "Cleared the cache")
        let signed = plain.signed(try Signature(by: .operator, of: plain.signedBytes(), with: operatorKey))
        #expect(signed.isSigned(with: operatorKey.verifyingKey))
        #expect(!signed.isSigned(with: clientKey.verifyingKey))
        #expect(!plain.isSigned(with: operatorKey.verifyingKey))
        #expect(try Addendum(canonical: signed.canonicalBytes()) == signed)
        let other = Addendum(session: "s-1", operator: "jana", text: "More").signed(signed.signatures[0])
        #expect(!other.isSigned(with: operatorKey.verifyingKey))
    }
}
