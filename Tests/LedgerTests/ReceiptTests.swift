import GRDB
import Receipts
import Testing

@testable import Ledger

struct ReceiptTests {
    private let fixture: Fixture
    private let ledger: Ledger

    init() async throws {
        fixture = try Fixture()
        ledger = try fixture.open()
        try await ledger.seed()
        for session in ["s1", "s2"] {
            try await ledger.start(session)
            try await ledger.endSession(session, instant: Fixture.start + 40, by: .operator, reason: "done")
        }
    }

    @Test("a receipt is made once, signed by the relay, and names the one before it and the ledger's last entry")
    func chain() async throws {
        let head = try await ledger.head().hash
        let first = try await ledger.draft(TestReceipt())
        #expect(first.isPending)
        #expect(first.receipt.isSigned(by: .relay, with: fixture.key.verifyingKey))
        #expect(first.receipt.previousReceiptHash == nil)
        #expect(first.receipt.ledgerHead == head)
        #expect(try await ledger.draft(TestReceipt(netCents: 9)) == first)
        // The second does not wait for the answer to the first.
        let second = try await ledger.draft(TestReceipt(session: "s2"))
        #expect(try second.receipt.previousReceiptHash == first.receipt.hash())
        let concluded = try await ledger.concludeReceipt(
            first.receipt.with(.refused, reason: "no").signed(by: [.operator])
        )
        #expect(try concluded.receipt.hash() == first.receipt.hash())
        #expect(try fixture.verify().ok)
    }

    @Test("an answer is written down once, and only with the signatures that its state needs")
    func answers() async throws {
        let draft = try await ledger.draft(TestReceipt()).receipt
        for (state, signers, isTaken) in [
            (Receipt.State.signed, [Signature.Signer.operator], false), (.signed, [.client], false),
            (.disputed, [.operator], false), (.refused, [], false), (.refused, [.operator, .client], false),
            (.signed, [.operator, .client], true), (.timeout, [], false),
        ] {
            let reason = state == .disputed ? "why" : nil
            let plain = state == .signed ? draft : draft.with(state, reason: reason)
            let answer = try plain.signed(by: signers)
            if isTaken || state == .timeout {
                #expect(try await ledger.concludeReceipt(answer).receipt.state == .signed)
            } else {
                await expectError(.invalid) { try await ledger.concludeReceipt(answer) }
            }
        }
        let kept = try #require(try await ledger.receipt("s1"))
        #expect(!kept.isPending)
        #expect(kept.receipt.signatures.map(\.by) == [.client, .operator, .relay])
        #expect(try await ledger.receiptStates(of: "acme") == ["s1": .signed])
    }

    @Test("another receipt than the session's is no answer to it")
    func another() async throws {
        let draft = try await ledger.draft(TestReceipt()).receipt
        var cheaper = draft
        cheaper.netCents = 1
        let answer = try cheaper.with(.signed, reason: nil).signed(by: [.operator, .client])
        await expectError(.conflict) { try await ledger.concludeReceipt(answer) }
        await expectError(.notFound) {
            try await ledger.concludeReceipt(TestReceipt(session: "s2").plain(after: nil, head: .zero))
        }
    }

    @Test("a session that runs has none, and those without an answer are known")
    func unsettled() async throws {
        try await ledger.start("s4")
        await expectError(.conflict) { try await ledger.draft(TestReceipt(session: "s4")) }
        let draft = try await ledger.draft(TestReceipt()).receipt
        #expect(try await ledger.unsettledSessions() == ["s1", "s2"])
        _ = try await ledger.concludeReceipt(draft.with(.timeout, reason: nil))
        #expect(try await ledger.unsettledSessions() == ["s2"])
        #expect(try fixture.verify().ok)
    }

    @Test("verify finds a receipt whose sums do not add up")
    func sums() async throws {
        _ = try await ledger.draft(TestReceipt(billedSeconds: 61))
        try await ledger.close()
        let report = try fixture.verify()
        #expect(!report.ok)
        #expect(report.problem?.contains("does not add up") == true)
    }

    @Test("verify finds a receipt that a key signed for the relay which the ledger never had")
    func foreignKey() async throws {
        let stranger = try SigningKey.generate()
        let text = try await ledger.store.read { db in
            let plain = try TestReceipt().plain(after: nil, head: EntryRecord.last(in: db)?.hash ?? .zero)
            let signed = plain.adding(try Signature(by: .relay, of: plain.signedBytes(), with: stranger))
            return String(decoding: try signed.canonicalBytes(), as: UTF8.self)
        }
        try await ledger.store.append { _, _ in
            .receiptDrafted(ReceiptDrafted(session: "s1", receipt: text, closing: nil))
        } result: { _ in
        }
        #expect(try fixture.verify().problem?.contains("is not signed by the relay") == true)
    }
}
