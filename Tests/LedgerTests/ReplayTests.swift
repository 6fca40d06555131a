import GRDB
import Receipts
import Testing

@testable import Ledger

struct ReplayTests {
    /// Whatever happens in whatever order, allowed or refused: what the entries say is what the tables hold.
    @Test("random sequences of events replay to the same tables", arguments: 1...12 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.fill()
        var random = SeededRandom(seed: seed)
        var (accepted, refused) = (0, 0)
        for step in 0..<150 {
            fixture.clock.advance(Int64.random(in: 0...4000, using: &random))
            let before = try await ledger.head().count
            do {
                try await act(ledger, step, fixture.clock.now, &random)
                accepted += 1
            } catch is LedgerError {
                refused += 1
                #expect(try await ledger.head().count == before)
            }
            #expect(try await ledger.head().count <= before + 20)
        }
        #expect(accepted > 25 && refused > 5, "\(accepted) accepted, \(refused) refused")
        let report = try fixture.verify()
        #expect(report.ok, "\(report)")
        let sessions = try await ledger.sessions()
        for session in sessions {
            let time = session.time(at: session.lastInstant)
            #expect(min(time.rawSeconds, time.pausedSeconds, time.disconnectedSeconds) >= 0)
            #expect(
                time.rawSeconds + time.pausedSeconds + time.disconnectedSeconds
                    == session.lastInstant - session.startedAt
            )
        }
        try await ledger.close()
        let again = try fixture.open()
        #expect(try await again.sessions() == sessions)
    }

    private func act(_ ledger: Ledger, _ step: Int, _ now: Int64, _ random: inout SeededRandom) async throws {
        let name = ["anna", "bert", "cora"].randomElement(using: &random) ?? "anna"
        let contract = ["acme", "other"].randomElement(using: &random) ?? "acme"
        let one = Int.random(in: 0..<12, using: &random)
        let (session, invitation) = ("s\(one)", "i\(Int.random(in: 0..<12, using: &random))")
        let instant = now + Int64.random(in: -50...50, using: &random)
        let token = sha("t\(Int.random(in: 0..<8, using: &random))")
        let party = SessionParty.allCases.randomElement(using: &random) ?? .relay
        switch Int.random(in: 0..<29, using: &random) {
        case 0:
            try await ledger.addOperator(
                name: name,
                email: nil,
                role: .operator,
                tokenHash: sha("t\(step)"),
                tokenExpiresAt: now + 9000
            )
        case 1: try await ledger.reissueEnrolment(operator: name, tokenHash: token, tokenExpiresAt: now + 9000)
        case 2 where one == 0: try await ledger.revokeOperator(name: name)
        case 3, 2:
            _ = try await ledger.enrol(tokenHash: token, keyHash: sha("k\(one % 2)")) { _, keyHash in
                IssuedCertificate(pem: "PEM", serial: "c\(step)", keyHash: keyHash, notAfter: now + 100)
            }
        case 4:
            _ = try await ledger.renew(operator: name, keyHash: sha("k")) { _, keyHash in
                IssuedCertificate(pem: "PEM", serial: "c\(one)", keyHash: keyHash, notAfter: now + 100)
            }
        case 5, 6:
            _ = try await ledger.addContract(
                contract,
                canonical: "\(one % 3)",
                hash: sha("\(one % 3)"),
                source: "\u{1F6A2}",
                by: name
            )
        case 7, 8, 9:
            try await ledger.openInvitation(
                "i\(step % 12)",
                room: "\(one)",
                contract: contract,
                version: 1,
                category: "question",
                purpose: "\"\\\u{1}\u{E9}",
                operator: name,
                expiresAt: now + 600
            )
        case 10: try await ledger.changeInvitation(invitation, to: .joined)
        case 11:
            let state = InvitationState.allCases.randomElement(using: &random) ?? .burnt
            try await ledger.changeInvitation(invitation, to: state, reason: "r")
        case 12, 13, 14, 15:
            let found = try await ledger.openInvitations().randomElement(using: &random)?.invitation ?? invitation
            let hash = try await ledger.contract(contract, version: 1)?.hash ?? sha("none")
            try await ledger.startSession(
                session,
                invitation: found,
                contract: contract,
                version: 1,
                contractHash: hash,
                category: "question",
                operator: name,
                agent: ["host": .string(session)],
                startedAt: now
            )
        case 16: try await ledger.pauseSession(session, instant: instant)
        case 17: try await ledger.resumeSession(session, instant: instant)
        case 18: try await ledger.disconnectSession(session, instant: instant)
        case 19: try await ledger.reconnectSession(session, instant: instant)
        case 20: try await ledger.changeCategory(session, to: "c\(one % 2)", instant: instant, by: party)
        case 21: try await ledger.addNote(session, text: "note \(step)", by: party)
        case 24:
            try await ledger.record("r\(one)", at: instant, allowsOverlap: step.isMultiple(of: 2))
        case 25:
            _ = try await ledger.creditSession(
                "\(one % 2 == 0 ? "s" : "r")\(one)",
                reason: "r",
                asWarranty: one > 5,
                by: name
            )
        case 26: try await ledger.endContract(contract, on: one == 0 ? nil : "2027-0\(one % 9 + 1)-01", by: name)
        case 27: try await ledger.balanceQuota(contract, seconds: Int64(one - 6), by: name)
        case 28:
            let posting = QuotaPosting(
                kind: "granted",
                period: "2026-11",
                lot: "2026-11",
                seconds: 9,
                session: nil,
                leftSeconds: 9
            )
            try await ledger.postQuota(contract, after: one, [posting, posting])
        case 22: try await ledger.checkpoint(Dictionary(uniqueKeysWithValues: (0..<12).map { ("s\($0)", instant) }))
        default:
            switch one {
            case 0: _ = try await ledger.closeInterrupted()
            case 1...6:
                try await ledger.endSession(
                    session,
                    instant: instant,
                    by: party,
                    reason: "r",
                    summary: one % 2 == 0 ? nil : "S"
                )
            default: try await ledger.addSummary(session, text: "later", by: party)
            }
        }
    }

    @Test("20,000 entries verify, and the last one is looked at like the first")
    func large() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        try await ledger.start("s1")
        let count: Int64 = 20_000
        try await ledger.store.onWriter { [store = ledger.store] in
            try store.pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    var head = try HeadCheck(db: db, key: store.signer.verifyingKey).stored()
                    while head.count < count {
                        let standing = Checkpointed.Standing(session: "s1", instant: Fixture.start + head.count)
                        let event = LedgerEvent.checkpointed(Checkpointed(sessions: [standing]))
                        head = try Store.append(event, at: Fixture.start, signer: store.signer, to: db)
                    }
                    try store.folder.stage(head)
                    return .commit
                }
            }
            try store.folder.publishHead()
        }
        try await ledger.close()
        #expect(try fixture.verify() == VerifyReport(entries: count, ok: true, firstBad: nil, problem: nil))
        try fixture.tamperWithEntries("UPDATE entries SET at = at + 1 WHERE sequence = \(count)")
        #expect(try fixture.verify().firstBad == count)
    }
}
