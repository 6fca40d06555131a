import FoundationEssentials
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import TerminalText
import Transcripts

/// What came of a session's receipt, for whoever ended the session.
public struct ReceiptOutcome: Sendable, Equatable {
    /// As the relay keeps it; nil where there is none yet.
    public var receipt: Receipt?
    /// Why there is none, in a sentence.
    public var problem: String?
}

/// The end of a session between its three parties: what both ends say of it, the relay's receipt, and the signatures under that.
///
/// The session has ended at the relay before. Nothing here stops billing: whatever fails, the relay settles the receipt by itself.
struct SessionClosing: Sendable {
    let session: OpenSession
    let relay: any SessionRelay
    /// Keeps the list on which both ends agree.
    let recorder: TranscriptRecorder
    /// SHA-256 of what was recorded here.
    let recording: Digest?
    /// What the operator asked for, and what came of it.
    let seen: SeenActions
    /// How long the client may take: half a minute to answer, and a minute more to write an objection down.
    var patience: Duration = .seconds(100)

    /// How long the client's program may take for what it does by itself.
    private static let machineTime: Duration = .seconds(10)

    /// Closes the session with the client's program and has the receipt signed.
    func run(_ parameters: ClosingParameters) async -> ReceiptOutcome {
        let (closing, problem) = await close(parameters)
        do {
            let draft = try await relay.close(session: session.id, closing)
            let outcome: Receipt
            if draft.state != .signed || draft.signature(of: .operator) != nil {
                // The relay did not wait for us.
                outcome = draft
            } else if let closing {
                guard fits(draft, closing) else { throw Self.untrusted }
                outcome = try relay.credentials.sign(await answer(to: draft))
            } else {
                outcome = try relay.credentials.sign(draft.with(.timeout, reason: problem))
            }
            let concluded = try await relay.conclude(outcome)
            try relay.keep(concluded)
            return ReceiptOutcome(receipt: concluded)
        } catch {
            return ReceiptOutcome(problem: OperatorError.sentence(for: error))
        }
    }

    /// Lets both ends sign what they say of the session, and keeps it: it stands even if the relay withholds the end.
    ///
    /// - Returns: nil and the reason where the client's program does not take part.
    func close(_ parameters: ClosingParameters) async -> (statement: ClosingStatement?, problem: String?) {
        let agent = session.agent
        var parameters = parameters
        parameters.recording = recording?.hex
        do {
            let (draft, list) = try await withDeadline(Self.machineTime) { [parameters] in
                try await Self.draft(agent, parameters)
            }
            let (statement, transcript) = try checked(draft, list)
            try relay.keep(statement)
            // The session's end matters more than that a list of it can be kept.
            try? recorder.keep(transcript)
            let text = String(decoding: try statement.canonicalBytes(), as: UTF8.self)
            try await withDeadline(Self.machineTime) { try await agent.tell("closed", SignedClosing(statement: text)) }
            return (statement, nil)
        } catch let refusal as Refusal {
            return (nil, "the client's program does not close the session: \(TerminalText.name(refusal.message))")
        } catch let error as OperatorError {
            return (nil, error.description)
        } catch {
            return (nil, "the client's program was gone")
        }
    }

    private static func draft(_ agent: OperatorEnd, _ parameters: ClosingParameters) async throws -> (
        ClosingDraft, [UInt8]
    ) {
        try await agent.perform("closing", parameters) { replies, _ in
            var bytes = ByteBuffer()
            while let frame = try await replies.next() {
                switch frame.kind {
                case .output:
                    guard bytes.readableBytes + frame.payload.readableBytes <= SessionTranscript.longest else {
                        throw OperatorError(.refused, "the client's program tells of too many actions")
                    }
                    bytes.writeImmutableBuffer(frame.payload)
                case .result:
                    let draft = try JSONDecoder().decode(ClosingDraft.self, from: Data(frame.payload.readableBytesView))
                    return (draft, Array(bytes.readableBytesView))
                default: continue
                }
            }
            throw SupportChannelError(kind: .closed, diagnostics: "without a result")
        }
    }

