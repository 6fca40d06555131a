import Contracts
import Receipts
import RelayAPI
import SupportChannel
import TLS
import TerminalText

extension AgentSession {
    /// The operator's offer and the client's answer, which both are to sign.
    func terms(_ action: IncomingAction) async throws {
        if let refusal = state.withLock({ $0.machine.offer() }) { throw refusal }
        let (offer, exporter) = try await checked(action)
        let known = try recall(offer)
        let phrases = state.withLock { state in
            state.offer = offer
            state.phrases = Phrases(offer.language(locale: state.phrases.language))
            return state.phrases
        }
        let page = TermsScreen(
            phrases: phrases,
            offer: offer,
            known: known,
            relay: relay.address,
            moment: time.epochSeconds
        )
        screen.lines(page.lines)
        try await decide(page, since: known.operator?.since)
        let record: ConsentRecord
        do {
            record = try draft(offer, exporter)
        } catch {
            finish(.consentFailed("\(error)"))
            throw Refusal(status: 500, message: "the client's program cannot sign: \(error)")
        }
        try await action.accept().send(
            .result,
            json: ConsentDraft(record: String(decoding: try record.canonicalBytes(), as: UTF8.self))
        )
    }

    /// - Throws: `Refusal` for an offer that cannot be trusted, which ends the session.
    private func checked(_ action: IncomingAction) async throws -> (Offer, [UInt8]) {
        do {
            let signed = try action.parameters(as: SignedTerms.self)
            let exporter = await exporter.wait() ?? []
            let proven = try ProvenTerms(
                signed,
                authority: settings.authority,
                exporter: exporter,
                at: time.epochSeconds
            )
            let situation = Offer.Situation(
                authority: Hexadecimal.encode(settings.authority),
                room: settings.room,
                moment: time.epochSeconds,
                allowed: settings.grants,
                logs: settings.logs,
                files: settings.files,
                approval: settings.approval
            )
            return (try Offer(proven, in: situation), exporter)
        } catch {
            let reason = error as? AgentError ?? AgentError(.badTerms, "it cannot be read")
            finish(.badTerms(reason))
            throw Refusal(status: 400, message: "the agent does not trust these terms: \(reason)")
        }
    }

    private func recall(_ offer: Offer) throws -> Acquaintances.Recollection {
        do {
            return try folder.acquaintances.recall(
                operator: offer.terms.operator,
                contract: offer.contract.contract,
                authority: offer.terms.authority
            )
        } catch {
            finish(.badTerms(error))
            throw Refusal(status: 500, message: "the agent cannot read what it remembers")
        }
    }

    /// - Throws: `Refusal` unless the client agrees.
    private func decide(_ page: TermsScreen, since: Timestamp?) async throws {
        let phrases = page.phrases
        if settings.agrees {
            guard !page.isKeyNew else {
                let since = String((since?.rfc3339 ?? "").prefix(10))
                finish(.badTerms(AgentError(.badTerms, phrases.keyChangedUnasked(operatorName, since: since))))
                throw Refusal(
                    status: 403,
                    message: "the client knows another key of this operator, and nobody can be asked"
                )
            }
            screen.line(phrases.agreedByOption)
        } else {
            let question = ConsentQuestion(screen: screen, input: input, phrases: phrases, isKeyNew: page.isKeyNew)
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

    /// What the client signed; from here on the operator has ten seconds.
    private func draft(_ offer: Offer, _ exporter: [UInt8]) throws -> ConsentRecord {
        let record = offer.record(machine: settings.machine, key: key.verifyingKey, exporter: exporter)
        let signed = record.signed([try Signature(by: .client, of: record.signedBytes(), with: key)])
        state.withLock { $0.draft = signed }
        agreed.trigger()
        return signed
    }

    // MARK: - Both signed

    /// The operator's signature, the relay's commit: only then is there a session.
    func consent(_ action: IncomingAction) async throws {
        let signed = try action.parameters(as: SignedConsent.self)
        guard let draft = state.withLock({ $0.draft }),
            let record = try? ConsentRecord(canonical: Array(signed.record.utf8)), record.isSignedByBoth,
            record.saysTheSame(as: draft)
        else { throw Refusal(status: 400, message: "this is not what the client signed") }
        if let refusal = state.withLock({ $0.machine.sign() }) { throw refusal }
        let session = try await commit(record, signed.record)
        try await action.accept().send(
            .result,
            json: Consent(session: session.session, startedAt: session.startedAt.rfc3339)
        )
    }

    /// - Throws: `Refusal` where the relay does not commit.
    private func commit(_ record: ConsentRecord, _ text: String) async throws -> SessionStarted {
        let (phrases, offer) = state.withLock { ($0.phrases, $0.offer) }
        guard let offer else { throw Refusal(status: 409, message: "there is no offer") }
        let session: SessionStarted
        let certificate: Certificate
        do {
            let (relay, token) = (relay, token)
            let committed = await Awaited.of(limit: settings.relayLimit, time: time) {
                try await relay.consent(ConsentRequest(record: text), token: token)
            }
            session = try committed.get(timeout: AgentError(.relayFailed, phrases.relaySilent(relay.address)))
            guard session.session == record.session, let shown = try? Certificate(pem: session.certificate),
                session.head.isSigned(by: shown, of: offer.authority)
            else { throw AgentError(.relayFailed, phrases.relayLies) }
            certificate = shown
        } catch {
            finish(.consentFailed("\(error)"))
            throw Refusal(status: 502, message: "the relay did not record the client's consent: \(error)")
        }
        state.withLock { state in
            state.record = record
            state.startedAt = session.startedAt
            state.relayKey = certificate.ledgerKey(of: offer.authority)
        }
        try begin(session, offer)
        remember(record, offer)
        return session
    }

    private func begin(_ session: SessionStarted, _ offer: Offer) throws {
        let (start, phrases) = state.withLock { state in
            let start = state.machine.start()
            if start != .tooLate {
                state.clock = SessionClock(startingAt: time.now)
                state.lastActivity = time.now
                state.longestSeconds = min(session.maximumSeconds, offer.contract.access.maximumSessionSeconds)
                state.granted = offer.grants
                state.unasked = offer.approval == .session ? Set(offer.grants) : []
                // No terms name the hosts: each is asked for, unless the client agreed to everything beforehand.
                if !settings.agrees { state.unasked.remove(.forward) }
            }
            return (start, state.phrases)
        }
        switch start {
        case .tooLate: throw Refusal(status: 403, message: "the client left")
        case .beginAndEnd: interrupt()
        case .begin: break
        }
        beginTranscript(session, offer)
        show(phrases.started(TerminalText.name(session.session, limit: 64)))
        if input.isTerminal { show(phrases.keys) }
        started.trigger()
    }

    private func remember(_ record: ConsentRecord, _ offer: Offer) {
        keeping {
            try folder.keep(record)
            try folder.keep(offer.contract)
            try folder.acquaintances.remember(
                record,
                relayKey: state.withLock { $0.relayKey },
                at: Timestamp(seconds: time.epochSeconds)
            )
        }
    }

    /// Without the operator's signature and the relay's commit in time there is no session.
    func watchSigning() async {
        guard await agreed.wait() != nil, (try? await time.sleep(settings.signLimit)) != nil, !started.isTriggered
        else {
            return
        }
        let isSigned = state.withLock { $0.machine.isConsenting }
        finish(.consentFailed(isSigned ? phrases.relaySilent(relay.address) : phrases.notSigned))
    }
}
