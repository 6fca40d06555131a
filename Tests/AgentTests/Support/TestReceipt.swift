import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Testing

@testable import Agent

/// The receipt of a session of twelve and a half minutes in the daytime, as the relay makes it.
struct TestReceipt: Sendable {
    /// What a relay or an operator makes wrong before they sign.
    var change: @Sendable (inout Receipt) -> Void = { _ in }
    var relay = TestAuthority.shared
    var person = TestOperator.jana

    /// A Thursday, 11:00 in Berlin.
    static let start: Int64 = 1_792_659_600

    func draft(_ consent: ConsentRecord, _ closing: ClosingStatement?, startedAt: Int64) throws -> Receipt {
        var receipt = Receipt(
            session: consent.session,
            contract: consent.contract,
            contractVersion: consent.contractVersion,
            contractHash: consent.contractHash,
            category: consent.category,
            operator: consent.operator.name,
            startedAt: Timestamp(seconds: startedAt).rfc3339,
            endedAt: Timestamp(seconds: startedAt + 754).rfc3339,
            rawSeconds: 754,
            pausedSeconds: 0,
            disconnectedSeconds: 0,
            billedSeconds: 900,
            bands: [.init(seconds: 900, percentBp: 0, label: "base")],
            quotaBeforeSeconds: 0,
            quotaAfterSeconds: 0,
            netCents: 2375,
            currency: "EUR",
            consentHash: try consent.hash(),
            previousReceiptHash: nil,
            ledgerHead: .sha256("head"),
            transcriptDigest: closing?.actionsDigest,
            agentClock: closing.map { .init(rawSeconds: $0.rawSeconds, differenceSeconds: 754 - $0.rawSeconds) },
            summary: "Cache emptied"
        )
        change(&receipt)
        let key = try relay.get().ledgerKey
        return receipt.adding(try Signature(by: .relay, of: receipt.signedBytes(), with: key))
    }

    func signed(_ consent: ConsentRecord, _ closing: ClosingStatement?, startedAt: Int64) throws -> Receipt {
        try person.get().sign(draft(consent, closing, startedAt: startedAt))
    }
}

extension OperatorEnd {
    /// Settles a session that is over, or ends it so, as an operator does.
    ///
    /// - Returns: what the client answered.
    func settle(_ agreement: Agreement, _ receipt: TestReceipt = TestReceipt(), keeps: Bool = true) async throws
        -> Receipt
    {
        let (draft, list) = try await close()
        let statement = try ClosingStatement(canonical: Array(draft.statement.utf8))
        #expect(statement.isSigned(by: [.client], of: agreement.record))
        #expect(list.digest == statement.actionsDigest)
        let both = try TestOperator.jana.get().sign(statement)
        try await ask("closed", SignedClosing(statement: String(decoding: try both.canonicalBytes(), as: UTF8.self)))
        let signed = try receipt.signed(agreement.record, statement, startedAt: 1_800_000_000)
        let answer = try await answer(to: signed)
        if keeps {
            // The relay signs what came of it.
            let outcome = try TestOperator.jana.get().sign(answer)
            let key = try TestAuthority.shared.get().ledgerKey
            let kept = outcome.adding(try Signature(by: .relay, of: outcome.signedBytes(), with: key))
            try await ask("end", EndParameters(receipt: String(decoding: try kept.canonicalBytes(), as: UTF8.self)))
        }
        try? await channel.close()
        return answer
    }

    func answer(to receipt: Receipt) async throws -> Receipt {
        let text = String(decoding: try receipt.canonicalBytes(), as: UTF8.self)
        return try await perform("receipt", ReceiptParameters(receipt: text)) { replies, _ in
            try Receipt(canonical: Array(try await replies.result(as: ReceiptParameters.self).receipt.utf8))
        }
    }
}
