import Contracts
import Ledger
import RelayAPI

extension SupportDesk {
    /// The client agreed: commits the session, and with that commit its clock starts.
    func consent(_ request: ConsentRequest, token: String) async throws -> RelayAPI.SessionStarted {
        guard let room = rooms.room(token: token), let meeting = meetings[room.invitation], meeting.isPaired,
            !isStopping
        else {
            throw Refusal.tokenNeeded
        }
        guard meeting.session == nil else { throw Refusal.conflict("this invitation has its session already") }
        guard let invitation = try await ledger.invitation(room.invitation),
            let record = try await ledger.contract(invitation.contract, version: invitation.version)
        else { throw Refusal.notFound("no such invitation") }
        // The relay commits what it was asked to invite to, not what an end made of it.
        guard request.invitation == invitation.invitation, request.contract == invitation.contract,
            request.version == invitation.version, request.hash == record.hash, request.category == invitation.category
        else { throw Refusal.conflict("the consent is about other terms than the invitation (end, and invite again)") }
        let contract = try Self.terms(of: record)
        let session = identifiers.id("s-")
        meetings[room.invitation]?.session = session
        let startedAt = clock.wall()
        let startedAtMonotonic = clock.monotonicMilliseconds()
        do {
            try await ledger.startSession(
                session,
                invitation: invitation.invitation,
                contract: invitation.contract,
                version: invitation.version,
                contractHash: record.hash,
                category: invitation.category,
                operator: invitation.operator,
                agent: [
                    "machine": .string(String(request.machine.prefix(200))),
                    "grants": .array(request.grants.prefix(10).map { .string(String($0.prefix(20))) }),
                ],
                startedAt: startedAt
            )
        } catch {
            meetings[room.invitation]?.session = nil
            throw error
        }
        let started = RunningSession(
            session: session,
            invitation: invitation.invitation,
            operator: invitation.operator,
            contract: invitation.contract,
            version: invitation.version,
            startedAt: startedAt,
            startedAtMonotonic: startedAtMonotonic,
            maximumSeconds: contract.access.maximumSessionSeconds
        )
        running[session] = started
        metrics.sessionsStarted.increment()
        metrics.sessions.record(Int64(running.count))
        logger.notice("session started", metadata: ["session": "\(session)", "contract": "\(invitation.contract)"])
        if meetings[room.invitation]?.agent == nil || meetings[room.invitation]?.operatorEnd == nil {
            // An end went while the ledger was being written.
            await end(lost: session, "a connection was lost")
        }
        return RelayAPI.SessionStarted(
            session: session,
            startedAt: Timestamp(seconds: startedAt),
            maximumSeconds: started.maximumSeconds,
            head: try await signedHead()
        )
    }

    /// Stops the clock, or lets it go on.
    func setPaused(_ isPaused: Bool, session: String, by person: OperatorIdentity) async throws
        -> RelayAPI.SessionRecord
    {
        let current = try live(session, of: person)
        let instant = current.instant(clock)
        let record =
            isPaused
            ? try await ledger.pauseSession(session, instant: instant)
            : try await ledger.resumeSession(session, instant: instant)
        logger.notice("session \(isPaused ? "paused" : "goes on")", metadata: ["session": "\(session)"])
        return try await message(record)
    }

    /// Writes a note down, during a session or after it.
    func note(_ text: String, session: String, by person: OperatorIdentity) async throws -> RelayAPI.SessionRecord {
        let record = try await owned(session, by: person)
        guard !text.isEmpty, text.utf8.count <= 4000 else { throw Refusal.badRequest("a note has 1 to 4000 bytes") }
        try await ledger.addNote(session, text: text, by: .operator)
        return try await message(record)
    }

    /// Changes the kind of work of the whole session. A dearer kind needs the client's consent, so that it waits for the next session.
    func changeCategory(_ id: String, session: String, by person: OperatorIdentity) async throws
        -> RelayAPI.SessionRecord
    {
        let current = try live(session, of: person)
        guard let record = try await ledger.contract(current.contract, version: current.version),
            let before = try await ledger.session(session)
        else { throw Refusal.notFound("no such session") }
        let contract = try Self.terms(of: record)
        guard let category = contract.category(id) else {
            let known = contract.categories.map(\.id).joined(separator: ", ")
            throw Refusal.badRequest("the contract has no category \"\(id)\" (it has \(known))")
        }
        guard let old = contract.category(before.category),
            Self.price(of: category, contract) <= Self.price(of: old, contract)
        else {
            throw Refusal.conflict(
                "\(id) is dearer than \(before.category), and the client agreed to that (invite again for \(id))"
            )
        }
        return try await message(
            try await ledger.changeCategory(session, to: id, instant: current.instant(clock), by: .operator)
        )
    }

