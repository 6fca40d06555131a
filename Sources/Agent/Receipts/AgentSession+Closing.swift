import Contracts
import FoundationEssentials
import NIOCore
import Receipts
import SupportChannel
import TerminalText
import Transcripts

/// What the client answers to a receipt.
enum ReceiptAnswer: Sendable, Equatable {
    case sign
    case refuse
    /// Signs with this objection.
    case dispute(String)
}

/// What is left of a session that is over: how far its closing is.
struct SessionClosing: Sendable {
    /// Connected and stopped time by this computer's clock, in whole seconds, at the session's end.
    var closed: (rawSeconds: Int64, pausedSeconds: Int64)?
    /// What this end said of the session.
    var statement: ClosingStatement?
    /// The list of actions of which the statement has the digest.
    var list: SessionTranscript?
    /// The relay's receipt, while the client is asked about it.
    var question: OneShot<ReceiptAnswer>?
    /// When the question came onto the screen.
    var askedAt: Duration?
    /// The client writes an objection down.
    var isWriting = false
    /// What the client answered.
    var outcome: Receipt?
}

extension AgentSession {
    /// Actions that come when the session is over, in this order.
    enum ClosingAction: String {
        case closing, closed, receipt, end
    }

    /// The operator's program closes the session.
    func close(_ kind: ClosingAction, _ action: IncomingAction) async throws {
        guard let record = state.withLock({ $0.record }) else {
            throw Refusal(status: 403, message: "the client has not agreed to a session yet")
        }
        let isOver = state.withLock { kind == .end ? $0.closing.closed != nil : $0.closing.statement != nil }
        guard kind == .closing || isOver else {
            throw Refusal(status: 409, message: "the session is not closed yet")
        }
        switch kind {
        case .closing: try await closing(action, record)
        case .closed: try await closed(action, record)
        case .receipt: try await receipt(action, record)
        case .end: try await end(action)
        }
    }

    // MARK: - What both ends say

    private func closing(_ action: IncomingAction, _ record: ConsentRecord) async throws {
        let parameters = try action.parameters(as: ClosingParameters.self)
        finish(.byOperator(parameters))
        closingAsked.trigger()
        let list = try await sealTranscript(with: parameters.recording)
        let statement = try state.withLock { state in
            guard let closed = state.closing.closed, state.closing.statement == nil else {
                throw Refusal(status: 409, message: "the session is closed already")
            }
            let plain = ClosingStatement(
                session: record.session,
                consentHash: try record.hash(),
                rawSeconds: closed.rawSeconds,
                pausedSeconds: closed.pausedSeconds,
                actionsDigest: list.digest,
                redactions: state.redactions.byName
            )
            let signed = plain.signed([try Signature(by: .client, of: plain.signedBytes(), with: key)])
            state.closing.statement = signed
            state.closing.list = list
            return signed
        }
        let replies = try await action.accept()
        var rest = ByteBuffer(bytes: list.bytes)
        while let part = rest.readSlice(length: min(rest.readableBytes, Self.longestPart)), part.readableBytes > 0 {
            try await replies.send(ActionFrame(.output, part))
        }
        let text = String(decoding: try statement.canonicalBytes(), as: UTF8.self)
        try await replies.send(.result, json: ClosingDraft(statement: text))
    }

    private static let longestPart = 64 * 1024

    private func closed(_ action: IncomingAction, _ record: ConsentRecord) async throws {
        let signed = try action.parameters(as: SignedClosing.self)
        guard let own = state.withLock({ $0.closing.statement }),
            let statement = try? ClosingStatement(canonical: Array(signed.statement.utf8)),
            statement.signed([]) == own.signed([]), statement.isSigned(by: [.client, .operator], of: record)
        else { throw Refusal(status: 400, message: "this is not what the client signed") }
        keeping { try folder.keep(statement) }
        keepTranscript()
        try await action.accept().send(.result, json: Empty())
    }

    // MARK: - The receipt

    private func receipt(_ action: IncomingAction, _ record: ConsentRecord) async throws {
        let parameters = try action.parameters(as: ReceiptParameters.self)
        let (known, offer) = state.withLock { ($0.closing, $0.offer) }
        guard let closing = known.statement, known.outcome == nil, known.question == nil, let offer else {
            throw Refusal(status: 409, message: "nothing is to be signed now")
        }
        guard let receipt = try? Receipt(canonical: Array(parameters.receipt.utf8)), receipt.state == .signed else {
            throw Refusal(status: 400, message: "this is not a receipt")
        }
        let review = ReceiptReview(
            receipt,
            .init(
                consent: record,
                contract: offer.contract,
                closing: closing,
                idleSeconds: ending.current?.request?.idleSeconds,
                startedAt: state.withLock { $0.startedAt },
                relayKey: state.withLock { $0.relayKey }
            ),
            signers: [.relay, .operator]
        )
        let last = try? folder.acquaintances.lastReceipt(of: record.contract, authority: record.authority)
        let page = ReceiptScreen(
            phrases: phrases,
            receipt: receipt,
            contract: offer.contract,
            review: review,
            isAnotherBetween: last.map { $0 != receipt.previousReceiptHash } ?? false
        )
        screen.lines(page.lines)
        let outcome = try await answered(receipt, review)
        state.withLock { $0.closing.outcome = outcome }
        // Before it leaves this computer: what was signed is here too, whatever becomes of the connection.
        keeping { try folder.keep(outcome) }
        tell(outcome, review)
        let text = String(decoding: try outcome.canonicalBytes(), as: UTF8.self)
        try await action.accept().send(.result, json: ReceiptParameters(receipt: text))
    }

