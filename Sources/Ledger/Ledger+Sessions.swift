import Contracts
internal import GRDB
import Receipts

extension Ledger {
    /// Starts the clock of a session and uses its invitation up.
    ///
    /// - Parameters:
    ///   - contractHash: what both ends consented to; must be the hash of that version.
    ///   - agent: public facts about the client's machine, at most 64 KiB as canonical JSON.
    ///   - consent: what operator and client signed; it must be about this very session. nil for work that no agent was part of.
    ///   - startedAt: the clock's start, Unix seconds.
    /// - Throws: `used` for an invitation that led to a session already; `conflict` for one that is burnt, expired or
    ///   withdrawn, is for another contract, or for a session that exists; `notFound`, `revoked`, `invalid`; `diskFull`
    ///   where less than the reserve is free.
    @discardableResult
    public func startSession(
        _ session: String,
        invitation: String,
        contract: String,
        version: Int64,
        contractHash: String,
        category: String,
        operator name: String,
        agent: JSONValue,
        consent: ConsentRecord? = nil,
        startedAt: Int64
    ) async throws -> SessionRecord {
        try Check.name(session, "a session's identity")
        try Check.name(category, "a category")
        try Check.hash(contractHash, "a contract's hash")
        try Check.text(agent.canonicalText, "what the agent says about its machine")
        try Check.time(startedAt, "a session's start")
        if let consent {
            guard consent.isSignedByBoth, consent.session == session, consent.invitation == invitation,
                consent.contract == contract, consent.contractVersion == version,
                consent.contractHash.hex == contractHash, consent.category == category, consent.operator.name == name
            else { throw LedgerError(.conflict, "the consent is about another session; invite again") }
        }
        let signed = try consent.map { String(decoding: try $0.canonicalBytes(), as: UTF8.self) }
        return try await store.append { [store] db, _ in
            try Self.requireReserve(store)
            _ = try OperatorRecord.active(name, in: db)
            try Self.requireUnused(invitation, contract, version, db)
            guard try ContractRecord.fetch(contract, version, in: db)?.hash == contractHash else {
                throw LedgerError(.conflict, "the consent names other terms than the contract's; invite again")
            }
            guard try SessionRecord.fetch(where: "session = ?", [session], in: db).isEmpty else {
                throw LedgerError(.conflict, "there is a session \"\(session)\" already; connect again")
            }
            return .sessionStarted(
                SessionStarted(
                    session: session,
                    invitation: invitation,
                    contract: contract,
                    version: version,
                    contractHash: contractHash,
                    category: category,
                    operator: name,
                    agent: agent,
                    startedAt: startedAt,
                    consent: signed
                )
            )
        } result: {
            try SessionRecord.known(session, in: $0)
        }
    }

    /// What operator and client signed before a session; nil where there was no agent.
    public func consent(_ session: String) async throws -> ConsentRecord? {
        try await store.read { try ConsentRecord.fetch(session, in: $0) }
    }

    /// The sessions of a contract to which operator and client signed their consent.
    public func consentedSessions(contract: String) async throws -> Set<String> {
        try await store.read { db in
            let sql = "SELECT session FROM consents WHERE session IN (SELECT session FROM sessions WHERE contract = ?)"
            return Set(try db.rows(sql, [contract]) { try $0.value("session") as String })
        }
    }

    /// Stops the clock for a pause. `instant`: session start plus monotonic seconds; one before the latest recorded
    /// counts as the latest. A session that is paused already stays as it is.
    ///
    /// - Throws: `notFound`, `sessionEnded`, `invalid`. The same holds for the three below.
    @discardableResult
    public func pauseSession(_ session: String, instant: Int64) async throws -> SessionRecord {
        try await beginBreak(.paused, session, instant)
    }

    /// Ends a pause, if there is one.
    @discardableResult
    public func resumeSession(_ session: String, instant: Int64) async throws -> SessionRecord {
        try await endBreak(.paused, session, instant)
    }

    /// Stops the clock because agent or operator is away, if it is not stopped for that already.
    @discardableResult
    public func disconnectSession(_ session: String, instant: Int64) async throws -> SessionRecord {
        try await beginBreak(.disconnected, session, instant)
    }

    /// Ends a disconnection, if there is one.
    @discardableResult
    public func reconnectSession(_ session: String, instant: Int64) async throws -> SessionRecord {
        try await endBreak(.disconnected, session, instant)
    }

