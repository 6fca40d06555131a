import FoundationEssentials
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import TerminalText

extension SessionHolder {
    /// The relay's clock bills, and a client's program may have stopped it without a word: then the operator hears it from the relay.
    func watchRelay() async {
        repeat {
            guard let record = try? await relay.record(session: session.id) else { continue }
            if record.state == .ended, let end = unheardEnd(record) { return await finish(end) }
            state.withLock { $0.record = record }
            for warning in record.warnings ?? [] { await passOn(warning) }
            if let question = record.capQuestion { await askCap(question) }
            let isUnheard = state.withLock { state in
                let isStopped = state.isPausedByClient || state.isPausedByOperator || state.isPausing
                return record.state == .paused && !isStopped && state.end == nil
            }
            guard isUnheard else { continue }
            setPaused(true, byClient: true)
            await heard("the relay's clock stands still: the client paused the session")
        } while (try? await Task.sleep(for: relayInterval)) != nil
    }

    /// An end that nobody but the relay tells of: its own, and this program's where the answer to it did not arrive. Of a connection that
    /// broke this end hears by itself, and of the client's end from the agent.
    func unheardEnd(_ record: SessionRecord) -> SessionEnd? {
        switch record.endedBy {
        case "relay" where !record.endedByLostConnection: .byRelay(record)
        case "operator" where !state.withLock({ $0.isEnding }): .byOperator(record)
        default: nil
        }
    }

    /// What the relay says of cap and included time: both ends hear it, once.
    private func passOn(_ warning: String) async {
        let isNew = state.withLock { state in
            defer { if !state.warnings.contains(warning) { state.warnings.append(warning) } }
            return !state.warnings.contains(warning)
        }
        guard isNew else { return }
        let agent = session.agent
        try? await withDeadline(.seconds(5)) { try await agent.tell("note", NoteParameters(text: warning)) }
        await heard(TerminalText.name(warning, limit: 200))
    }

    /// The agreed upper limit is reached, and only the client can say whether it goes on; until then nothing more is billed.
    private func askCap(_ question: CapQuestion) async {
        let isFirst = state.withLock { state in
            defer { state.isAskingCap = true }
            return !state.isAskingCap && state.end == nil
        }
        guard isFirst else { return }
        defer { state.withLock { $0.isAskingCap = false } }
        await heard(
            "the client is asked whether the session goes on beyond the agreed upper limit; nothing is billed meanwhile"
        )
        let agent = session.agent
        do {
            let reply = try await withDeadline(.seconds(65)) {
                try await agent.ask(
                    "cap",
                    CapParameters(limit: question.limit, cents: question.cents),
                    as: CapReply.self
                )
            }
            let answer = try CapAnswer(canonical: Array(reply.answer.utf8))
            guard answer.isSigned(under: session.consent) else { return }
            _ = try await relay.answerCap(session: session.id, answer)
            await heard(
                answer.accepts ? "the client agreed to go on beyond the agreed upper limit" : "the client did not agree"
            )
        } catch {
            // Without an answer the relay ends the session by itself.
            await heard("the client gave no answer about the agreed upper limit")
        }
    }

    /// Something that the client did, and after which the session goes on.
    func take(_ event: SessionEvent) async {
        switch event.kind {
        case .paused:
            setPaused(true, byClient: true)
            recorder.note("the client paused the session")
            await heard("the client paused the session; nothing is billed until they let it go on")
        case .resumed:
            setPaused(false, byClient: true)
            recorder.note("the client let the session go on")
            await heard("the client let the session go on")
        case .revoked:
            let left = (event.grants ?? []).map { TerminalText.name($0, limit: 20) }
            state.withLock { $0.grants = left }
            let allowed = left.isEmpty ? "nothing" : left.joined(separator: ", ")
            recorder.note("the client took something back; still allowed: \(allowed)")
            await heard("the client took something back; still allowed: \(allowed)")
        case .ended, .idle, .timeout: break
        }
    }
}
