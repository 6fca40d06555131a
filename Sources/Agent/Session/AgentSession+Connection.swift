import NIOCore
import Receipts
import SupportChannel

extension AgentSession {
    /// Serves the operator over one tunnel after another, until the connection is over for good and nobody is served any more.
    func serve(_ operatorSide: AgentConnection) async {
        let connection = operatorSide.connection
        await withTaskGroup(of: Void.self) { group in
            // Whatever broke an end, it is broken.
            group.addTask { try? await operatorSide.first.serve { try await self.handle($0) } }
            var goesOn = OneShot<Void>()
            for await event in connection.events {
                switch event {
                case .interrupted(let quiet):
                    guard await mayBeTakenUp(connection) else {
                        group.addTask { await connection.close() }
                        continue
                    }
                    interrupted(quiet: .nanoseconds(quiet.nanoseconds))
                    goesOn = OneShot()
                    group.addTask { [goesOn] in await self.takeUp(connection, until: goesOn) }
                case .restored:
                    restored()
                    goesOn.trigger()
                case .replaced(let end):
                    group.addTask { try? await end.serve { try await self.handle($0) } }
                }
            }
            goesOn.trigger()
        }
    }

    /// Whether there is a session that could go on; then nobody but its operator is let in.
    private func mayBeTakenUp(_ connection: ResumableConnection<AgentEnd>) async -> Bool {
        let (isLive, record) = state.withLock { ($0.machine.isLive, $0.record) }
        guard isLive, let key = record.flatMap({ VerifyingKey(hex: $0.operator.key) }) else { return false }
        let proof = ResumableConnection<AgentEnd>.Proof.verify { message, signature in
            key.isValid(signature, for: ResumptionProof.signedBytes(message))
        }
        return (try? await connection.allowResumption(proof)) != nil
    }

    /// The clock stands still from when something was heard last.
    private func interrupted(quiet: Duration) {
        let now = time.now
        let isNew = state.withLock { state in
            guard state.disconnectedAt == nil, !state.machine.isOver else { return false }
            state.disconnectedAt = now
            state.clock?.disconnect(at: now - quiet)
            return true
        }
        guard isNew else { return }
        show(phrases.disconnected)
        redraw()
    }

    private func restored() {
        let now = time.now
        let away = state.withLock { state -> Duration? in
            guard let since = state.disconnectedAt else { return nil }
            state.disconnectedAt = nil
            state.clock?.reconnect(at: now)
            // Nobody could do anything meanwhile.
            state.lastActivity += now - since
            return now - since
        }
        guard let away else { return }
        show(phrases.reconnected(after: phrases.elapsed(away)))
        redraw()
    }

    /// Tries to go on until it does, until the session is over, or until it has taken too long.
    private func takeUp(_ connection: ResumableConnection<AgentEnd>, until goesOn: OneShot<Void>) async {
        let limit = time.now + settings.resumptionLimit
        let (relay, token) = (relay, token)
        while !goesOn.isTriggered, time.now < limit {
            let attempt = await Awaited.of(interruption: goesOn, time: time) {
                try await relay.takeUp(connection, token: token)
            }
            if case .failure(let error as AgentError) = attempt, error.kind == .sessionOver { break }
            _ = await Awaited.of(interruption: goesOn, time: time) { [time, settings] in
                try await time.sleep(settings.resumptionPause)
            }
        }
        if !goesOn.isTriggered { await connection.close() }
    }
}