    private func answered(_ receipt: Receipt, _ review: ReceiptReview) async throws -> Receipt {
        guard review.findings.isEmpty else {
            let english = Phrases(.english).findings(review.findings, currency: receipt.currency)
            return receipt.with(.refused, reason: english)
        }
        switch try await answer(to: receipt) {
        case .sign: return try signed(receipt)
        case .dispute(let reason): return try signed(receipt.with(.disputed, reason: reason))
        case .refuse: return receipt.with(.refused, reason: nil)
        case nil: return receipt.with(.timeout, reason: nil)
        }
    }

    private func signed(_ receipt: Receipt) throws -> Receipt {
        receipt.adding(try Signature(by: .client, of: receipt.signedBytes(), with: key))
    }

    /// - Returns: nil where there was none.
    private func answer(to receipt: Receipt) async throws -> ReceiptAnswer? {
        if settings.agrees, let clock = receipt.agentClock {
            // Nobody can be asked: what the clocks differ by is an objection.
            guard clock.differenceSeconds.magnitude > ReceiptScreen.tolerableDifference else { return .sign }
            // A relay that was gone knows of the time up to its last checkpoint alone, and bills no more.
            if clock.differenceSeconds < 0, receipt.disconnectedSeconds > 0 { return .sign }
            return .dispute("the client's clock counted \(clock.rawSeconds) s, the relay's \(receipt.rawSeconds) s")
        }
        let question = OneShot<ReceiptAnswer>()
        if input.isTerminal { input.discardWaiting() }
        let isDeaf = state.withLock { state in
            state.closing.question = question
            state.closing.askedAt = time.now
            return state.isDeaf
        }
        defer {
            state.withLock { $0.closing.question = nil }
            screen.status(nil)
        }
        guard !isDeaf else { return nil }
        let text = phrases.receiptQuestion(settings.signatureLimit.components.seconds)
        if screen.isTerminal { screen.status(text) } else { screen.line(text) }
        let hasLeft = gone
        let first = await Awaited.of(interruption: hasLeft, limit: settings.signatureLimit, time: time) {
            await question.wait()
        }
        if case .timedOut = first, state.withLock({ $0.closing.isWriting }) {
            // Half a minute is to read and decide; an objection takes longer to write down.
            let second = await Awaited.of(interruption: hasLeft, limit: settings.objectionLimit, time: time) {
                await question.wait()
            }
            return try? second.get() ?? nil
        }
        return try? first.get() ?? nil
    }

    /// A key or a line while the client is asked about a receipt.
    ///
    /// - Returns: Whether it was about that.
    func answerReceipt(_ key: Character, line: String) async throws -> Bool {
        let (question, askedAt) = state.withLock { ($0.closing.question, $0.closing.askedAt ?? .zero) }
        guard let question else { return false }
        // A key that comes sooner than a person can have read the question is not its answer.
        guard !input.isTerminal || time.now - askedAt >= KeyDialogue.readingTime else { return true }
        switch Character(key.lowercased()) {
        case "y", "j": question.resolve(.sign)
        case "n", "q": question.resolve(.refuse)
        case "d", "e":
            let reason = try await objection(line)
            question.resolve(reason.isEmpty ? .refuse : .dispute(reason))
        default: break
        }
        return true
    }

    private func objection(_ line: String) async throws -> String {
        var text = String(line.drop { $0.isWhitespace }.dropFirst())
        if input.isTerminal {
            state.withLock { $0.closing.isWriting = true }
            input.readKeys(false)
            defer { input.readKeys(true) }
            screen.status(nil)
            screen.prompt(phrases.receiptReasonQuestion)
            text = try await input.next() ?? ""
        }
        return TerminalText.name(text, limit: 500)
    }

    private func tell(_ outcome: Receipt, _ review: ReceiptReview) {
        let file = folder.receiptFile(outcome.session)
        let reason = TerminalText.name(outcome.reason ?? "", limit: 500)
        switch outcome.state {
        case .signed: show(phrases.receiptSigned(file))
        case .disputed: show(phrases.receiptDisputed(reason, file))
        case .refused where review.findings.isEmpty: show(phrases.receiptRefused)
        case .refused:
            let findings = phrases.findings(review.findings, currency: TerminalText.name(outcome.currency, limit: 3))
            show(phrases.receiptRefusedByItself(TerminalText.name(findings, limit: 1000)))
        case .timeout: show(phrases.receiptUnanswered)
        }
    }

    // MARK: - The last word

    private func end(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: EndParameters.self)
        defer { endAnswered.trigger() }
        let (own, relayKey) = state.withLock { ($0.closing.outcome, $0.relayKey) }
        if let own {
            // With the signatures that came later; what says something else than this client's answer is not kept.
            if let text = parameters.receipt, let kept = try? Receipt(canonical: Array(text.utf8)),
                kept.isOutcome(of: own), kept.state == own.state, kept.reason == own.reason,
                kept.signature(of: .client) == own.signature(of: .client),
                relayKey.map({ kept.isSigned(by: .relay, with: $0) }) ?? true
            {
                keeping {
                    try folder.keep(kept)
                    try folder.acquaintances.remember(kept, authority: state.withLock { $0.record?.authority } ?? "")
                }
            }
        } else {
            show(phrases.receiptMissing(parameters.problem.map { TerminalText.name($0, limit: 300) }))
        }
        let replies = try await action.accept()
        try await replies.send(.result, json: Empty())
        try await replies.finish()
    }

    /// A file that cannot be written is a pity and no reason to stop: the others have theirs.
    func keeping(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            let reason = (error as? SystemFailure).map { SystemReason.sentence($0.code) } ?? "\(error)"
            show(phrases.cannotKeep(folder.path, TerminalText.name(reason, limit: 200)))
        }
    }
}
