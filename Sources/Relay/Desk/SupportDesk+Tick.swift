import Ledger
import Logging

extension SupportDesk {
    /// What happens because time passes; called about once a second.
    func tick() async {
        let now = clock.monotonicMilliseconds()
        await cutRevokedOperators()
        for (room, ending) in rooms.expire(at: now) {
            meetings.removeValue(forKey: room.invitation)?.operatorEnd?.channel.close(promise: nil)
            await record(ending, of: room.invitation, reason: "nobody came in time")
        }
        for meeting in meetings.values {
            if let limit = meeting.agentWaitsUntil, now >= limit, let token = meeting.token {
                let agent = meeting.agent
                meetings[meeting.invitation]?.agent = nil
                agentLeft(token, meeting.invitation)
                agent?.channel.close(promise: nil)
            }
            if let limit = meeting.closesAt, now >= limit { closeEnds(of: meeting.invitation) }
        }
        for session in running.values where !session.unwrittenGaps.isEmpty && session.pendingEnd == nil {
            await tryToWriteGaps(of: session.session)
        }
        await enforceLimits()
        await endOverdueSessions()
        await endForsakenSessions()
        await settleOverdueReceipts()
        if now - lastCheckpoint >= Self.checkpointInterval {
            lastCheckpoint = now
            await checkpoint()
        }
        await writeQuota()
    }

    /// The relay stops: sessions end cleanly, and everybody is told by the end of the connection.
    func stop() async {
        isStopping = true
        let hasSessions = !running.isEmpty
        for session in running.keys { await end(lost: session, "the relay was stopped") }
        await settleReceipts()
        // Whoever finds the tunnel closed comes back at once, and hears that the session is over: without this they would wait for a
        // relay that does not come back.
        if hasSessions {
            for meeting in meetings.values where meeting.session != nil {
                for end in [meeting.agent, meeting.operatorEnd] { end?.channel.close(promise: nil) }
            }
            try? await Task.sleep(for: Self.farewell)
        }
        for invitation in meetings.keys { closeEnds(of: invitation) }
    }

    private func cutRevokedOperators() async {
        do {
            guard try await directory.refreshIfChanged() else { return }
        } catch {
            logger.error("the list of operators could not be read", metadata: ["error": "\(error)"])
            return
        }
        for session in running.values where !directory.isActive(session.operator) {
            await end(lost: session.session, "the operator's access was revoked")
        }
        for meeting in meetings.values where !directory.isActive(meeting.operator) {
            await conclude(
                meeting.invitation,
                as: meeting.session == nil ? .withdrawn : .used,
                reason: "the operator's access was revoked"
            )
        }
        // Rooms that nobody has entered yet.
        for invitation in (try? await ledger.openInvitations()) ?? [] where !directory.isActive(invitation.operator) {
            await conclude(invitation.invitation, as: .withdrawn, reason: "the operator's access was revoked")
        }
    }

    private func endOverdueSessions() async {
        for session in running.values {
            if session.pendingEnd != nil {
                await end(lost: session.session, "")
            } else if session.instant(clock) - session.startedAt >= session.maximumSeconds {
                await end(lost: session.session, "the longest session was over")
            }
        }
    }

    private func checkpoint() async {
        // No later than both ends were heard: a disconnection that is noticed afterwards begins then.
        let instants = running.values.filter {
            $0.pendingEnd == nil && $0.disconnection == nil && $0.unwrittenGaps.isEmpty
        }
        .map { ($0.session, $0.instant(clock, quiet: quiet(of: $0))) }
        guard !instants.isEmpty else { return }
        do {
            try await ledger.checkpoint(Dictionary(uniqueKeysWithValues: instants))
        } catch {
            logger.error("a checkpoint was not written", metadata: ["error": "\(error)"])
        }
    }
}
