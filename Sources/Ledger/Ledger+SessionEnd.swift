internal import GRDB
import Receipts

extension Ledger {
    /// Stops the clock for good. A second end returns the session as the first left it and changes nothing.
    ///
    /// - Parameters:
    ///   - instant: session start plus monotonic seconds; one before the latest recorded counts as the latest.
    ///   - idleSeconds: how long nothing had happened, 0 or more.
    /// - Throws: `notFound`, `invalid`.
    @discardableResult
    public func endSession(
        _ session: String,
        instant: Int64,
        by party: SessionParty,
        reason: String,
        summary: String? = nil,
        idleSeconds: Int64 = 0
    ) async throws -> SessionRecord {
        try Check.time(instant, "an instant")
        try Check.text(reason, "a reason")
        if let summary { try Check.text(summary, "a summary") }
        try Check.time(idleSeconds, "the idle seconds")
        return try await end(session) { current in
            SessionEnded(
                session: session,
                state: .ended,
                instant: current.effective(instant),
                by: party,
                reason: reason,
                summary: summary,
                idleSeconds: idleSeconds
            )
        }
    }

    /// Closes live sessions, but those that may go on, at the last instant that the ledger knows of, and returns those it closed.
    ///
    /// For the start of the process that serves, before it accepts anything: no other process runs sessions.
    public func closeInterrupted(
        except kept: Set<String> = [],
        reason: String = "the relay went away"
    ) async throws -> [SessionRecord] {
        try Check.text(reason, "a reason")
        var closed: [SessionRecord] = []
        for open in try await sessions(SessionFilter(state: .live)) where !kept.contains(open.session) {
            let record = try await end(open.session) { current in
                SessionEnded(
                    session: current.session,
                    state: .interrupted,
                    instant: current.lastInstant,
                    by: .relay,
                    reason: reason,
                    summary: nil,
                    idleSeconds: 0
                )
            }
            closed.append(record)
        }
        return closed
    }

    /// Adds a summary to a session that has ended; what the end said stays. One that it has already changes nothing.
    ///
    /// - Parameter addendum: the same, signed by the operator; the caller has checked by whom.
    /// - Throws: `notFound`; `conflict` for a live session.
    @discardableResult
    public func addSummary(
        _ session: String,
        text: String,
        by party: SessionParty,
        addendum: Addendum? = nil
    ) async throws -> SessionRecord {
        try Check.text(text, "a summary")
        let signed = try addendum.map { String(decoding: try $0.canonicalBytes(), as: UTF8.self) }
        return try await store.append { db, _ in
            let current = try SessionRecord.known(session, in: db)
            guard current.state != .live else {
                throw LedgerError(.conflict, "the session \"\(session)\" still runs; give its summary when ending it")
            }
            guard current.summary != text, !current.addenda.contains(where: { $0.text == text }) else { return nil }
            return .summaryAdded(SummaryAdded(session: session, text: text, by: party, signed: signed))
        } result: {
            try SessionRecord.known(session, in: $0)
        }
    }

    /// Adds a note to a session, live or ended.
    ///
    /// - Throws: `notFound`, `invalid`.
    public func addNote(_ session: String, text: String, by party: SessionParty) async throws {
        try Check.text(text, "a note")
        try await store.append { db, _ in
            _ = try SessionRecord.known(session, in: db)
            return .noteAdded(NoteAdded(session: session, text: text, by: party))
        } result: { _ in
        }
    }

    /// Writes down whether a client agreed to go on beyond the agreed upper limit.
    ///
    /// - Throws: `notFound`; `sessionEnded`; `invalid` where the client of the session's consent did not sign it.
    public func answerCap(_ answer: CapAnswer) async throws {
        let text = String(decoding: try answer.canonicalBytes(), as: UTF8.self)
        try await store.append { db, _ in
            _ = try SessionRecord.live(answer.session, in: db)
            guard try ConsentRecord.fetch(answer.session, in: db).map(answer.isSigned) == true else {
                throw LedgerError(.invalid, "the session's client did not sign this answer")
            }
            return .capAnswered(CapAnswered(session: answer.session, answer: text))
        } result: { _ in
        }
    }

    /// What the client of a session answered about the agreed upper limits, in order.
    public func capAnswers(_ session: String) async throws -> [CapAnswer] {
        try await store.read { db in
            // From the session's consent on: one entry has it, and nobody answers before.
            let payloads = try db.rows(
                """
                SELECT payload FROM entries
                WHERE sequence > (SELECT entry FROM consents WHERE session = ?) AND kind = ? ORDER BY sequence
                """,
                [session, CapAnswered.kind]
            ) { try $0.value("payload") as String }
            return try payloads.compactMap { payload in
                guard
                    case .capAnswered(let answered) = try LedgerEvent(
                        kind: CapAnswered.kind,
                        payload: Array(payload.utf8)
                    ),
                    answered.session == session
                else { return nil }
                return try CapAnswer(canonical: Array(answered.answer.utf8))
            }
        }
    }

    /// The notes of a session in order.
    public func notes(_ session: String) async throws -> [NoteRecord] {
        try await store.read {
            try $0.rows("SELECT * FROM notes WHERE session = ? ORDER BY entry", [session], NoteRecord.init(row:))
        }
    }

    private func end(
        _ session: String,
        _ event: @escaping @Sendable (SessionRecord) -> SessionEnded
    ) async throws -> SessionRecord {
        try await store.append { db, _ in
            let current = try SessionRecord.known(session, in: db)
            return current.state == .live ? .sessionEnded(event(current)) : nil
        } result: {
            try SessionRecord.known(session, in: $0)
        }
    }
}
