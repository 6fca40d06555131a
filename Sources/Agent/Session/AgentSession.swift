import Contracts
import NIOCore
import Receipts
import Redaction
import RelayAPI
import SupportChannel
import Synchronization
import TerminalText
import Transcripts

/// One session on the client's side: from the moment the operator is there to the end.
///
/// The operator's actions come in through ``handle(_:)``, each in a task of its own; `AgentSession+StateMachine.swift` says
/// which are allowed when. Everything that can end a session resolves one ``SessionEnding``, the first wins, and
/// ``serve(_:)`` then stops what runs, tells relay and operator, and closes the connection.
final class AgentSession: Sendable {
    struct Settings: Sendable {
        /// SPKI SHA-256 of the relay's authority, as a join has shown it.
        var authority: [UInt8]
        /// The room of the code.
        var room: String
        /// What may be asked for at most.
        var grants: Set<Contract.Grant> = [.run, .logs]
        /// Consent without asking.
        var agrees = false
        /// Whether each action is asked about.
        var approval = ConsentRecord.Approval.session
        /// What may be read instead of the contract's list.
        var logs: [String]?
        /// Where files may be fetched from and put instead of the contract's list.
        var files: [String]?
        /// The name of this machine.
        var machine: String
        /// How long the client may think.
        var consentLimit: Duration = .seconds(300)
        /// How long the operator's signature and the relay's commit may take.
        var signLimit: Duration = .seconds(10)
        /// How long the client may think about one action.
        var approvalLimit: Duration = .seconds(120)
        /// How long the client may think about going on beyond the agreed upper limit; the relay waits a little longer.
        var capLimit: Duration = .seconds(50)
        /// How long the relay may take for a consent or an end.
        var relayLimit: Duration = .seconds(10)
        /// How long the client may look at a receipt before they answer.
        var signatureLimit: Duration = .seconds(30)
        /// How long they may then take to write an objection down.
        var objectionLimit: Duration = .seconds(60)
        /// How long the operator may take, when the session is over, to begin with its receipt.
        var closingStart: Duration = .seconds(10)
        /// How long all of it may take, the client's time to think and the relay's to commit.
        var closingLimit: Duration = .seconds(150)
        /// How long a session whose connection broke waits to go on, and how long after an attempt the next one is made.
        var resumptionLimit: Duration = .seconds(600)
        var resumptionPause: Duration = .seconds(1)
        /// How long the operator may take to close after the end.
        var closeLimit: Duration = .seconds(3)
    }

    struct State: Sendable {
        var machine = StateMachine()
        var phrases: Phrases
        var offer: Offer?
        /// What the client signed.
        var draft: ConsentRecord?
        /// What both signed, once the relay has committed it.
        var record: ConsentRecord?
        /// When the relay's clock started, as it says.
        var startedAt: Timestamp?
        /// The key with which the relay signs.
        var relayKey: VerifyingKey?
        /// What is allowed and not taken back.
        var granted: [Contract.Grant] = []
        /// Of that, what needs no question any more.
        var unasked: Set<Contract.Grant> = []
        var dialogue = KeyDialogue()
        /// By number, actions that wait for a key.
        var waiting: [Int: OneShot<KeyDialogue.Answer>] = [:]
        /// What runs, by what it needs.
        var running: [Int: (grant: Contract.Grant, stop: OneShot<Void>)] = [:]
        /// The number of the terminal that is open.
        var shell: Int?
        /// Nobody types any more.
        var isDeaf = false
        var clock: SessionClock?
        /// Since when nothing carries the connection.
        var disconnectedAt: Duration?
        var longestSeconds: Int64 = 0
        var lastActivity: Duration = .zero
        var actions = 0
        /// What the operator had done, and what came of it; nil before the session.
        var transcript: TranscriptRecorder?
        /// By number, who said yes to actions that were asked about.
        var approvals: [Int: ActionRecord.Approval] = [:]
        /// What was blacked out of logs, for the closing statement.
        var redactions = RedactionCounts()
        /// By number, what questions about logs are about.
        var previews: [Int: LogPreview] = [:]
        var closing = SessionClosing()
        /// The client is being asked whether it goes on beyond the agreed upper limit.
        var capQuestion: OneShot<Bool>?
        /// When that question came onto the screen.
        var capAskedAt: Duration = .zero
        /// Names are being looked at.
        var isListing = false
        /// The shared paths of which the client saw that their names are looked at.
        var looked: Set<String> = []
    }

    let relay: any AgentRelay
    let token: String
    let settings: Settings
    let screen: ClientScreen
    let input: InputLines
    let time: any AgentTime
    let runner: CommandRunner
    /// Signs for the client.
    let key: SigningKey
    let folder: AgentFolder
    /// What this connection exports for the operator's proof.
    let exporter = OneShot<[UInt8]>()
    let state: Mutex<State>

    /// What the operator reaches behind this machine.
    let forwards = ForwardTable()

