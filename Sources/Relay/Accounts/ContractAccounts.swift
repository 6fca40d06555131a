import Billing
import Contracts
import Ledger

/// What the sessions of a contract have used and cost so far, computed from the ledger whenever somebody asks.
struct ContractAccounts: Sendable {
    let ledger: Ledger

    /// A contract with all that happened to it.
    ///
    /// - Throws: `Refusal` where the contract is unknown or cannot be billed.
    func snapshot(of contract: String) async throws -> ContractSnapshot {
        try ContractSnapshot(try await ledger.records(of: contract), of: contract)
    }

    /// The account of a contract with all of its sessions that have ended, its months advanced to that of `now`.
    ///
    /// - Parameter more: what is not in the ledger yet.
    /// - Throws: `Refusal` where the contract is unknown or cannot be billed.
    func account(of contract: String, with more: [Posting] = [], at now: Int64) async throws -> Account {
        try await snapshot(of: contract).account(with: more, at: now)
    }

    /// The contract's last day, where one side gave notice.
    func endsOn(_ contract: String) async throws -> LocalDate? {
        try await ledger.ends(of: contract).last?.endsOn.flatMap { try? LocalDate.parse($0) }
    }

    /// What each of a contract's ended sessions comes to, by session.
    ///
    /// A contract that cannot be billed has no bills: its sessions are shown all the same.
    func bills(of contract: String, at now: Int64) async throws -> [String: SessionBill] {
        guard let account = try? await account(of: contract, at: now) else { return [:] }
        let bills = account.statements.flatMap(\.sessions)
        return Dictionary(bills.map { ($0.session.session, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The account of a contract in which sessions that still run have ended, each at its instant: what another one runs beside.
    func account(beside others: [(LedgerSession, Int64)], of contract: String) async throws -> Account {
        let work = try others.enumerated().map { index, other in
            var session = try Self.work(other.0, endedAt: other.1)
            // Behind all that is in the ledger.
            session.settled = .max - Int64(others.count) + Int64(index)
            return Posting.session(session)
        }
        let snapshot = try await snapshot(of: contract)
        return try Account(history: snapshot.history, postings: snapshot.postings + work)
    }

    /// The versions of a contract.
    ///
    /// - Throws: `Refusal` where the contract is unknown or cannot be billed.
    func history(of contract: String) async throws -> ContractHistory {
        try ContractSnapshot.history(try await ledger.versions(of: contract), of: contract)
    }

    /// The sessions of a contract that have ended, by end and id: what a simulation reads.
    func work(of contract: String) async throws -> [WorkSession] {
        let records = try await ledger.sessions(SessionFilter(contract: contract))
        return try records.compactMap { record in
            guard let endedAt = record.endedAt else { return nil }
            var session = try Self.work(record, endedAt: endedAt)
            session.settled = nil
            return session
        }
        .sorted(by: WorkSession.isBefore)
    }

    /// A session as billing sees it.
    static func work(_ record: LedgerSession, endedAt: Int64) throws -> WorkSession {
        func stretches(_ kind: BreakKind) throws -> [WorkSession.Interval] {
            try record.breaks.filter { $0.kind == kind }.map { pause in
                WorkSession.Interval(
                    from: try Instant(seconds: pause.from),
                    to: try Instant(seconds: pause.to ?? endedAt)
                )
            }
        }
        let idle = record.idleSeconds ?? 0
        return WorkSession(
            session: record.session,
            category: record.category,
            startedAt: try Instant(seconds: record.startedAt),
            endedAt: try Instant(seconds: endedAt),
            pauses: try stretches(.paused),
            gaps: try stretches(.disconnected),
            idleFrom: idle > 0 ? try Instant(seconds: max(record.startedAt, endedAt - idle)) : nil,
            version: record.version,
            settled: record.endedAt == nil ? nil : record.entry,
            isRecorded: record.isRecorded
        )
    }
}

extension Account {
    /// All months so far, the open one as if it ended now.
    var statements: [PeriodStatement] { closed + [try? openStatement()].compactMap { $0 ?? nil } }
}
