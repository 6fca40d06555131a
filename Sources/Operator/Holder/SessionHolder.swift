import FoundationEssentials
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Synchronization
import TerminalText
import Transcripts

/// Keeps one session and serves it to the commands of this user.
///
/// `run` and `logs` go through to the agent, each on a stream of its own, frame by frame and no faster than the reader
/// reads. When a command vanishes, its stream to the agent is reset, and the agent stops the work. The session is over
/// when the agent says so, when the tunnel breaks, or after `end`.
public final class SessionHolder: Sendable {
    let session: OpenSession
    let relay: any SessionRelay
    let state: Mutex<State>
    private let endings: AsyncStream<SessionEnd>
    private let ended: AsyncStream<SessionEnd>.Continuation

    struct State {
        var clock: SessionClock
        /// What the client allows now.
        var grants: [String]
        /// Who stopped the clock.
        var isPausedByOperator = false
        var isPausedByClient = false
        /// Whether the relay is being asked to stop the clock: that it stands still is this side's doing.
        var isPausing = false
        var end: SessionEnd?
        /// Whether `end` is on its way: what the agent's side says meanwhile is its consequence, unless the relay says no.
        var isEnding = false
        var meanwhile: SessionEnd?
        /// What was passed on about cap and included time.
        var warnings: [String] = []
        /// Whether the client is being asked about the agreed upper limit.
        var isAskingCap = false
        /// The relay's last word about how the session stands.
        var record: SessionRecord?
        /// Since when nothing carries the connection.
        var disconnectedAt: Duration?
        /// What commands asked the agent for.
        var seen = SeenActions()
    }

    /// How long commands may take to hear of the end.
    private static let farewell: TimeAmount = .seconds(2)
    /// How often the relay is asked how the session stands.
    let relayInterval: Duration

    /// Takes down what happens.
    let recorder: TranscriptRecorder
    let heard: @Sendable (String) async -> Void
    /// The same for commands, where nobody else takes it.
    let sentences: HeardSentences

    /// Moments of this process's clocks are counted from here.
    private static let reference = ContinuousClock.now
    var now: Duration { ContinuousClock.now - Self.reference }

