import Contracts
import Receipts
import SupportChannel

extension AgentSession {
    /// The agreed upper limit is reached: the client says whether the session goes on, and signs that.
    func cap(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: CapParameters.self)
        let (offer, record) = state.withLock { ($0.offer, $0.record) }
        guard let offer, let record, let limit = CapAnswer.Limit(rawValue: parameters.limit),
            let cents = offer.contract.capCents(limit), cents == parameters.cents
        else { throw Refusal(status: 400, message: "the contract has no such upper limit") }
        let money = phrases.money(cents: cents, currency: offer.contract.currency)
        let accepts = try await isAccepted(phrases.capReached(money, isMonth: limit == .month))
        show(accepts ? phrases.capAccepted : phrases.capDeclined)
        let plain = CapAnswer(
            session: record.session,
            consentHash: try record.hash(),
            limit: limit,
            capCents: cents,
            accepts: accepts
        )
        let answer = plain.signed(try Signature(by: .client, of: plain.signedBytes(), with: key))
        try await action.accept().send(
            .result,
            json: CapReply(answer: String(decoding: try answer.canonicalBytes(), as: UTF8.self))
        )
    }

    /// Nobody agrees to more money by being away, and neither does `--yes`, which agreed to the contract as it is.
    private func isAccepted(_ sentence: String) async throws -> Bool {
        let question = OneShot<Bool>()
        let isDeaf = try state.withLock { state in
            guard state.capQuestion == nil else {
                throw Refusal(status: 409, message: "the client is being asked already")
            }
            state.capQuestion = question
            state.capAskedAt = time.now
            return state.isDeaf || settings.agrees
        }
        defer {
            state.withLock { $0.capQuestion = nil }
            redraw()
        }
        guard show(sentence) else { throw Self.unseen }
        guard !isDeaf else { return false }
        if !screen.isTerminal { screen.line(phrases.capQuestion) }
        redraw()
        let answer = await Awaited.of(interruption: stop, limit: settings.capLimit, time: time) {
            await question.wait()
        }
        return (try? answer.get()) == .some(true)
    }

    /// A key while the client is asked about the upper limit.
    ///
    /// - Returns: Whether it was about that; `p`, `r` and `q` never are.
    func answerCap(_ key: Character) -> Bool {
        let (question, askedAt) = state.withLock { ($0.capQuestion, $0.capAskedAt) }
        guard let question else { return false }
        let answer: Bool
        switch Character(key.lowercased()) {
        case "y", "j": answer = true
        case "n": answer = false
        default: return false
        }
        // A key that comes sooner than a person can have read the question is not its answer.
        guard !input.isTerminal || time.now - askedAt >= KeyDialogue.readingTime else { return true }
        question.resolve(answer)
        return true
    }
}

extension Contract {
    /// One of the agreed upper limits, in cents.
    fileprivate func capCents(_ limit: CapAnswer.Limit) -> Int64? {
        switch limit {
        case .session: cap?.perSessionCents
        case .month: cap?.perMonthCents
        }
    }
}