    /// Changes the kind of work. The category that the session has already changes nothing.
    ///
    /// - Throws: `notFound`, `sessionEnded`, `invalid`.
    @discardableResult
    public func changeCategory(
        _ session: String,
        to category: String,
        instant: Int64,
        by party: SessionParty
    ) async throws -> SessionRecord {
        try Check.name(category, "a category")
        return try await change(session, instant) { current, instant in
            current.category == category
                ? nil
                : .categoryChanged(
                    CategoryChanged(session: session, category: category, instant: instant, by: party)
                )
        }
    }

    /// Records where all these sessions stand, in one entry. Sessions that have ended meanwhile are left out; with none
    /// left there is no entry.
    ///
    /// - Parameter instants: by session, session start plus monotonic seconds.
    public func checkpoint(_ instants: [String: Int64]) async throws {
        for instant in instants.values { try Check.time(instant, "an instant") }
        try await store.append { db, _ in
            let live = try db.rows("SELECT session, lastInstant FROM sessions WHERE state = 'live' ORDER BY session") {
                (session: try $0.value("session") as String, last: try $0.value("lastInstant") as Int64)
            }
            let standings = live.compactMap { session, last in
                instants[session].map { Checkpointed.Standing(session: session, instant: max($0, last)) }
            }
            return standings.isEmpty ? nil : .checkpointed(Checkpointed(sessions: standings))
        } result: { _ in
        }
    }

    private func beginBreak(_ kind: BreakKind, _ session: String, _ instant: Int64) async throws -> SessionRecord {
        try await change(session, instant) { current, instant in
            current.breaks.contains { $0.kind == kind && $0.to == nil }
                ? nil : .breakBegan(BreakBegan(session: session, break: kind, instant: instant))
        }
    }

    private func endBreak(_ kind: BreakKind, _ session: String, _ instant: Int64) async throws -> SessionRecord {
        try await change(session, instant) { current, instant in
            current.breaks.contains { $0.kind == kind && $0.to == nil }
                ? .breakEnded(BreakEnded(session: session, break: kind, instant: instant)) : nil
        }
    }

    /// Appends what `event` makes of a live session and the instant to record.
    private func change(
        _ session: String,
        _ instant: Int64,
        _ event: @escaping @Sendable (SessionRecord, Int64) -> LedgerEvent?
    ) async throws -> SessionRecord {
        try Check.time(instant, "an instant")
        return try await store.append { db, _ in
            let current = try SessionRecord.live(session, in: db)
            return event(current, current.effective(instant))
        } result: {
            try SessionRecord.known(session, in: $0)
        }
    }

    /// The space under the ledger now.
    ///
    /// - Throws: `io` where the folder cannot be asked.
    public func diskSpace() throws -> DiskSpace { try Self.diskSpace(store) }

    private static func diskSpace(_ store: Store) throws -> DiskSpace {
        DiskSpace(
            freeBytes: try store.options.freeBytes(store.folder.path),
            reserveBytes: store.options.reserveBytes
        )
    }

    private static func requireReserve(_ store: Store) throws {
        let space = try diskSpace(store)
        guard space.takesSessions else {
            throw LedgerError(
                .diskFull,
                """
                no new session: the disk under the ledger has \(space.freeBytes >> 20) MiB left and \
                \(space.reserveBytes >> 20) MiB are kept for sessions that run; free space and try again
                """
            )
        }
    }

    private static func requireUnused(
        _ invitation: String,
        _ contract: String,
        _ version: Int64,
        _ db: Database
    ) throws {
        let found = try InvitationRecord.known(invitation, in: db)
        guard try SessionRecord.fetch(where: "invitation = ?", [invitation], in: db).isEmpty else {
            throw LedgerError(.used, "the invitation has led to a session already; invite again")
        }
        guard found.state.isOpen || found.state == .used else {
            throw LedgerError(.conflict, "the invitation is \(found.state.rawValue); invite again")
        }
        guard found.contract == contract, found.version == version else {
            throw LedgerError(.conflict, "the invitation is for another contract; invite again")
        }
    }
}

extension ConsentRecord {
    static func fetch(_ session: String, in db: Database) throws -> ConsentRecord? {
        let text = try db.row("SELECT record FROM consents WHERE session = ?", [session]) {
            try $0.value("record") as String
        }
        guard let text else { return nil }
        do {
            return try ConsentRecord(canonical: Array(text.utf8))
        } catch {
            throw LedgerError(.corrupt, "the consent to \(session) cannot be read; run lotse-relay verify")
        }
    }
}
