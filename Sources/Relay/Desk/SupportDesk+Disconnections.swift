import Contracts
import Ledger
import NIOCore
import Receipts
import RelayAPI

/// A session outlives its tunnel: for `resumptionWindow` both ends may come back, and meanwhile its clock stands still.
extension SupportDesk {
    func isRunning(_ session: String) -> Bool {
        guard let current = running[session] else { return false }
        return current.pendingEnd == nil
    }

    /// The session whose tunnel such an end would be.
    func running(of side: Side) -> (invitation: String, session: String)? {
        let invitation: String? =
            switch side {
            case .agent(let token): rooms.room(token: token)?.invitation
            case .operator(let invitation): invitation
            }
        guard let invitation, let session = meetings[invitation]?.session, isRunning(session) else { return nil }
        return (invitation, session)
    }

    /// An end comes with a new tunnel: what it had before is no use any more, however alive it looks from here.
    func arrivedAgain(_ endpoint: TunnelEndpoint, _ side: Side, _ invitation: String, _ session: String) async {
        if meetings[invitation]?.isJoined == true {
            await part(invitation, session, .either)
            guard isRunning(session), meetings[invitation] != nil else {
                endpoint.channel.close(promise: nil)
                return
            }
        }
        switch side {
        case .agent:
            meetings[invitation]?.agent?.channel.close(promise: nil)
            meetings[invitation]?.agent = endpoint
        case .operator:
            meetings[invitation]?.operatorEnd?.channel.close(promise: nil)
            meetings[invitation]?.operatorEnd = endpoint
        }
        guard let meeting = meetings[invitation], let agent = meeting.agent, let operatorEnd = meeting.operatorEnd,
            !meeting.isJoined
        else { return }
        meetings[invitation]?.isJoined = true
        Splice.join(agent, operatorEnd)
        await reconnected(session)
    }

    /// The tunnel of a session is gone: the clock stands still from the moment at which both ends were heard last.
    func part(_ invitation: String, _ session: String, _ loss: LostConnection) async {
        guard let meeting = meetings[invitation] else { return }
        let quiet = running[session].map(quiet) ?? 0
        meetings[invitation]?.isJoined = false
        meetings[invitation]?.agent = nil
        meetings[invitation]?.operatorEnd = nil
        for end in [meeting.agent, meeting.operatorEnd] { end?.channel.close(promise: nil) }
        recordTunnels()
        await disconnected(session, loss.rawValue, quiet: quiet)
        guard running[session] == nil else { return }
        closeEnds(of: invitation)
        awaitReceipt(of: session, within: Self.signingTimeAlone)
    }

    /// How many milliseconds ago both ends of a session were heard; 0 where they are as lively as they have to be, since the ends say
    /// something every two seconds.
    func quiet(of session: RunningSession) -> Int64 {
        guard let meeting = meetings[session.invitation] else { return 0 }
        let quiet = [meeting.agent, meeting.operatorEnd].compactMap { $0?.handler.quietMilliseconds }.max() ?? 0
        return quiet > Self.longestQuiet ? quiet : 0
    }

    private static let longestQuiet: Int64 = 3000

    /// - Parameter quiet: how many milliseconds ago both ends were there.
    func disconnected(_ session: String, _ reason: String, quiet: Int64) async {
        guard let current = running[session], current.disconnection == nil else { return }
        let instant = current.instant(clock, quiet: quiet)
        running[session]?.disconnection = Disconnection(
            instant: instant,
            keptUntil: clock.monotonicMilliseconds() + resumptionWindow,
            reason: reason
        )
        guard resumptionWindow > 0 else {
            await end(lost: session, reason, at: instant)
            return
        }
        logger.notice(
            "session disconnected",
            metadata: ["session": "\(session)", "reason": "\(reason)", "quietMilliseconds": "\(quiet)"]
        )
        do {
            try await ledger.disconnectSession(session, instant: instant)
        } catch {
            logger.error(
                "a disconnection was not written",
                metadata: ["session": "\(session)", "error": "\(error)"]
            )
        }
        watchLimits(session)
    }

    func reconnected(_ session: String) async {
        recordTunnels()
        guard let current = running[session], let disconnection = current.disconnection else { return }
        running[session]?.disconnection = nil
        running[session]?.unwrittenGaps.append(Gap(from: disconnection.instant, to: current.instant(clock)))
        await tryToWriteGaps(of: session)
        logger.notice("session goes on", metadata: ["session": "\(session)"])
        watchLimits(session)
    }

