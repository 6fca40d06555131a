import Billing
import Contracts
import Ledger
import Receipts
import RelayAPI

extension SupportDesk {
    /// Client and operator agreed: commits what both signed, and with that commit the clock starts.
    func consent(_ request: ConsentRequest, token: String) async throws -> RunningSession {
        guard let room = rooms.room(token: token), let meeting = meetings[room.invitation],
            let session = meeting.nextSession, !isStopping
        else {
            throw Refusal.tokenNeeded
        }
        guard meeting.session == nil else { throw Refusal.conflict("this invitation has its session already") }
        try requirePlace(for: meeting.operator)
        // Taken before anything is waited for: of two consents at once one starts the session.
        meetings[room.invitation]?.session = session
        starting[session] = meeting.operator
        defer { starting[session] = nil }
        do {
            return try await start(session, of: room, request)
        } catch {
            if running[session] == nil { meetings[room.invitation]?.session = nil }
            throw error
        }
    }

    /// How many sessions of each operator run.
    var sessionCounts: [String: Int] {
        let operators = running.values.map(\.operator) + starting.filter { running[$0.key] == nil }.values
        return operators.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// - Throws: `Refusal` where an operator has as many sessions as one may have.
    func requirePlace(for name: String) throws {
        let count = sessionCounts[name, default: 0]
        guard count >= sessionsPerOperator else { return }
        throw Refusal(
            .conflict,
            "tooManySessions",
            """
            \(name) has \(count) sessions that run, and this relay allows no more \
            (end one, or raise maximumSessionsPerOperator in its relay.yaml)
            """
        )
    }

    private func start(_ session: String, of room: RoomTable.Room, _ request: ConsentRequest) async throws
        -> RunningSession
    {
        guard let invitation = try await ledger.invitation(room.invitation),
            let record = try await ledger.contract(invitation.contract, version: invitation.version)
        else { throw Refusal.notFound("no such invitation") }
        let contract = try Self.terms(of: record)
        try await requireNotOver(contract, at: clock.wall())
        let consent = try checked(request, session: session, invitation: invitation, terms: contract, hash: record.hash)
        let startedAt = clock.wall()
        try await ledger.startSession(
            session,
            invitation: invitation.invitation,
            contract: invitation.contract,
            version: invitation.version,
            contractHash: record.hash,
            category: invitation.category,
            operator: invitation.operator,
            agent: [
                "machine": .string(String(consent.client.machine.prefix(200))),
                "grants": .array(consent.grants.map { .string($0) }),
            ],
            consent: consent,
            startedAt: startedAt
        )
        let started = RunningSession(
            session: session,
            invitation: invitation.invitation,
            operator: invitation.operator,
            contract: invitation.contract,
            version: invitation.version,
            startedAt: startedAt,
            // Not before the commit: what the disk took for it is nobody's time.
            startedAtMonotonic: clock.monotonicMilliseconds(),
            maximumSeconds: contract.access.maximumSessionSeconds,
            idleTimeoutSeconds: contract.access.idleTimeoutSeconds
        )
        running[session] = started
        metrics.sessionsStarted.increment()
        metrics.sessions.record(Int64(running.count))
        logger.notice("session started", metadata: ["session": "\(session)", "contract": "\(invitation.contract)"])
        keepForResumption(session)
        if meetings[room.invitation]?.agent == nil || meetings[room.invitation]?.operatorEnd == nil {
            // An end went while the ledger was being written.
            await end(lost: session, LostConnection.either.rawValue)
        }
        watchLimits(session)
        return started
    }

    /// The relay commits what it was asked to invite to, not what an end made of it.
    private func checked(
        _ request: ConsentRequest,
        session: String,
        invitation: InvitationRecord,
        terms contract: Contract,
        hash: String
    ) throws -> ConsentRecord {
        guard let consent = try? ConsentRecord(canonical: Array(request.record.utf8)), consent.isSignedByBoth else {
            throw Refusal.badRequest("this is not a consent that both ends signed (use the same release everywhere)")
        }
        guard consent.session == session, consent.invitation == invitation.invitation, consent.room == invitation.room,
            consent.authority == authority, consent.contract == invitation.contract,
            consent.contractVersion == invitation.version, consent.contractHash.hex == hash,
            consent.category == invitation.category, consent.purpose == invitation.purpose,
            consent.price.currency == contract.currency,
            consent.price.centsPerHour == contract.category(consent.category).flatMap(contract.rateCentsPerHour),
            Set(consent.grants).isSubset(of: contract.access.grants.map(\.rawValue)),
            consent.operator.name == invitation.operator, directory.isKey(consent.operator.key, of: invitation.operator)
        else { throw Refusal.conflict("the consent is about other terms than the invitation (end, and invite again)") }
        return consent
    }

    /// Stops the clock for one of the two, or lets it go on: it runs when nobody stops it.
    func setPaused(_ isPaused: Bool, session: String, by person: OperatorIdentity) async throws
        -> RelayAPI.SessionRecord
    {
        try await setPaused(isPaused, try live(session, of: person), by: .operator)
    }

    /// The same for the client that the token belongs to.
    func setPaused(_ isPaused: Bool, token: String) async throws -> RelayAPI.SessionRecord {
        guard let room = rooms.room(token: token), let session = meetings[room.invitation]?.session else {
            throw Refusal.tokenNeeded
        }
        guard let current = running[session], current.pendingEnd == nil else { throw Refusal.sessionEnded }
        return try await setPaused(isPaused, current, by: .client)
    }

    private func setPaused(_ isPaused: Bool, _ current: RunningSession, by party: LedgerParty) async throws
        -> RelayAPI.SessionRecord
    {
        let others = current.pausedBy.subtracting([party])
        guard isPaused || current.pausedBy.contains(party) || others.isEmpty else {
            throw Refusal.conflict(
                party == .operator
                    ? "the client stopped the clock (only they can let it go on)"
                    : "the operator stopped the clock (only they can let it go on)"
            )
        }
        guard isPaused || others.isEmpty else {
            // The clock stands still for the other's sake.
            running[current.session]?.pausedBy = others
            keepForResumption(current.session)
            return try await message(try await known(current.session))
        }
        try await writeGaps(of: current.session)
        let instant = current.instant(clock)
        running[current.session]?.pausedBy = isPaused ? others.union([party]) : []
        if isPaused {
            running[current.session]?.limits.cap = nil
        }
        let record: LedgerSession
        do {
            record =
                isPaused
                ? try await ledger.pauseSession(current.session, instant: instant)
                : try await ledger.resumeSession(current.session, instant: instant)
        } catch {
            if isPaused {
                running[current.session]?.pausedBy.remove(party)
            } else {
                running[current.session]?.pausedBy.insert(party)
            }
            throw error
        }
        keepForResumption(current.session)
        watchLimits(current.session)
        logger.notice(
            "session \(isPaused ? "paused" : "goes on")",
            metadata: ["session": "\(current.session)", "by": "\(party)"]
        )
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
        guard contract.category(id) != nil else {
            let known = contract.categories.map(\.id).joined(separator: ", ")
            throw Refusal.badRequest("the contract has no category \"\(id)\" (it has \(known))")
        }
        // What the client agreed to is the measure, however often the category was changed since.
        let agreed = try await ledger.consent(session)?.category ?? before.category
        guard !contract.isDearer(id, than: agreed) else {
            throw Refusal.conflict(
                "\(id) is dearer than \(agreed), which the client agreed to (invite again for \(id))"
            )
        }
        try await writeGaps(of: session)
        let changed = try await ledger.changeCategory(session, to: id, instant: current.instant(clock), by: .operator)
        watchLimits(session)
        return try await message(changed)
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
            let addendum = try request.addendum.map { try signedAddendum($0, summary, of: record) }
            return try await message(
                try await ledger.addSummary(session, text: summary, by: .operator, addendum: addendum)
            )
        }
        return try await message(
            try await end(
                session,
                by: .operator,
                // The client's program may have told the operator's alone.
                reason: request.reason == "idle" ? Self.idleReason : "ended by the operator",
                summary: request.summary,
                idleSeconds: idleSeconds(request, of: session)
            )
        )
    }

