import Billing
import Contracts
import Ledger
import TimeZoneFiles

/// What the sessions of a contract have used and cost so far, computed from the ledger whenever somebody asks.
struct ContractAccounts: Sendable {
    let ledger: Ledger

    /// The account of a contract with all of its sessions that have ended, its months advanced to that of `now`.
    ///
    /// - Throws: `Refusal` where the contract is unknown or cannot be billed.
    func account(of contract: String, at now: Int64) async throws -> Account {
        try await account(of: contract, with: [], at: now)
    }

    /// The same with something that is not in the ledger yet.
    func account(of contract: String, with more: [Posting], at now: Int64) async throws -> Account {
        let history = try await history(of: contract)
        let postings = try await postings(of: contract)
        do {
            return try Self.account(history, postings + more, at: now)
        } catch {
            throw Refusal.conflict("\(contract) cannot be billed: \(error)")
        }
    }

    /// What happened to a contract, as the ledger has it: an entry's number is its place among all that was settled.
    func postings(of contract: String) async throws -> [Posting] {
        let sessions = try await ledger.sessions(SessionFilter(contract: contract)).compactMap { record in
            try record.endedAt.map { Posting.session(try Self.work(record, endedAt: $0)) }
        }
        let credits = try await ledger.credits(of: contract).map { record in
            Posting.credit(
                SessionCredit(
                    session: record.session,
                    reason: record.reason,
                    asWarranty: record.asWarranty,
                    givenAt: try Instant(seconds: record.at),
                    settled: record.entry
                )
            )
        }
        let balances = try await ledger.balances(of: contract).map { record in
            let givenAt = try Instant(seconds: record.at)
            return Posting.balance(QuotaBalance(seconds: record.seconds, givenAt: givenAt, settled: record.entry))
        }
        let ends = try await ledger.ends(of: contract).map { record in
            Posting.end(
                ContractEnd(
                    endsOn: record.endsOn.flatMap { try? LocalDate.parse($0) },
                    givenAt: try Instant(seconds: record.at),
                    settled: record.entry
                )
            )
        }
        return sessions + credits + balances + ends
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
        return try Account(
            history: try await history(of: contract),
            postings: try await postings(of: contract) + work
        )
    }

    /// The versions of a contract.
    func history(of contract: String) async throws -> ContractHistory {
        let versions = try await ledger.versions(of: contract).map(Self.version)
        guard !versions.isEmpty else {
            throw Refusal.notFound("no such contract \"\(contract)\" (lotse contract list shows them)")
        }
        do {
            return try ContractHistory(versions)
        } catch {
            throw Refusal.conflict("\(contract) cannot be billed: \(error)")
        }
    }

    private static func account(
        _ history: ContractHistory,
        _ postings: [Posting],
        at now: Int64
    ) throws(BillingError) -> Account {
        var account = try Account(history: history, postings: postings)
        let moment = try Instant(seconds: now)
        let zone = (history.version(at: moment) ?? history.versions[0]).zone
        try account.advance(to: Billing.LocalMonth(zone.date(at: moment)))
        return account
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

    private static func version(_ record: ContractRecord) throws -> ContractVersion {
        let contract = try SupportDesk.terms(of: record)
        guard let zone = TimeZoneFile.rules(of: contract.timeZone) else {
            throw LedgerError(
                .invalid,
                "this machine does not know the time zone \(contract.timeZone) (install tzdata)"
            )
        }
        return ContractVersion(
            number: record.version,
            contract: contract,
            zone: zone,
            storedAt: try Instant(seconds: record.addedAt)
        )
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