    /// Why the session is over.
    let ending = OneShot<SessionEnding>()
    /// What runs has to stop.
    let stop = OneShot<Void>()
    /// The client agreed and signed.
    let agreed = OneShot<Void>()
    /// The clock runs.
    let started = OneShot<Void>()
    /// What the operator is told on the `events` stream.
    let events = EventFeed()
    /// The operator began to close the session.
    let closingAsked = OneShot<Void>()
    /// The operator has the answer to its `end`.
    let endAnswered = OneShot<Void>()
    /// The client does not want to sign anything.
    let gone = OneShot<Void>()

    init(
        relay: any AgentRelay,
        token: String,
        settings: Settings,
        screen: ClientScreen,
        input: InputLines,
        phrases: Phrases,
        key: SigningKey,
        folder: AgentFolder,
        time: any AgentTime = SystemTime(),
        runner: CommandRunner = CommandRunner()
    ) {
        self.relay = relay
        self.token = token
        self.settings = settings
        self.screen = screen
        self.input = input
        self.key = key
        self.folder = folder
        self.time = time
        self.runner = runner
        state = Mutex(State(phrases: phrases))
    }

    // MARK: - Life

    /// Serves the operator until the session is over and nothing of it is left.
    func serve(_ operatorSide: AgentConnection, interruption: OneShot<Void>) async -> SessionOutcome {
        let served = OneShot<Void>()
        exporter.resolve(await Self.exported(by: operatorSide.first))
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.serve(operatorSide)
                served.trigger()
                self.connectionEnded()
            }
            group.addTask { if await interruption.wait() != nil { self.interrupt() } }
            group.addTask { await self.watchKeys() }
            group.addTask { await self.watchSigning() }
            group.addTask { await self.watchTime() }
            group.addTask { await self.drawStatus() }
            group.addTask { await self.tidyOffspring() }
            let ending = await self.ending.wait() ?? .lost
            group.addTask { await self.endOffspring() }
            var outcome = await self.conclude(ending)
            if self.state.withLock({ $0.closing.closed != nil }) {
                let report = SessionReport(outcome)
                outcome.isAnnounced = !report.lines.isEmpty
                report.lines.forEach { self.show($0) }
                await self.awaitClosing(until: served)
                await self.endTranscript()
                if self.state.withLock({ $0.closing.outcome == nil }) { report.figures.forEach { self.show($0) } }
            }
            if self.state.withLock({ $0.disconnectedAt }) == nil {
                _ = await Awaited.of(interruption: served, limit: self.settings.closeLimit, time: self.time) {
                    _ = await served.wait()
                }
            }
            await operatorSide.connection.close()
            group.cancelAll()
            await group.waitForAll()
            // What began in the last moment.
            await self.endOffspring()
            return outcome
        }
    }

    /// Gives the operator's program the time to close the session in order; leaving before would take the receipt from under its hands.
    private func awaitClosing(until served: OneShot<Void>) async {
        // Nobody who is away closes anything.
        guard state.withLock({ $0.disconnectedAt }) == nil else { return }
        let begun = await Awaited.of(interruption: served, limit: settings.closingStart, time: time) {
            await self.closingAsked.wait()
        }
        guard case .value = begun else { return }
        _ = await Awaited.of(interruption: served, limit: settings.closingLimit, time: time) {
            await self.endAnswered.wait()
        }
    }

    /// What the operator's proof is bound to; nothing where the connection is over already.
    static func exported(by end: AgentEnd) async -> [UInt8] {
        let bytes = end.exporter?.bytes(label: OperatorProof.exporterLabel, length: OperatorProof.exporterByteCount)
        return (try? await bytes?.get()) ?? []
    }

    /// The first reason to end stands.
    func finish(_ reason: SessionEnding) {
        state.withLock { state in
            let now = time.now
            guard state.machine.finish(), let clock = state.clock else { return }
            state.closing.closed = (
                clock.connected(at: now).components.seconds, clock.paused(at: now).components.seconds
            )
            // From here on the clock stands still.
            state.clock = SessionClock(startingAt: now - clock.connected(at: now))
            state.clock?.pause(at: now)
        }
        ending.resolve(reason)
    }

    /// The client wants to end: Ctrl-C, a signal, or `q`.
    func interrupt() {
        switch state.withLock({ $0.machine.interrupt() }) {
        case .leave: finish(.left)
        case .end: finish(.byClient)
        case .wait: break
        case .nothing:
            // Whoever leaves while a receipt is in front of them does not sign it.
            state.withLock { $0.closing.question }?.resolve(.refuse)
            gone.trigger()
        }
    }

    private func connectionEnded() {
        let (clock, longest) = state.withLock { ($0.machine.isOver ? nil : $0.clock, $0.longestSeconds) }
        guard let clock else { return finish(.operatorLeft) }
        // The relay cuts the tunnel at the longest time; its clock may be a little ahead of ours.
        let isLongest = clock.elapsed(at: time.now) + .seconds(2) >= .seconds(longest)
        finish(isLongest ? .longest(longest) : .lost)
    }

    /// Stops what runs, tells the relay where this side ended the session, and the operator.
    private func conclude(_ ending: SessionEnding) async -> SessionOutcome {
        stop.trigger()
        screen.status(nil)
        let (phrases, clock, name) = state.withLock { ($0.phrases, $0.clock, $0.operatorName) }
        var outcome = SessionOutcome(
            ending: ending,
            connectedSeconds: clock?.connected(at: time.now).components.seconds ?? 0,
            phrases: phrases,
            operatorName: name
        )
        guard let request = ending.request, let event = ending.event else {
            events.finish()
            return outcome
        }
        screen.line(phrases.ending)
        let (relay, token) = (relay, token)
        do {
            let told = await Awaited.of(limit: settings.relayLimit, time: time) {
                try await relay.end(request, token: token)
            }
            outcome.record = try told.get(timeout: AgentError(.relayFailed, phrases.relaySilent(relay.address)))
        } catch {
            // At the longest time the relay ends the session by itself, and may have been first.
            if case .longest = ending {} else { outcome.recordFailure = "\(error)" }
        }
        events.append(
            SessionEvent(
                kind: event,
                rawSeconds: outcome.record?.rawSeconds,
                billedSeconds: outcome.record?.billedSeconds,
                idleSeconds: request.idleSeconds
            )
        )
        events.finish()
        return outcome
    }

    // MARK: - What the client sees

    /// Shows a line with the time of day in front.
    ///
    /// - Returns: Whether the client can have seen it.
    @discardableResult
    func show(_ text: String) -> Bool { screen.line("\(time.wallClock)  \(text)") }

    var phrases: Phrases { state.withLock { $0.phrases } }

    private func drawStatus() async {
        guard screen.isTerminal, await started.wait() != nil else { return }
        while !Task.isCancelled, redraw() {
            guard (try? await time.sleep(.seconds(1))) != nil else { return }
        }
    }

    /// Draws the line at the bottom: a question that waits, else the clock and the keys.
    ///
    /// - Returns: Whether there is a session.
    @discardableResult
    func redraw() -> Bool {
        let line = state.withLock { state -> String? in
            guard !state.machine.isOver, let clock = state.clock, let offer = state.offer else { return nil }
            if state.capQuestion != nil { return state.phrases.capQuestion }
            if let choices = state.dialogue.choosing { return state.phrases.takeBack(choices) }
            if let question = state.dialogue.question { return state.phrases.allow(question.number, question.grant) }
            let name = TerminalText.name(offer.terms.operator, limit: 24)
            let parts = [
                Phrases.clock(clock.connected(at: time.now).components.seconds),
                state.machine.isPaused ? state.phrases.statusPaused : nil,
                state.disconnectedAt == nil ? nil : state.phrases.statusDisconnected,
                state.shell == nil ? name : state.phrases.typesHere(name),
                state.shell == nil ? state.phrases.statusHint : state.phrases.statusShell,
            ]
            return parts.compactMap(\.self).joined(separator: "  ")
        }
        guard let line else { return false }
        screen.status(line)
        return true
    }

    // MARK: - Time

    /// Ends the session when nothing happens for too long, or when it lasts too long.
    private func watchTime() async {
        guard await started.wait() != nil else { return }
        while !Task.isCancelled {
            let now = time.now
            let verdict = state.withLock { state -> Result<Duration, TimeIsUp> in
                guard let clock = state.clock, let access = state.offer?.contract.access else {
                    return .success(.seconds(1))
                }
                let longest = Duration.seconds(state.longestSeconds) - clock.elapsed(at: now)
                if longest <= .zero { return .failure(TimeIsUp(ending: .longest(state.longestSeconds))) }
                let limit = Duration.seconds(access.idleTimeoutSeconds)
                // While something is at work or the clock is stopped nobody is idle; it may end right after this look. A terminal is at
                // work when somebody types or something is written.
                guard state.running.values.allSatisfy({ $0.grant == .shell }), state.waiting.isEmpty,
                    !state.machine.isPaused, state.disconnectedAt == nil
                else {
                    return .success(min(longest, limit))
                }
                let idle = state.lastActivity + limit - now
                if idle <= .zero { return .failure(TimeIsUp(ending: .idle(access.idleTimeoutSeconds))) }
                return .success(min(longest, idle))
            }
            switch verdict {
            case .failure(let end): return finish(end.ending)
            case .success(let wait): if (try? await time.sleep(wait)) == nil { return }
            }
        }
    }

    private struct TimeIsUp: Error {
        let ending: SessionEnding
    }
}

extension AgentSession.State {
    /// The operator's name, safe to show.
    var operatorName: String { offer.map { TerminalText.name($0.terms.operator) } ?? "" }
}

extension AgentSession {
    /// The same, from outside of the state.
    var operatorName: String { state.withLock { $0.operatorName } }
}