    /// A holder of `session`, whose clock starts now, or goes on from where the relay says it is.
    ///
    /// - Parameters:
    ///   - relayInterval: how often the relay is asked how the session stands.
    ///   - heard: takes a sentence about something that the client did, or that became of the connection; nil: the commands that are at
    ///     work show it.
    public init(
        _ session: OpenSession,
        relay: any SessionRelay,
        relayInterval: Duration = .seconds(5),
        heard: (@Sendable (String) async -> Void)? = nil
    ) {
        self.session = session
        self.relay = relay
        self.relayInterval = relayInterval
        let sentences = HeardSentences()
        self.sentences = sentences
        self.heard = heard ?? { sentences.tell($0) }
        self.recorder = .of(session)
        let now = ContinuousClock.now - Self.reference
        self.state = Mutex(
            State(
                clock: Self.clock(of: session, at: now),
                grants: session.grants,
                record: session.standing,
                seen: session.seen
            )
        )
        (self.endings, self.ended) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    private static func clock(of session: OpenSession, at now: Duration) -> SessionClock {
        guard let standing = session.standing else { return SessionClock(startingAt: now) }
        return SessionClock(
            at: now,
            startedAt: now - session.elapsedBefore,
            connected: .seconds(standing.rawSeconds),
            paused: .seconds(standing.pausedSeconds)
        )
    }

    /// How commands find this holder.
    public var file: SessionFile {
        SessionFile(
            session: session.id,
            contract: session.contract,
            agent: session.machine,
            startedAt: session.startedAt,
            holder: ProcessInfo.processInfo.processIdentifier
        )
    }

    /// Serves until the session is over, then closes the tunnel and removes what was written down in `home`.
    ///
    /// - Parameter ready: called when commands can connect.
    public func serve(in home: OperatorHome, ready: @escaping @Sendable () async throws -> Void) async throws
        -> SessionEnd
    {
        try home.prepare()
        let socket = try HolderSocket(
            folder: home.path(of: OperatorHome.sessions),
            name: String(OperatorHome.file("", session.id, "socket").dropFirst())
        )
        defer {
            try? home.forget(session: session.id)
            try? home.forgetResumption(of: session.id)
            socket.release()
        }
        let connections = try await socket.listen()
        keepTranscript(in: home)
        try home.remember(file)
        return try await serve(connections, ready: ready)
    }

    private func serve(
        _ connections: HolderSocket.Connections,
        ready: @escaping @Sendable () async throws -> Void
    ) async throws -> SessionEnd {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let commands = OpenConnections()
            group.addTask {
                try? await connections.executeThenClose { inbound in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await end in inbound {
                            guard let end else { continue }
                            commands.add(end.channel)
                            group.addTask { try? await end.serve(self.perform) }
                        }
                    }
                }
            }
            group.addTask { await self.watch() }
            group.addTask { await self.watchRelay() }
            group.addTask { await self.watchConnection() }
            defer { group.cancelAll() }
            try await ready()
            var iterator = endings.makeAsyncIterator()
            guard let end = await iterator.next() else { throw CancellationError() }
            await recorder.finish()
            // Whoever still waits for the agent hears now why nothing more comes.
            try? await session.agent.channel.close()
            // Where nothing comes back that takes two deadlines of TLS, and only then the streams end.
            try? await session.agent.channel.closeFuture.get()
            await session.connection?.close()
            await commands.close(within: Self.farewell)
            return end
        }
    }

    /// Why the session is over; `nil` while it lives.
    var end: SessionEnd? { state.withLock { $0.end } }

    var status: HolderStatus {
        let (clock, grants, isPausedByClient) = state.withLock { ($0.clock, $0.grants, $0.isPausedByClient) }
        let record = state.withLock { $0.record }
        let now = now
        return HolderStatus(
            session: session.id,
            contract: session.contract,
            agent: session.machine,
            grants: grants,
            asksEach: session.asksEach,
            startedAt: session.startedAt,
            isPaused: clock.isPaused,
            isPausedByClient: isPausedByClient,
            rawSeconds: clock.connected(at: now).components.seconds,
            pausedSeconds: clock.paused(at: now).components.seconds,
            isDisconnected: clock.isDisconnected,
            netCents: record?.netCents,
            currency: record?.currency,
            quotaLeftSeconds: record?.quotaLeftSeconds,
            diagnose: session.diagnose,
            categories: session.categories
        )
    }

    /// The connection broke, and something was heard last so long ago; or it is back.
    ///
    /// - Returns: how long it was away, once it is back.
    func setConnected(_ isConnected: Bool, quiet: Duration = .zero) -> Duration? {
        let now = now
        return state.withLock { state in
            if isConnected {
                defer { state.disconnectedAt = nil }
                state.clock.reconnect(at: now)
                return state.disconnectedAt.map { now - $0 }
            }
            if state.disconnectedAt == nil { state.disconnectedAt = now }
            state.clock.disconnect(at: now - quiet)
            return nil
        }
    }

    /// The operator or the client stops the clock, or does so no more: it runs when neither does.
    func setPaused(_ isPaused: Bool, byClient: Bool) {
        let now = now
        state.withLock { state in
            if byClient { state.isPausedByClient = isPaused } else { state.isPausedByOperator = isPaused }
            if state.isPausedByClient || state.isPausedByOperator {
                state.clock.pause(at: now)
            } else {
                state.clock.resume(at: now)
            }
        }
    }

    /// A command asks the agent for something.
    func noteAsked(_ request: ActionRecord.Request) {
        state.withLock { $0.seen.ask(request) }
        guard session.connection != nil else { return }
        // Should the next process lack it, the closing statement is not signed, which stops no bill.
        try? relay.keep(request, of: session.id)
    }

    /// What commands asked for, and what came of it so far.
    private var seen: SeenActions {
        var seen = state.withLock { $0.seen }
        seen.accept(recorder.actions)
        return seen
    }

    /// Ends the session at the relay, then has the client sign its receipt. `leave` lets `serve` return.
    func end(_ request: EndRequest, patience: Duration? = nil) async throws -> EndedSession {
        let isFirst = state.withLock { state in
            defer { state.isEnding = true }
            return !state.isEnding && state.end == nil
        }
        guard isFirst else { throw OperatorError(.sessionOver, end?.sentence ?? "the session is being ended already") }
        do {
            let record = try await askingAgain(isHurried: patience != nil) {
                try await relay.end(session: session.id, request)
            }
            state.withLock { $0.end = .byOperator(record) }
            let settled = await settle(ClosingParameters(record), patience: patience)
            return EndedSession(record: record, receipt: settled.receipt, problem: settled.problem)
        } catch {
            // What the agent's side said meanwhile counts after all.
            let meanwhile = state.withLock { state in
                state.isEnding = false
                return state.meanwhile
            }
            if let meanwhile { await finish(meanwhile) }
            throw error
        }
    }

    /// Asks the relay for what is the same however often it is asked for: where the answer got lost it may have happened all the same, and
    /// asking once more says so. Whoever has to leave does not wait for a relay that is silent a second time.
    func askingAgain<Answer>(isHurried: Bool = false, _ ask: () async throws -> Answer) async throws -> Answer {
        do {
            return try await ask()
        } catch let error as RelayAPIError where error.mayHaveArrived && !(isHurried && error.kind == .timedOut) {
            return try await ask()
        }
    }

    /// Ends the session because this program has to leave.
    public func interrupt() async {
        let request = EndRequest(summary: nil, reason: "interrupted")
        do {
            _ = try await end(request, patience: Self.hurry)
        } catch {
            // The relay cannot be told: it sees the tunnel close, and ends the session at that moment. What both ends say of it stands.
            if state.withLock({ $0.end == nil }) {
                let clock = state.withLock { $0.clock }
                let raw = clock.connected(at: now).components.seconds
                let parameters = ClosingParameters(summary: nil, rawSeconds: raw, billedSeconds: raw)
                _ = await closing().close(parameters)
            }
            claim(.connectionLost)
        }
        leave()
    }

    /// How long the client has to sign where this program was told to leave.
    private static let hurry: Duration = .seconds(5)

    /// Lets `serve` return once the last word about the end has been said.
    func leave() {
        if let end { ended.yield(end) }
    }

    /// The end of the recording, and what both ends are to agree on.
    private func closing() async -> SessionClosing {
        let recording = await recorder.finish()
        return SessionClosing(session: session, relay: relay, recorder: recorder, recording: recording, seen: seen)
    }

    /// Has the receipt signed, and tells the agent how it ended.
    private func settle(_ parameters: ClosingParameters, patience: Duration? = nil) async -> ReceiptOutcome {
        let isAway = state.withLock { $0.disconnectedAt != nil }
        // Nobody is there who could sign anything.
        if isAway { await session.connection?.close() }
        var closing = await closing()
        if let patience { closing.patience = patience }
        let settled = await closing.run(parameters)
        let agent = session.agent
        let text = try? settled.receipt.map { String(decoding: try $0.canonicalBytes(), as: UTF8.self) }
        try? await withDeadline(.seconds(5)) {
            try await agent.tell("end", EndParameters(receipt: text, problem: settled.problem))
        }
        return settled
    }

    /// The session is over by something else than the operator's word: nothing else is its end any more.
    ///
    /// - Returns: Whether it was still going on.
    @discardableResult
    private func claim(_ end: SessionEnd) -> Bool {
        state.withLock { state in
            guard state.end == nil else { return false }
            if state.isEnding {
                state.meanwhile = end
                return false
            }
            state.end = end
            return true
        }
    }

    /// The session is over by something else than the operator's word; where the client's program is still there, the receipt is signed.
    func finish(_ end: SessionEnd) async {
        guard claim(end) else { return }
        switch end {
        case .byAgent(let kind, let billed, let idle):
            await tellRelay(kind, idleSeconds: idle)
            await tellReceipt(
                await settle(ClosingParameters(summary: nil, rawSeconds: billed ?? 0, billedSeconds: billed ?? 0))
            )
        case .byRelay(let record):
            await tellReceipt(await settle(ClosingParameters(record, reason: record.reason ?? "")))
        case .byOperator(let record): await tellReceipt(await settle(ClosingParameters(record)))
        case .connectionLost: break
        }
        leave()
    }

    /// The client's program may not have reached the relay, which would keep the session for those who come back, and bill idle time.
    private func tellRelay(_ kind: SessionEvent.Kind, idleSeconds: Int64?) async {
        guard let record = try? await relay.record(session: session.id), record.endedAt == nil else { return }
        let request =
            kind == .idle ? EndRequest(reason: "idle", idleSeconds: idleSeconds) : EndRequest(reason: "ended")
        _ = try? await relay.end(session: session.id, request)
    }

    private func tellReceipt(_ settled: ReceiptOutcome) async {
        if let receipt = settled.receipt {
            await heard("receipt of \(session.id): \(ReceiptPage.sentence(receipt))")
        } else if let problem = settled.problem {
            await heard("there is no receipt yet: \(problem)")
        }
    }

    /// Listens to what happens on the client's side, for as long as there is one.
    private func watch() async {
        var event: SessionEvent?
        do {
            event = try await session.agent.perform("events", Empty()) { replies, _ in
                while let frame = try await replies.next() {
                    guard frame.kind == .notice else { continue }
                    let event = try JSONDecoder().decode(SessionEvent.self, from: Data(frame.payload.readableBytesView))
                    if event.kind.isLast { return event }
                    await self.take(event)
                }
                return nil
            }
        } catch {
            // Whatever it was, the tunnel is no use any more.
        }
        if let event {
            await finish(
                .byAgent(event.kind, billedSeconds: event.billedSeconds, idleSeconds: event.idleSeconds)
            )
        } else {
            await finish(.connectionLost)
        }
    }
}
