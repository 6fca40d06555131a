import Contracts
import Receipts
import SupportChannel

extension AgentSession {
    /// Reads single keys on a terminal, else lines, of which the first character counts; nothing where `--yes` speaks for the client.
    func watchKeys() async {
        guard await started.wait() != nil else { return }
        guard input.isTerminal || !settings.agrees || settings.approval == .each else { return }
        input.readKeys(true)
        defer { input.readKeys(false) }
        while !Task.isCancelled {
            do {
                guard let text = try await input.next() else { return stopListening() }
                guard let key = text.first(where: { !$0.isWhitespace }) else { continue }
                if try await answerReceipt(key, line: text) { continue }
                if answerCap(key) { continue }
                await press(key)
            } catch { return }
        }
    }

    /// The input is at its end: what waits for an answer gets none.
    private func stopListening() {
        let waiting = state.withLock { state in
            state.isDeaf = true
            return state.waiting
        }
        gone.trigger()
        for (number, answer) in waiting where answer.resolve(.no) { show(phrases.nobodyToAsk(number)) }
    }

    private func press(_ key: Character) async {
        guard !state.withLock({ $0.machine.isOver }) else { return }
        let now = time.now
        let (effect, phrases) = state.withLock { state in
            let granted = state.granted
            let effect = state.dialogue.press(key, granted: granted, isPerson: input.isTerminal, at: now)
            return (effect, state.phrases)
        }
        switch effect {
        case .nothing: return
        case .end: interrupt()
        case .pause: await togglePause()
        case .answered(let question, let answer): take(answer, to: question)
        case .preview(let question): await preview(question)
        case .choosing:
            let choices = state.withLock { $0.dialogue.choosing }
            if let choices {
                if !screen.isTerminal { screen.line(phrases.takeBack(choices)) }
            } else {
                show(phrases.nothingToTakeBack)
            }
        case .takeBack(let grant): takeBack(grant)
        case .choseNothing: break
        }
        redraw()
    }

    // MARK: - Asking before an action

    /// Asks the client about an action, unless they said yes to all of its kind.
    ///
    /// - Parameters:
    ///   - line: says on the screen what is asked for.
    ///   - isGrave: whether a yes to all of its kind does not count; what a client agrees to beforehand by `--yes` does.
    /// - Throws: `Refusal` unless the answer is yes.
    func askForApproval(
        _ work: Work,
        _ grant: Contract.Grant,
        _ action: IncomingAction,
        _ line: String,
        isGrave: Bool = false
    ) async throws {
        let answer = OneShot<KeyDialogue.Answer>()
        let mustAsk = state.withLock { state in
            guard !state.unasked.contains(grant) || (isGrave && !settings.agrees) else { return false }
            state.waiting[work.number] = answer
            state.dialogue.ask(.init(number: work.number, grant: grant), at: time.now)
            if state.isDeaf { answer.resolve(.no) }
            return true
        }
        guard mustAsk else { return }
        defer {
            state.withLock { state in
                state.waiting[work.number] = nil
                state.dialogue.withdraw(work.number, at: time.now)
            }
            redraw()
        }
        guard show(line) else { throw Self.unseen }
        if !screen.isTerminal { screen.line(work.phrases.allow(work.number, grant)) }
        redraw()
        let isDeaf = state.withLock { $0.isDeaf }
        if isDeaf { show(work.phrases.nobodyToAsk(work.number)) }
        // An operator who does not wait any more leaves nothing to decide.
        let withdrawn = OneShot<Void>()
        action.gone.whenComplete { _ in
            // First the reason, then the answer that wakes whoever looks at it.
            if answer.current == nil { withdrawn.trigger() }
            answer.resolve(.no)
        }
        let outcome = await Awaited.of(interruption: stop, limit: settings.approvalLimit, time: time) {
            await answer.wait() ?? .no
        }
        switch outcome {
        case .value(let yes) where yes != .no:
            // Said here and not where the key is taken: the action begins only after it.
            state.withLock { $0.approvals[work.number] = yes == .yesToAll ? .beforehand : .asked }
            show(work.phrases.allowed(work.number))
            if yes == .yesToAll { show(work.phrases.allAllowed(grant)) }
            // What was taken back meanwhile stays taken back.
            guard state.withLock({ $0.granted.contains(grant) }) else { throw Self.takenBack(grant) }
            // And what was paused meanwhile waits for nothing.
            let kind = Action(rawValue: grant.rawValue) ?? .run
            if let refusal = state.withLock({ $0.machine.admit(kind) }) {
                throw refuse(line, refusal, phrases.isPaused)
            }
        case .value:
            if withdrawn.isTriggered { show(work.phrases.withdrawnAction(work.number)) }
            throw Refusal(status: 403, message: "the client said no to this")
        case .timedOut:
            let limit = work.phrases.duration(settings.approvalLimit.components.seconds)
            show(work.phrases.unansweredAction(work.number, limit))
            throw Refusal(status: 403, message: "the client did not answer")
        case .interrupted, .failure: throw Refusal(status: 409, message: "the session is over")
        }
    }