    /// Ends a session. Where the client ended it first, the summary is added to it.
    func end(_ request: EndRequest, session: String, by person: OperatorIdentity) async throws -> RelayAPI.SessionRecord
    {
        let record = try await owned(session, by: person)
        if let summary = request.summary, summary.utf8.count > 4000 {
            throw Refusal.badRequest("a summary has at most 4000 bytes")
        }
        guard running[session] != nil else {
            guard let summary = request.summary, !summary.isEmpty, summary != record.summary else {
                return try await message(record)
            }
            return try await message(try await ledger.addSummary(session, text: summary, by: .operator))
        }
        return try await message(
            try await end(
                session,
                by: .operator,
                reason: "ended by the operator",
                summary: request.summary,
                idleSeconds: 0
            )
        )
    }

    /// The client ends the session that its token belongs to.
    func end(_ request: EndRequest, token: String) async throws -> RelayAPI.SessionRecord {
        guard let room = rooms.room(token: token), let session = meetings[room.invitation]?.session else {
            throw Refusal.tokenNeeded
        }
        let isIdle = request.reason == "idle"
        return try await message(
            try await end(
                session,
                by: .client,
                reason: isIdle ? "nothing was done for too long" : "ended by the client",
                summary: nil,
                idleSeconds: isIdle ? max(0, min(request.idleSeconds ?? 0, 86_400)) : 0
            )
        )
    }

    /// One end is gone without a word.
    func end(lost session: String, _ reason: String) async {
        guard running[session] != nil else { return }
        do {
            _ = try await end(session, by: .relay, reason: reason, summary: nil, idleSeconds: 0)
        } catch {
            logger.error(
                "a session's end is not written yet",
                metadata: ["session": "\(session)", "error": "\(error)"]
            )
        }
    }

    /// Ends a session now. Where the ledger cannot be written, the end is kept and written as soon as it can.
    @discardableResult
    func end(
        _ session: String,
        by party: LedgerParty,
        reason: String,
        summary: String?,
        idleSeconds: Int64
    ) async throws -> LedgerSession {
        guard var current = running[session] else { return try await known(session) }
        let pending =
            current.pendingEnd
            ?? PendingEnd(
                instant: current.instant(clock),
                party: party,
                reason: reason,
                summary: summary,
                idleSeconds: idleSeconds
            )
        current.pendingEnd = pending
        running[session] = current
        let record = try await ledger.endSession(
            session,
            instant: pending.instant,
            by: pending.party,
            reason: pending.reason,
            summary: pending.summary,
            idleSeconds: pending.idleSeconds
        )
        running[session] = nil
        metrics.sessions.record(Int64(running.count))
        meetings[current.invitation]?.closesAt = clock.monotonicMilliseconds() + Self.farewell
        logger.notice("session ended", metadata: ["session": "\(session)", "reason": "\(pending.reason)"])
        return record
    }

    private func live(_ session: String, of person: OperatorIdentity) throws -> RunningSession {
        guard let current = running[session], current.pendingEnd == nil else {
            throw Refusal(.conflict, "sessionEnded", "this session has ended (lotse sessions shows it)")
        }
        guard current.operator == person.name else { throw Refusal.forbidden("this is another operator's session") }
        return current
    }

    private func known(_ session: String) async throws -> LedgerSession {
        guard let record = try await ledger.session(session) else {
            throw Refusal.notFound("no such session \"\(session)\" (lotse sessions shows them)")
        }
        return record
    }

    private func owned(_ session: String, by person: OperatorIdentity) async throws -> LedgerSession {
        let record = try await known(session)
        guard record.operator == person.name else { throw Refusal.forbidden("this is another operator's session") }
        return record
    }

    /// Warranty work costs nothing.
    private static func price(of category: Contract.Category, _ contract: Contract) -> Int64 {
        category.kind == .warranty ? 0 : contract.rateCentsPerHour(of: category) ?? .max
    }
}
