import Ledger
import Receipts
import RelayAPI
import Testing

@testable import Relay

/// 90.00 an hour by the minute.
@Suite("Receipts at the relay")
struct ReceiptTests {
    /// A session of 61 seconds that its operator has ended.
    private func ended(_ stage: DeskStage, reason: String = "done") async throws -> String {
        let session = try await stage.session()
        stage.hands.advance(61)
        await stage.desk.tick()
        _ = try await stage.desk.end(EndRequest(summary: reason), session: session, by: stage.jana)
        return session
    }

    private func receipt(_ stage: DeskStage, _ session: String) async throws -> Receipt {
        let answer = try await stage.desk.receipt(session, visibleTo: nil)
        return try Receipt(canonical: Array(answer.receipt.utf8))
    }

    @Test("what was billed stands in the receipt, with the consent and the ledger's end")
    func draft() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await ended(stage)
            let head = try await stage.ledger.head().hash
            _ = try await stage.desk.close(ClosingRequest(statement: nil), session: session, by: stage.jana)
            let receipt = try await receipt(stage, session)
            #expect(receipt.rawSeconds == 61)
            #expect(receipt.billedSeconds == 120)
            #expect(receipt.netCents == 300)
            #expect(receipt.bands.map(\.seconds) == [120])
            #expect(receipt.ledgerHead == head)
            #expect(receipt.consentHash == (try await stage.ledger.consent(session)?.hash()))
            #expect(receipt.summary == "done")
            #expect(receipt.contradictions.isEmpty)
        }
    }

    @Test("without an answer in time the relay settles it, and not sooner; a late answer changes nothing")
    func overdue() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await ended(stage)
            stage.hands.advance(149)
            await stage.desk.tick()
            #expect(try await stage.ledger.receipt(session) == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            let settled = try await receipt(stage, session)
            #expect(settled.state == .timeout)
            #expect(settled.signatures.map(\.by) == [.relay])
            #expect(try await stage.ledger.receiptStates(of: "minute") == [session: .timeout])
            let late = try settled.with(.refused, reason: "late")
                .adding(
                    Signature(
                        by: .operator,
                        of: settled.with(.refused, reason: "late").signedBytes(),
                        key: #require(VerifyingKey(p256SubjectPublicKeyInfo: stage.key.publicKey.der))
                    ) { try stage.key.sign($0) }
                )
            let request = ReceiptRequest(receipt: String(decoding: try late.canonicalBytes(), as: UTF8.self))
            let answer = try await stage.desk.conclude(request, session: session, by: stage.jana)
            #expect(try Receipt(canonical: Array(answer.receipt.utf8)) == settled)
        }
    }

    @Test("where an end is gone by the end of a session nobody waits for its signature")
    func alone() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            let invitation = try #require(await stage.desk.running[session]?.invitation)
            stage.hands.advance(90)
            await stage.desk.part(invitation, session, .operator)
            _ = try await stage.desk.end(EndRequest(summary: "mended"), session: session, by: stage.jana)
            stage.hands.advance(9)
            await stage.desk.tick()
            #expect(try await stage.ledger.receipt(session) == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(try await receipt(stage, session).state == .timeout)
        }
    }

    @Test("an answer without the signatures that it needs is refused, and so is another operator's")
    func refused() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await ended(stage)
            let draft = try await stage.desk.close(ClosingRequest(statement: nil), session: session, by: stage.jana)
            await #expect(throws: Refusal.self) {
                try await stage.desk.conclude(
                    ReceiptRequest(receipt: draft.receipt),
                    session: session,
                    by: stage.jana
                )
            }
            let other = OperatorIdentity(name: "otto", role: .owner, serialNumber: "02")
            await #expect(throws: Refusal.self) {
                try await stage.desk.close(ClosingRequest(statement: nil), session: session, by: other)
            }
            await #expect(throws: Refusal.self) {
                try await stage.desk.close(ClosingRequest(statement: "{}"), session: session, by: stage.jana)
            }
            await #expect(throws: Refusal.self) {
                try await stage.desk.receipt(session, visibleTo: "otto")
            }
        }
    }

    @Test("a session that runs has no receipt, and the next session's names the one before")
    func order() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let live = try await stage.session()
            await #expect(throws: Refusal.self) {
                try await stage.desk.close(ClosingRequest(statement: nil), session: live, by: stage.jana)
            }
            let first = try await ended(stage)
            let second = try await ended(stage)
            // Both are let down at once: what ended first comes first.
            stage.hands.advance(150)
            await stage.desk.tick()
            #expect(try await receipt(stage, second).previousReceiptHash == receipt(stage, first).hash())
        }
    }

    @Test("what a relay that was killed left open is settled when it starts again")
    func restart() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let pending = try await ended(stage)
            _ = try await stage.desk.close(ClosingRequest(statement: nil), session: pending, by: stage.jana)
            let live = try await stage.session()
            // Nobody may come back to it any more.
            stage.hands.advance(600)
            try await stage.desk.start()
            #expect(try await receipt(stage, pending).state == .timeout)
            let interrupted = try await receipt(stage, live)
            #expect(interrupted.state == .timeout)
            #expect(interrupted.reason == "the relay went away")
        }
    }

    @Test("a relay that is told to stop settles everything before it leaves")
    func stop() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(10)
            await stage.desk.stop()
            #expect(try await receipt(stage, session).state == .timeout)
            #expect(try await stage.ledger.unsettledSessions().isEmpty)
        }
    }
}