    private func signedAddendum(_ text: String, _ summary: String, of record: LedgerSession) throws -> Addendum {
        guard let addendum = try? Addendum(canonical: Array(text.utf8)), addendum.session == record.session,
            addendum.operator == record.operator, addendum.text == summary,
            let key = addendum.signatures.first.flatMap({ VerifyingKey(hex: $0.key) }), addendum.isSigned(with: key),
            directory.isKey(key.hex, of: record.operator)
        else { throw Refusal.badRequest("this is not the summary with its operator's signature (lotse login)") }
        return addendum
    }

    /// The client ends the session that its token belongs to.
    func end(_ request: EndRequest, token: String) async throws -> RelayAPI.SessionRecord {
        guard let room = rooms.room(token: token), let session = meetings[room.invitation]?.session else {
            throw Refusal.tokenNeeded
        }
        let reason =
            switch request.reason {
            case "idle": Self.idleReason
            case "timeout": "the longest session was over"
            default: "ended by the client"
            }
        return try await message(
            try await end(
                session,
                by: .client,
                reason: reason,
                summary: nil,
                idleSeconds: idleSeconds(request, of: session)
            )
        )
    }

    private static let idleReason = "nothing was done for too long"

    /// What is not billed is what the contract says, however much more the client's program claims (rule 1).
    private func idleSeconds(_ request: EndRequest, of session: String) -> Int64 {
        let most = request.reason == "idle" ? running[session]?.idleTimeoutSeconds ?? 0 : 0
        return max(0, min(request.idleSeconds ?? 0, most))
    }

