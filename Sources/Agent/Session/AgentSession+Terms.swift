import RelayAPI
import SupportChannel
import TerminalText

extension AgentSession {
    /// The operator's offer, the client's answer, the relay's commit: only then is there a session.
    func terms(_ action: IncomingAction) async throws {
        if let refusal = state.withLock({ $0.machine.offer() }) { throw refusal }
        let offer: Offer
        do {
            offer = try Offer(action.parameters(as: Terms.self), allowed: settings.grants, logs: settings.logs)
        } catch {
            let reason = error as? AgentError ?? AgentError(.badTerms, "it cannot be read")
            finish(.badTerms(reason))
            throw Refusal(status: 400, message: "the agent does not trust these terms: \(reason)")
        }
        let phrases = state.withLock { state in
            state.offer = offer
            state.phrases = Phrases(offer.language(locale: state.phrases.language))
            return state.phrases
        }
        screen.lines(TermsScreen(phrases: phrases, offer: offer, relay: relay.address).lines)
        try await decide(phrases)
        let session = try await commit(offer, phrases)
        try await action.accept().send(
            .result,
            json: Consent(
                session: session.session,
                startedAt: session.startedAt.rfc3339,
                grants: offer.grants.map(\.rawValue),
                machine: settings.machine
            )
        )
    }

    /// - Throws: `Refusal` unless the client agrees.
    private func decide(_ phrases: Phrases) async throws {
        if settings.agrees {
            screen.line(phrases.agreedByOption)
        } else {
            let question = ConsentQuestion(screen: screen, input: input, phrases: phrases)
            let answer = await Awaited.of(interruption: stop, limit: settings.consentLimit, time: time) {
                try await question.ask()
            }
            switch answer {
            case .value(true): break
            case .value(false):
                finish(.declined)
                throw Refusal(status: 403, message: "the client said no")
            case .timedOut:
                finish(.unanswered(settings.consentLimit.components.seconds))
                throw Refusal(status: 403, message: "the client did not answer")
            case .interrupted, .failure: throw Refusal(status: 403, message: "the client left")
            }
        }
        guard state.withLock({ $0.machine.agree() }) else { throw Refusal(status: 403, message: "the client left") }
    }

    /// - Throws: `Refusal` where the relay does not commit.
    private func commit(_ offer: Offer, _ phrases: Phrases) async throws -> SessionStarted {
        let (relay, token) = (relay, token)
        let request = offer.consentRequest(machine: settings.machine)
        let session: SessionStarted
        do {
            let committed = await Awaited.of(limit: settings.relayLimit, time: time) {
                try await relay.consent(request, token: token)
            }
            session = try committed.get(timeout: AgentError(.relayFailed, phrases.relaySilent(relay.address)))
        } catch {
            finish(.consentFailed("\(error)"))
            throw Refusal(status: 502, message: "the relay did not record the client's consent: \(error)")
        }
        let start = state.withLock { state in
            let start = state.machine.start()
            if start != .tooLate {
                state.clock = SessionClock(startingAt: time.now)
                state.lastActivity = time.now
                state.longestSeconds = min(session.maximumSeconds, offer.contract.access.maximumSessionSeconds)
            }
            return start
        }
        switch start {
        case .tooLate: throw Refusal(status: 403, message: "the client left")
        case .beginAndEnd: interrupt()
        case .begin: break
        }
        show(phrases.started(quotedId(session.session), keyboard: input.isTerminal))
        started.trigger()
        return session
    }

    private func quotedId(_ id: String) -> String { TerminalText.name(id, limit: 64) }
}

/// Asks the client, once the terms are on the screen.
struct ConsentQuestion: Sendable {
    let screen: ClientScreen
    let input: InputLines
    let phrases: Phrases

    /// A person may mistype the answer; a script may not.
    private static let attempts = 3

    /// - Returns: Whether the client agrees; the end of the input is no.
    func ask() async throws -> Bool {
        // What was typed before the question was there cannot be its answer.
        if input.isTerminal { input.discardWaiting() }
        for _ in 0..<Self.attempts {
            screen.prompt(phrases.question)
            let line = try await input.next()
            if !input.isTerminal { screen.line("") }
            guard let line else { return false }
            switch line.filter({ !$0.isWhitespace }).lowercased() {
            case "y", "yes", "j", "ja": return true
            case "", "n", "no", "nein": return false
            default:
                guard input.isTerminal else { return false }
                screen.line(phrases.questionAgain)
            }
        }
        return false
    }
}