    /// Writes down what the ledger does not have yet of the times in which an end was away; before whatever comes after them.
    ///
    /// - Throws: where the ledger cannot be written; they are kept, and written with the next tick.
    func writeGaps(of session: String) async throws {
        while running[session]?.unwrittenGaps.isEmpty == false {
            // One after the other: a gap that two write at once would stand there twice.
            let writing = gapWritings[session] ?? Task { try await writeFirstGap(of: session) }
            gapWritings[session] = writing
            // Whoever comes first takes it away: who found it ended would otherwise wait for it again and again.
            defer { if gapWritings[session] == writing { gapWritings[session] = nil } }
            try await writing.value
        }
    }

    private func writeFirstGap(of session: String) async throws {
        guard let gap = running[session]?.unwrittenGaps.first else { return }
        // The beginning once more, should it not have been written.
        try await ledger.disconnectSession(session, instant: gap.from)
        try await ledger.reconnectSession(session, instant: gap.to)
        running[session]?.unwrittenGaps.removeAll { $0.from == gap.from && $0.to == gap.to }
    }

    /// The same; what fails is said in the log.
    func tryToWriteGaps(of session: String) async {
        do {
            try await writeGaps(of: session)
        } catch {
            logger.error(
                "the end of a disconnection is not written yet",
                metadata: ["session": "\(session)", "error": "\(error)"]
            )
        }
    }

    /// Nobody came back: the session ends where it was.
    func endForsakenSessions() async {
        let now = clock.monotonicMilliseconds()
        for session in running.values where session.pendingEnd == nil {
            guard let disconnection = session.disconnection, now >= disconnection.keptUntil else { continue }
            await end(lost: session.session, disconnection.reason, at: disconnection.instant)
            for (invitation, meeting) in meetings where meeting.session == session.session {
                closeEnds(of: invitation)
            }
            awaitReceipt(of: session.session, within: Self.signingTimeAlone)
        }
    }

    // MARK: - A relay that was gone

    /// Writes down what lets a session go on after this process.
    func keepForResumption(_ session: String) {
        guard let current = running[session], let token = rooms.room(invitation: current.invitation)?.token else {
            return
        }
        do {
            try resumptions.keep(
                ResumptionFiles.Entry(
                    session: session,
                    tokenDigest: token.hex,
                    pausedBy: current.pausedBy.map(\.rawValue).sorted()
                )
            )
        } catch {
            logger.error(
                "a session could not go on after a crash",
                metadata: ["session": "\(session)", "error": "\(error)"]
            )
        }
    }

    /// Sessions that were going on when the last process stopped: they wait for their ends, from their last checkpoint on, as if both had
    /// lost their connection then.
    ///
    /// - Returns: their ids.
    func reopenSessions() async throws -> Set<String> {
        var reopened: Set<String> = []
        _ = try await directory.refreshIfChanged()
        for record in try await ledger.sessions(SessionFilter(state: .live)) {
            // However far the wall clock went back meanwhile: never before what was written down.
            let now = max(clock.wall(), record.lastInstant)
            let left = resumptionWindow - (now - record.lastInstant) * 1000
            guard left > 0, let entry = resumptions.entry(of: record.session),
                let token = Digest(hex: entry.tokenDigest), directory.isActive(record.operator),
                let invitation = try await ledger.invitation(record.invitation),
                let version = try await ledger.contract(record.contract, version: record.version)
            else {
                resumptions.remove(record.session)
                continue
            }
            let contract = try Self.terms(of: version)
            let monotonic = clock.monotonicMilliseconds()
            running[record.session] = RunningSession(
                session: record.session,
                invitation: record.invitation,
                operator: record.operator,
                contract: record.contract,
                version: record.version,
                startedAt: record.startedAt,
                startedAtMonotonic: monotonic - (now - record.startedAt) * 1000,
                maximumSeconds: contract.access.maximumSessionSeconds,
                idleTimeoutSeconds: contract.access.idleTimeoutSeconds,
                pausedBy: record.isPaused ? Set(entry.pausedBy.compactMap(LedgerParty.init(rawValue:))) : [],
                disconnection: Disconnection(
                    instant: record.lastInstant,
                    keptUntil: monotonic + left,
                    reason: "the relay went away"
                )
            )
            running[record.session]?.limits.passed = try await passedLimits(of: record.session)
            running[record.session]?.limits.warnings = try await ledger.notes(record.session).filter { $0.by == .relay }
                .map(\.text)
            try await ledger.disconnectSession(record.session, instant: record.lastInstant)
            rooms.reopen(
                RoomTable.Room(
                    invitation: invitation.invitation,
                    room: invitation.room,
                    operator: invitation.operator,
                    closesAt: .max
                ),
                token: token
            )
            var meeting = Meeting(invitation: invitation.invitation, operator: invitation.operator)
            meeting.session = record.session
            meetings[invitation.invitation] = meeting
            reopened.insert(record.session)
            logger.notice("session waits for its ends", metadata: ["session": "\(record.session)"])
        }
        metrics.sessions.record(Int64(running.count))
        return reopened
    }
}
