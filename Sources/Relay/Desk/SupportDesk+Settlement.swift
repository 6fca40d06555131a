import Billing
import Contracts
import Ledger
import Logging
import RelayAPI

extension SupportDesk {
    // MARK: What is settled beside sessions that run

    /// Writes work down that had no session.
    func record(_ work: NewWorkRecord, by person: OperatorIdentity) async throws -> LedgerSession {
        let session = try await settlement.record(
            work,
            beside: try await recordsBeside(nil, of: work.contract),
            by: person
        )
        watchLimits(of: work.contract)
        return session
    }

    /// Gives a session back.
    func credit(_ session: String, _ request: CreditRequest, by person: OperatorIdentity) async throws
        -> SessionCreditAnswer
    {
        let answer = try await settlement.credit(session, request, by: person)
        watchLimits(of: answer.contract)
        return answer
    }

    /// Sets quota by hand.
    func balance(_ contract: String, _ request: QuotaBalanceRequest, by person: OperatorIdentity) async throws
        -> QuotaBalanceAnswer
    {
        let answer = try await settlement.balance(contract, request, by: person)
        watchLimits(of: contract)
        return answer
    }

    // MARK: Quota and ends

    /// How often it is looked whether a month has begun, in milliseconds.
    static let quotaInterval: Int64 = 60_000
    /// How many contracts are looked at, and how many of them are brought up to date, at once: a tick must not take long.
    static let quotaBatch = (looks: 100, updates: 8)

    /// Writes the quota of contracts down whose month has begun, the first time all of them (rule 6).
    func writeQuota() async {
        let now = clock.monotonicMilliseconds()
        do {
            if quotaChecks.isEmpty {
                if let last = lastQuotaCheck, now - last < Self.quotaInterval { return }
                lastQuotaCheck = now
                quotaChecks = ArraySlice(try await ledger.contracts().map(\.contract))
            }
            let live = Dictionary(
                grouping: try await ledger.sessions(SessionFilter(state: .live)),
                by: \.contract
            )
            var (looks, updates) = Self.quotaBatch
            // What is left comes with the next tick.
            while looks > 0, updates > 0, let contract = quotaChecks.first {
                quotaChecks.removeFirst()
                looks -= 1
                guard let history = try? await accounts.history(of: contract) else { continue }
                let wall = clock.wall()
                let month = try QuotaBook.settledMonth(history, live: live[contract] ?? [], at: wall)
                guard quotaMonths[contract] != month else { continue }
                updates -= 1
                if await settlement.book.update(contract, at: wall) { quotaMonths[contract] = month }
            }
        } catch {
            // All of them again, when it is time.
            quotaChecks = []
            logger.error("quota is not written down", metadata: ["error": "\(error)"])
        }
    }

    /// Whether the contract still goes on at a moment.
    ///
    /// - Throws: `Refusal` after its last day.
    func requireNotEnded(_ contract: String, at now: Int64) async throws {
        guard let last = try await accounts.endsOn(contract), let record = try await ledger.contract(contract) else {
            return
        }
        let zone = try Self.terms(of: record).timeZone
        guard last < (try LocalMonth.localDate(of: now, timeZone: zone)) else { return }
        throw Refusal.conflict("the contract \"\(contract)\" ended on \(last) (agree on a new one)")
    }

    /// What was given back in a period.
    func credits(_ account: Account?, from period: LocalMonth, operator name: String?) async throws
        -> [Timesheet.Credit]
    {
        var credits: [Timesheet.Credit] = []
        for back in (account?.statements ?? []).flatMap(\.credits)
        where (period.from..<period.to).contains(back.credit.givenAt.seconds) {
            guard let record = try await ledger.session(back.credit.session), name == nil || record.operator == name
            else { continue }
            credits.append(
                Timesheet.Credit(
                    session: record.session,
                    operator: record.operator,
                    category: record.category,
                    givenAt: Timestamp(seconds: back.credit.givenAt.seconds),
                    reason: back.credit.reason,
                    asWarranty: back.credit.asWarranty,
                    billedSeconds: back.billedSeconds,
                    quotaReturnedSeconds: back.quotaEntries.reduce(0) { $0 + $1.seconds },
                    netCents: back.netCents
                )
            )
        }
        return credits
    }

    /// Why a row of a timesheet is no ordinary session's.
    static func reason(of row: TimesheetRow) -> String? {
        if row.isRecorded { return "recorded later, without a session" }
        return row.state == .interrupted ? "closed at its last checkpoint: the relay had stopped" : nil
    }
}