    /// Shows what would be sent; the question stays.
    private func preview(_ question: KeyDialogue.Question) async {
        guard let preview = state.withLock({ $0.previews[question.number] }),
            let view = try? await preview.view()
        else { return }
        let counts = view.counts.byName
        screen.lines(
            [phrases.previewTitle(question.number)] + view.lines.map { "  " + $0 }
                + [counts.isEmpty ? phrases.previewPlain : phrases.previewBlackedOut(counts)]
        )
    }

    private func take(_ answer: KeyDialogue.Answer, to question: KeyDialogue.Question) {
        let waiting = state.withLock { state in
            if answer == .yesToAll { state.unasked.insert(question.grant) }
            // What else waits for the same kind of yes has it now.
            let others = answer == .yesToAll ? state.dialogue.withdrawAll(of: question.grant, at: time.now) : []
            return ([question.number] + others).compactMap { number in state.waiting[number].map { (number, $0) } }
        }
        for (number, shot) in waiting {
            let isOther = number != question.number
            if shot.resolve(isOther && answer == .yesToAll ? .yes : answer), answer == .no {
                show(phrases.denied(number))
            }
        }
    }

    // MARK: - Taking back

    /// Takes a grant back: what ran of it stops, nothing of it begins any more, and the operator is told.
    func takeBack(_ grant: Contract.Grant) {
        let (stops, left) = state.withLock { state in
            state.granted.removeAll { $0 == grant }
            state.unasked.remove(grant)
            let numbers = state.dialogue.withdrawAll(of: grant, at: time.now)
            for number in numbers { state.waiting[number]?.resolve(.no) }
            return (state.running.values.filter { $0.grant == grant }.map(\.stop), state.granted)
        }
        stops.forEach { $0.trigger() }
        showAndKeep(phrases.tookBack(grant))
        events.append(SessionEvent(kind: .revoked, grants: left.map(\.rawValue)))
    }

    static func takenBack(_ grant: Contract.Grant) -> Refusal {
        Refusal(status: 403, message: "the client does not allow \(grant.rawValue) any more")
    }

    // MARK: - Pausing

    private func togglePause() async {
        let (isPaused, clock, now) = state.withLock { state in
            (state.machine.pausedBy.contains(.client), state.clock, time.now)
        }
        guard let clock else { return }
        let (relay, token) = (relay, token)
        let told = await Awaited.of(interruption: stop, limit: settings.relayLimit, time: time) {
            isPaused ? try await relay.resume(token: token) : try await relay.pause(token: token)
        }
        do {
            _ = try told.get(timeout: AgentError(.relayFailed, phrases.relaySilent(relay.address)))
        } catch {
            show(phrases.pauseFailed("\(error)"))
            return
        }
        let shown = Phrases.clock(clock.connected(at: isPaused ? time.now : now).components.seconds)
        let (isLive, isStillPaused) = state.withLock { state in
            let changed = isPaused ? state.machine.resumeByClient() : state.machine.pauseByClient()
            if changed, !isPaused { state.clock?.pause(at: now) }
            if changed, isPaused, !state.machine.isPaused {
                state.clock?.resume(at: time.now)
                state.lastActivity = time.now
            }
            return (changed, state.machine.isPaused)
        }
        guard isLive else { return }
        if isPaused {
            showAndKeep(isStillPaused ? phrases.stillPaused(operatorName) : phrases.resumedByClient(shown))
        } else {
            showAndKeep(phrases.pausedByClient(shown))
        }
        events.append(SessionEvent(kind: isPaused ? .resumed : .paused))
    }
}