    /// One end is gone without a word, or the relay itself ends the session.
    ///
    /// - Parameter instant: the session's time at which it ends; now where nil.
    func end(lost session: String, _ reason: String, at instant: Int64? = nil) async {
        guard running[session] != nil else { return }
        do {
            _ = try await end(session, by: .relay, reason: reason, summary: nil, idleSeconds: 0, at: instant)
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
        idleSeconds: Int64,
        at instant: Int64? = nil
    ) async throws -> LedgerSession {
        // A cap that is about to be found may lie before this moment.
        await limitsAreKnown(of: session)
        guard var current = running[session] else { return try await known(session) }
        let pending =
            current.pendingEnd
            ?? PendingEnd(
                instant: instant ?? current.instant(clock),
                party: party,
                reason: reason,
                summary: summary,
                idleSeconds: idleSeconds
            )
        current.pendingEnd = pending
        running[session] = current
        try await writeGaps(of: session)
        let record = try await ledger.endSession(
            session,
            instant: pending.instant,
            by: pending.party,
            reason: pending.reason,
            summary: pending.summary,
            idleSeconds: pending.idleSeconds
        )
        running[session] = nil
        limitSearches[session] = nil
        resumptions.remove(session)
        metrics.sessions.record(Int64(running.count))
        // The ends say goodbye by signing the receipt. Where one of them is away, or went while the end was being written, nobody will.
        let areThere = meetings[current.invitation]?.isJoined == true
        meetings[current.invitation]?.closesAt = clock.monotonicMilliseconds() + Self.signingTime
        awaitReceipt(of: session, within: areThere ? Self.signingTime : Self.signingTimeAlone)
        logger.notice("session ended", metadata: ["session": "\(session)", "reason": "\(pending.reason)"])
        await settlement.book.update(record.contract, at: clock.wall())
        // What it came to is spent for those that run beside it, to the step.
        watchLimits(of: record.contract)
        // Somebody else's end was first by a moment: what was said goes with it all the same.
        guard let summary, !summary.isEmpty, summary != record.summary else { return record }
        return try await ledger.addSummary(session, text: summary, by: party)
    }

    func live(_ session: String, of person: OperatorIdentity) throws -> RunningSession {
        guard let current = running[session], current.pendingEnd == nil else {
            throw Refusal.sessionEnded
        }
        guard current.operator == person.name else { throw Refusal.forbidden("this is another operator's session") }
        return current
    }

    func known(_ session: String) async throws -> LedgerSession {
        guard let record = try await ledger.session(session) else {
            throw Refusal.notFound("no such session \"\(session)\" (lotse sessions shows them)")
        }
        return record
    }

    func owned(_ session: String, by person: OperatorIdentity) async throws -> LedgerSession {
        let record = try await known(session)
        guard record.operator == person.name else { throw Refusal.forbidden("this is another operator's session") }
        return record
    }
}
