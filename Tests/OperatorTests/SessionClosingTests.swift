import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Testing
import Transcripts

@testable import Operator

@Suite("The closing of a session", .timeLimit(.minutes(1)))
struct SessionClosingTests {
    private let temporary: TemporaryHome

    init() throws { temporary = try TemporaryHome() }

    private func ended(
        _ prepare: @escaping @Sendable (HeldSession) async throws -> Void
    ) async throws -> (ended: EndedSession, relay: FakeRelay, agent: FakeAgent) {
        try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            try await prepare(held)
            let ended = try await HolderClient.with(held.home) { try await $0.end(summary: "done") }
            return (ended, held.relay, held.agent)
        }.result
    }

    @Test("a signed receipt carries the three signatures, and the closing statement those of both ends")
    func signed() async throws {
        let (ended, relay, _) = try await ended { _ in }
        let receipt = try #require(ended.receipt)
        #expect(receipt.signatures.map(\.by) == [.client, .operator, .relay])
        #expect(receipt.isAnswered(under: try Samples.consent.get()))
        #expect(receipt.agentClock == .init(rawSeconds: 753, differenceSeconds: 1))
        let closing = try #require(relay.closings.withLock { $0 }.first)
        #expect(closing.isSigned(by: [.client, .operator], of: try Samples.consent.get()))
        #expect(receipt.transcriptDigest == closing.actionsDigest)
    }

    @Test("a refusal, an objection and a client that is gone are written down as what they are")
    func others() async throws {
        for (habit, state, reason) in [
            (ReceiptHabit.refuses, Receipt.State.refused, "not my work"), (.disputes, .disputed, "I was at lunch"),
            (.isGone, .timeout, "the client's program was gone"),
        ] {
            let (ended, relay, _) = try await ended { $0.agent.answers.withLock { $0 = habit } }
            #expect(ended.receipt?.state == state)
            #expect(ended.receipt?.reason == reason)
            #expect(ended.receipt?.isAnswered(under: try Samples.consent.get()) == true)
            #expect(relay.told.withLock { $0 }.last == "conclude \(state.rawValue): \(reason)")
        }
    }

    @Test(
        "a client's program that claims a signature, or signs another receipt, has answered nothing",
        arguments: [0, 1]
    )
    func lies(number: Int) async throws {
        let habit = [ReceiptHabit.claims, .changes][number]
        let (ended, _, _) = try await ended { $0.agent.answers.withLock { $0 = habit } }
        #expect(ended.receipt?.state == .timeout)
        #expect(ended.receipt?.netCents == 2375)
        #expect(ended.receipt?.reason == "the client's program answered something that makes no sense")
    }

    @Test("actions that nobody asked for are not signed")
    func invention() async throws {
        let (ended, relay, _) = try await ended { $0.agent.invents.withLock { $0 = true } }
        #expect(ended.receipt?.state == .timeout)
        #expect(ended.receipt?.reason?.contains("tells of another session") == true)
        #expect(relay.closings.withLock { $0 }.isEmpty)
    }

    @Test("output that the agent tells otherwise than it was seen is not signed for")
    func lie() async throws {
        let (ended, relay, _) = try await ended { held in
            held.agent.alters.withLock {
                $0 = { actions in
                    actions.map { action in
                        var action = action
                        action.streams["output"] = .init(bytes: 3, digest: .sha256("lie"))
                        return action
                    }
                }
            }
            _ = try await HolderClient.with(held.home) { client in
                try await client.end.perform("run", RunParameters(arguments: ["cat"])) { replies, requests in
                    try await requests.send(ActionFrame(.input, ByteBuffer(string: "true")))
                    try await requests.send(ActionFrame(.inputEnd))
                    while try await replies.next() != nil {}
                }
            }
        }
        #expect(ended.receipt?.reason?.contains("tells of another session") == true)
        #expect(relay.closings.withLock { $0 }.isEmpty)
    }

    @Test("both ends' list lies beside the recording, and a replay knows it by the receipt")
    func transcript() async throws {
        let (ended, relay, _) = try await ended { held in
            _ = try await HolderClient.with(held.home) { client in
                try await client.end.perform("run", RunParameters(arguments: ["cat"])) { replies, requests in
                    try await requests.send(ActionFrame(.input, ByteBuffer(string: "true")))
                    try await requests.send(ActionFrame(.inputEnd))
                    while try await replies.next() != nil {}
                }
            }
        }
        let home = temporary.home
        let folder = home.transcripts.folder(of: "s-1")
        let list = try #require(try folder.readList())
        #expect(list.digest == ended.receipt?.transcriptDigest)
        #expect(list.actions.map(\.name) == ["run"])
        #expect(list.actions.first?.streams["output"] == .init(bytes: 4, digest: .sha256("true")))
        #expect(relay.closings.withLock { $0 }.count == 1)
        // The fake relay keeps no files.
        var kept = try KeptTranscript(of: "s-1", in: home)
        #expect(kept.verdict == .unproven)
        #expect(kept.sentence.contains("nothing proves this recording"))
        let receipt = try #require(ended.receipt)
        try home.write(receipt.canonicalBytes() + [0x0a], to: "receipts/s-1.json")
        kept = try KeptTranscript(of: "s-1", in: home)
        #expect(!kept.isProven)
        #expect(kept.sentence.contains("does not carry the signatures"))
        try home.write(Samples.consent.get().canonicalBytes(), to: "consents/s-1.json")
        kept = try KeptTranscript(of: "s-1", in: home)
        #expect(kept.isProven)
        // Where the relay made a receipt without it, what both said at the end stands.
        home.remove("receipts/s-1.json")
        let closing = try #require(relay.closings.withLock { $0.first })
        try home.write(closing.canonicalBytes(), to: "closings/s-1.json")
        kept = try KeptTranscript(of: "s-1", in: home)
        #expect(kept.isProven)
        #expect(kept.sentence.contains("when the session was over"))
    }

    @Test(
        "a relay's receipt that contradicts what both ends said is not signed, and the client hears that there is none"
    )
    func falseReceipt() async throws {
        let (ended, relay, agent) = try await ended { held in
            held.relay.changes.withLock { $0 = { $0.agentClock?.rawSeconds = 10 } }
        }
        #expect(ended.receipt == nil)
        #expect(ended.problem?.contains("does not fit the session") == true)
        #expect(relay.told.withLock { $0 }.last == "close 753")
        #expect(agent.told.withLock { $0 } == ["closing", "closed", "end"])
    }

    @Test("without a receipt the session has ended all the same")
    func noReceipt() async throws {
        let problem = RelayAPI.Problem(code: "conflict", message: "acme cannot be billed")
        let (ended, relay, _) = try await ended { $0.relay.closeProblem.withLock { $0 = problem } }
        #expect(ended.record.summary == "done")
        #expect(ended.receipt == nil)
        #expect(ended.problem == "acme cannot be billed")
        #expect(relay.closings.withLock { $0 }.count == 1)
    }

    @Test("where the client ends the session the receipt is signed too")
    func clientEnds() async throws {
        let (end, relay) = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            held.agent.emit(SessionEvent(kind: .ended, rawSeconds: 754, billedSeconds: 900))
            while held.relay.receipts.withLock({ $0.isEmpty }) { await Task.yield() }
            return held.relay
        }
        #expect(end == .byAgent(.ended, billedSeconds: 900))
        #expect(relay.told.withLock { $0 } == ["close 753", "conclude signed"])
    }

    @Test(
        "where the client's program reached the operator alone the relay hears the end from here, and idle time as such",
        arguments: [
            (SessionEvent(kind: .idle, idleSeconds: 900), "end idle: - (900 s idle)"),
            (SessionEvent(kind: .ended), "end ended: -"), (SessionEvent(kind: .timeout), "end ended: -"),
        ]
    )
    func relayUntold(event: SessionEvent, told: String) async throws {
        let (_, relay) = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            held.relay.standing.withLock { $0 = Samples.record(state: .running) }
            held.agent.emit(event)
            while held.relay.receipts.withLock({ $0.isEmpty }) { await Task.yield() }
            return held.relay
        }
        #expect(relay.told.withLock { $0 } == [told, "close 753", "conclude signed"])
    }

    @Test("a program that has to leave lets both ends sign what they say, also where the relay is gone")
    func interrupted() async throws {
        let (end, relay) = try await HeldSession.run(in: temporary, agent: Behaviours.cat) { held in
            held.relay.failsToEnd.withLock { $0 = true }
            await held.holder.interrupt()
            return held.relay
        }
        #expect(end == .connectionLost)
        #expect(relay.closings.withLock { $0 }.first?.rawSeconds == 753)
    }

    @Test("the relay's question about the upper limit goes to the client once, and the signed answer back")
    func cap() async throws {
        var asking = Samples.record(state: .running)
        asking.capQuestion = CapQuestion(limit: "session", cents: 3000)
        asking.warnings = ["At most 10 minutes are left."]
        let (_, told) = try await HeldSession.run(in: temporary, agent: Behaviours.cat, standing: asking) { held in
            while !held.relay.told.withLock({ $0.contains("cap true") }) { await Task.yield() }
            return held.agent.told.withLock { $0 }
        }
        #expect(told == ["note"])
    }
}