    /// The statement, where it is about this session and about nothing that was not asked for here, with this operator's signature; and the
    /// list of which it has the digest.
    private func checked(_ draft: ClosingDraft, _ list: [UInt8]) throws -> (ClosingStatement, SessionTranscript) {
        guard let statement = try? ClosingStatement(canonical: Array(draft.statement.utf8)),
            statement.isSigned(by: [.client], of: session.consent),
            let transcript = try? SessionTranscript(reading: list), transcript.digest == statement.actionsDigest,
            transcript.session == session.id, transcript.recording(of: .operator) == recording,
            seen.agrees(with: transcript.actions)
        else {
            throw OperatorError(
                .refused,
                "the client's program tells of another session than this one, so its closing statement is not signed (use the same release at both ends)"
            )
        }
        return (try relay.credentials.sign(statement), transcript)
    }

    /// Whether the relay's receipt is about what both ends said.
    private func fits(_ receipt: Receipt, _ closing: ClosingStatement) -> Bool {
        receipt.session == session.id && receipt.contractHash == session.consent.contractHash
            && receipt.consentHash == closing.consentHash && receipt.agentClock?.rawSeconds == closing.rawSeconds
            && receipt.transcriptDigest == closing.actionsDigest
            && receipt.redactions == closing.redactions ?? [:] && receipt.contradictions.isEmpty
    }

    private static let untrusted = OperatorError(
        .refused,
        "the relay's receipt does not fit the session, so it is not signed (ask who runs the relay)"
    )

    /// The client's answer to a receipt, without this operator's signature where it is not simply signed.
    private func answer(to draft: Receipt) async throws -> Receipt {
        let signed = try relay.credentials.sign(draft)
        let text = String(decoding: try signed.canonicalBytes(), as: UTF8.self)
        let agent = session.agent
        do {
            let reply = try await withDeadline(patience) {
                try await agent.ask("receipt", ReceiptParameters(receipt: text), as: ReceiptParameters.self)
            }
            guard let outcome = try? Receipt(canonical: Array(reply.receipt.utf8)), outcome.isOutcome(of: draft),
                let own = try? relay.credentials.sign(outcome), own.isAnswered(under: session.consent)
            else { return draft.with(.timeout, reason: "the client's program answered something that makes no sense") }
            return outcome
        } catch is DeadlineExceeded {
            return draft.with(.timeout, reason: nil)
        } catch {
            return draft.with(.timeout, reason: "the client's connection was lost")
        }
    }
}

extension OperatorEnd {
    /// Performs an action that answers with one result.
    func ask<Answer: Decodable & Sendable>(
        _ name: String,
        _ parameters: some Encodable & Sendable,
        as type: Answer.Type
    ) async throws -> Answer {
        try await perform(name, parameters) { replies, _ in
            while let frame = try await replies.next() {
                guard frame.kind == .result else { continue }
                return try JSONDecoder().decode(type, from: Data(frame.payload.readableBytesView))
            }
            throw SupportChannelError(kind: .closed, diagnostics: "without a result")
        }
    }

    /// Tells the agent something that it answers with nothing.
    func tell(_ name: String, _ parameters: some Encodable & Sendable) async throws {
        _ = try await ask(name, parameters, as: Empty.self)
    }
}

extension ClosingParameters {
    /// The relay's figures of a session that has ended.
    ///
    /// - Parameter reason: why the relay ended it; nil where one of the two did.
    init(_ record: SessionRecord, reason: String? = nil) {
        self.init(
            summary: record.summary,
            rawSeconds: record.rawSeconds,
            billedSeconds: record.billedSeconds,
            netCents: record.netCents,
            currency: record.currency,
            reason: reason
        )
    }
}
