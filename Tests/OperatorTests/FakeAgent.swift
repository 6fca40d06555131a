import Contracts
import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import Receipts
import RelayAPI
import SupportChannel
import Synchronization
import TLS
import Testing
import Transcripts

@testable import Operator

/// What the agent does with one action.
typealias AgentBehaviour = @Sendable (IncomingAction) async throws -> Void

/// An agent without a client: `events` stays open, `behaviour` does the rest.
final class FakeAgent: Sendable {
    let end: AgentEnd
    let told = Mutex<[String]>([])
    /// What the client does about the receipt.
    let answers = Mutex<ReceiptHabit>(.signs)
    /// What it says was done beside what it was asked for.
    let invents = Mutex(false)
    private let recorder = TranscriptRecorder(
        TranscriptAbout(
            session: "s-1",
            contract: "acme",
            operator: "jan",
            machine: "box",
            startedAt: 0,
            retentionDays: 0
        ),
        words: .english,
        clock: TranscriptClock(now: { .zero }, epochSeconds: { 0 })
    )
    /// What it makes of the list that both ends are to agree on.
    let alters = Mutex<@Sendable ([ActionRecord]) -> [ActionRecord]>({ $0 })
    private let events: AsyncStream<SessionEvent>
    private let happen: AsyncStream<SessionEvent>.Continuation

    init(end: AgentEnd) {
        self.end = end
        (events, happen) = AsyncStream.makeStream()
    }

    func emit(_ event: SessionEvent) { happen.yield(event) }

    func serve(_ behaviour: @escaping AgentBehaviour) async {
        try? await end.serve { action in
            switch action.name {
            case "events":
                let replies = try await action.accept()
                for await event in self.events { try await replies.send(.notice, json: event) }
            case "pause", "resume", "note", "end", "closed":
                self.told.withLock { $0.append(action.name) }
                try await action.accept().send(.result, json: Empty())
            case "cap":
                let asked = try action.parameters(as: CapParameters.self)
                let consent = try Samples.consent.get()
                let plain = CapAnswer(
                    session: "s-1",
                    consentHash: try consent.hash(),
                    limit: asked.limit == "session" ? .session : .month,
                    capCents: asked.cents,
                    accepts: true
                )
                let answer = plain.signed(
                    try Signature(by: .client, of: plain.signedBytes(), with: Samples.clientKey.get())
                )
                let text = String(decoding: try answer.canonicalBytes(), as: UTF8.self)
                try await action.accept().send(.result, json: CapReply(answer: text))
            case "closing": try await self.close(action)
            case "receipt": try await self.answer(action)
            // No action of the closing statement.
            case "names": try await behaviour(action)
            default:
                let entry = self.recorder.begin(action.name, parameters: action.parameters)
                action.observe(with: entry)
                defer { entry.end() }
                try await behaviour(action)
            }
        }
    }

    private func close(_ action: IncomingAction) async throws {
        told.withLock { $0.append(action.name) }
        guard answers.withLock({ $0 }) != .isGone else { return try await end.channel.close() }
        if invents.withLock({ $0 }) { _ = recorder.begin("run", parameters: ByteBuffer(string: "rm")) }
        await recorder.settle(within: .seconds(1))
        let consent = try Samples.consent.get()
        let recording = try action.parameters(as: ClosingParameters.self).recording.flatMap { Digest(hex: $0) }
        let list = try SessionTranscript(
            salt: [UInt8](repeating: 7, count: 32),
            session: "s-1",
            startedAt: "2026-01-01T00:00:00Z",
            recordings: recording.map { [.operator: $0] } ?? [:],
            actions: alters.withLock { $0 }(recorder.actions)
        )
        let statement = ClosingStatement(
            session: "s-1",
            consentHash: try consent.hash(),
            rawSeconds: 753,
            pausedSeconds: 6,
            actionsDigest: list.digest
        )
        let signed = statement.signed([
            try Signature(by: .client, of: statement.signedBytes(), with: Samples.clientKey.get())
        ])
        let replies = try await action.accept()
        try await replies.send(ActionFrame(.output, ByteBuffer(bytes: list.bytes)))
        let text = String(decoding: try signed.canonicalBytes(), as: UTF8.self)
        try await replies.send(.result, json: ClosingDraft(statement: text))
    }

    private func answer(_ action: IncomingAction) async throws {
        told.withLock { $0.append(action.name) }
        let text = try action.parameters(as: ReceiptParameters.self).receipt
        let receipt = try Receipt(canonical: Array(text.utf8))
        let key = try Samples.clientKey.get()
        func signed(_ receipt: Receipt) throws -> Receipt {
            receipt.adding(try Signature(by: .client, of: receipt.signedBytes(), with: key))
        }
        let outcome: Receipt
        switch answers.withLock({ $0 }) {
        case .signs: outcome = try signed(receipt)
        case .refuses: outcome = receipt.with(.refused, reason: "not my work")
        case .disputes: outcome = try signed(receipt.with(.disputed, reason: "I was at lunch"))
        case .claims: outcome = receipt
        case .changes:
            var cheaper = receipt
            cheaper.netCents = 1
            outcome = try signed(cheaper)
        case .isGone: return try await end.channel.close()
        }
        let reply = String(decoding: try outcome.canonicalBytes(), as: UTF8.self)
        try await action.accept().send(.result, json: ReceiptParameters(receipt: reply))
    }
}

/// What a client does about a receipt.
enum ReceiptHabit {
    case signs, refuses, disputes
    /// Says that it signed, and did not.
    case claims
    /// Signs another one.
    case changes
    /// Leaves when the session is closed.
    case isGone
}
