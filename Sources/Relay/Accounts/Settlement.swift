import Billing
import Contracts
import Ledger
import RelayAPI

/// What changes an account without a session's clock: work that is written down, sessions that are given back, the
/// contract's end, quota set by hand. Each is an entry of the ledger that changes nothing that was settled before it.
struct Settlement: Sendable {
    let ledger: Ledger
    let accounts: ContractAccounts
    let book: QuotaBook
    let clock: RelayClock
    let identifiers: Identifiers

    /// A place behind all that is in the ledger, for what is not there yet.
    private static let next = Int64.max - 1

    // MARK: Work without a session

    /// Writes work down.
    ///
    /// - Parameter running: the contract's sessions that run, each as if it ended now: they count towards the agreed upper limit.
    /// - Throws: `Refusal` where the work cannot have been, is billed already, or would change what is settled.
    func record(
        _ request: NewWorkRecord,
        beside running: [(LedgerSession, Int64)] = [],
        by person: OperatorIdentity
    ) async throws -> LedgerSession {
        let now = clock.wall()
        let history = try await accounts.history(of: request.contract)
        let today = try Instant(seconds: now)
        let zone = (history.version(at: today) ?? history.versions[0]).zone
        let from = try Self.time(request.from, "--from", zone)
        let to = try Self.time(request.to, "--to", zone)
        guard from < to else { throw Refusal.badRequest("work ends after it begins (--from T --to T)") }
        guard to.seconds - from.seconds <= 86_400 else {
            throw Refusal.badRequest("work without a session is at most 24 h long (record each day by itself)")
        }
        guard to.seconds <= now else { throw Refusal.badRequest("\(to) lies in the future (record what was done)") }
        let version = try await version(of: request.contract, in: history, at: from)
        let summary = request.summary.drop { $0.isWhitespace }
        guard !summary.isEmpty, request.summary.utf8.count <= 4000 else {
            throw Refusal.badRequest("say in up to 4000 bytes what was done (--summary TEXT)")
        }
        guard version.contract.category(request.category) != nil else {
            let known = version.contract.categories.map(\.id).joined(separator: ", ")
            throw Refusal.badRequest(
                "the contract has no category \"\(request.category.prefix(60))\" (it has \(known))"
            )
        }
        let work = WorkSession(
            session: identifiers.id("s-"),
            category: request.category,
            startedAt: from,
            endedAt: to,
            version: version.number,
            settled: Self.next,
            isRecorded: true
        )
        await book.update(request.contract, at: now)
        let record = NewRecord(
            contract: request.contract,
            version: version.number,
            category: request.category,
            operator: person.name,
            startedAt: from.seconds,
            endedAt: to.seconds,
            summary: request.summary,
            month: "\(Billing.LocalMonth(ofSessionEnding: to, in: version.zone))",
            allowsOverlap: request.allowsOverlap
        )
        try await ledger.checkRecord(record)
        let after = try await accounts.account(of: request.contract, with: [.session(work)], at: now)
        try await requireUnchanged(request.contract, in: after, at: now)
        let beside = try running.enumerated().map { index, session in
            var session = try ContractAccounts.work(session.0, endedAt: session.1)
            session.settled = Self.next - Int64(running.count - index)
            return Posting.session(session)
        }
        let whole =
            beside.isEmpty
            ? after : try await accounts.account(of: request.contract, with: [.session(work)] + beside, at: now)
        try Self.requireWithinCap(work, version.contract, whole)
        let session = try await ledger.recordWork(work.session, record)
        await book.update(request.contract, at: now)
        return session
    }

    private static func time(_ text: String, _ option: String, _ zone: TimeZoneRules) throws -> Instant {
        do {
            return try Instant(text, in: zone)
        } catch {
            throw Refusal.badRequest("\(option): \(error)")
        }
    }

    /// The version in force when the work began (rule 5).
    private func version(of contract: String, in history: ContractHistory, at from: Instant) async throws
        -> ContractVersion
    {
        guard let version = history.version(at: from) else {
            // A version counts from the moment at which it was stored (rule 5), whatever day it names.
            let stored =
                history.versions.compactMap(\.storedAt).min().map { "; its first version was stored at \($0)" } ?? ""
            throw Refusal.conflict(
                "the contract \"\(contract)\" was not in force at \(from)\(stored), and terms hold from then on at the earliest (lotse contract show \(contract))"
            )
        }
        let day = version.zone.date(at: from)
        let ends = [version.contract.validUntil, try await accounts.endsOn(contract)].compactMap(\.self)
        if let last = ends.min(), last < day {
            throw Refusal.conflict("the contract \"\(contract)\" ended on \(last) (agree on a new one)")
        }
        guard version.contract.signedOn != nil else {
            throw Refusal.conflict(
                "the contract \"\(contract)\" is not signed (put signedOn into the file and add it again)"
            )
        }
        return version
    }

    /// Work in an earlier month must leave what was settled since as it is (rules 3, 6).
    private func requireUnchanged(_ contract: String, in after: Account, at now: Int64) async throws {
        let before = try await accounts.account(of: contract, at: now)
        if let changed = after.firstChange(from: before) {
            throw Refusal.conflict(
                "the work would change what session \(changed.session.session) comes to, which is settled (record it with a time in this month)"
            )
        }
        guard try await book.allows(after, of: contract) else {
            throw Refusal.conflict(
                "the work would change what became of the included time since, which is settled (record it with a time in this month, or in a category that uses none)"
            )
        }
    }

    /// The agreed upper limit holds for work without a clock too (rule 12); where it only warns, nothing is refused.
    private static func requireWithinCap(_ work: WorkSession, _ contract: Contract, _ after: Account) throws {
        guard let cap = contract.cap, cap.onReach != .warn,
            let month = after.statements.first(where: { $0.sessions.contains { $0.session.session == work.session } }),
            let bill = month.sessions.first(where: { $0.session.session == work.session }), bill.netCents > 0
        else { return }
        let net = month.netCents &- (month.retainer?.netCents ?? 0)
        let limits = [(cap.perSessionCents, bill.netCents, "a session"), (cap.perMonthCents, net, "a month")]
        for case (let most?, let cents, let what) in limits where cents > most {
            throw Refusal.conflict(
                "the work would exceed the agreed upper limit of \(Cents.text(most)) \(contract.currency) for \(what) (record less of it, or agree on more in a new version)"
            )
        }
    }

    // MARK: Giving back

    /// Gives a session back in this month.
    ///
    /// - Throws: `Refusal` for one that is unknown, runs, was given back already or was never billed anything.
    func credit(_ session: String, _ request: CreditRequest, by person: OperatorIdentity) async throws
        -> SessionCreditAnswer
    {
        guard request.reason.contains(where: { !$0.isWhitespace }), request.reason.utf8.count <= 1000 else {
            throw Refusal.badRequest("say in up to 1000 bytes why, for the invoice (--reason TEXT)")
        }
        guard let record = try await ledger.session(session) else {
            throw Refusal.notFound("no such session \"\(session)\" (lotse sessions shows them)")
        }
        guard record.state != .live else {
            throw Refusal.conflict("session \(session) still runs (end it before it is given back)")
        }
        let now = clock.wall()
        await book.update(record.contract, at: now)
        var account = try await accounts.account(of: record.contract, at: now)
        do {
            _ = try account.give(
                SessionCredit(
                    session: session,
                    reason: request.reason,
                    asWarranty: request.asWarranty,
                    givenAt: try Instant(seconds: now),
                    settled: Self.next
                )
            )
        } catch {
            throw Refusal.conflict("\(error) (lotse sessions shows what each came to)")
        }
        _ = try await ledger.creditSession(
            session,
            reason: request.reason,
            asWarranty: request.asWarranty,
            by: person.name
        )
        await book.update(record.contract, at: now)
        return try await answer(session, of: record.contract, at: now)
    }

    private func answer(_ session: String, of contract: String, at now: Int64) async throws -> SessionCreditAnswer {
        let account = try await accounts.account(of: contract, at: now)
        guard let back = account.statements.flatMap(\.credits).first(where: { $0.credit.session == session }) else {
            throw LedgerError(.invalid, "the credit of \(session) is not in the account (lotse-relay verify)")
        }
        let currency = account.history.version(back.bill.version)?.contract.currency ?? "EUR"
        return SessionCreditAnswer(
            session: session,
            contract: contract,
            month: "\(back.period)",
            reason: back.credit.reason,
            asWarranty: back.credit.asWarranty,
            netCents: back.netCents,
            currency: currency,
            quotaReturnedSeconds: back.quotaEntries.reduce(0) { $0 + $1.seconds },
            invoice: try await ledger.billing(session, of: contract, in: back.bill.period)?.number
        )
    }

    // MARK: Quota set by hand

    /// Adds a lot of this month, or takes back at most what is left.
    ///
    /// - Throws: `Refusal` for a contract without included time now, and where nothing is left to take back.
    func balance(_ contract: String, _ request: QuotaBalanceRequest, by person: OperatorIdentity) async throws
        -> QuotaBalanceAnswer
    {
        let now = clock.wall()
        await book.update(contract, at: now)
        let before = try await accounts.account(of: contract, at: now)
        let today = try Instant(seconds: now)
        let version = before.history.version(at: today)
        guard let version, version.contract.retainer.map({ $0.includedSeconds > 0 }) ?? false else {
            throw Refusal.conflict(
                "the contract \"\(contract)\" includes no time, so there is no balance of it (lotse contract show \(contract))"
            )
        }
        if let last = before.endsOn, last < version.zone.date(at: today) {
            throw Refusal.conflict("the contract \"\(contract)\" ended on \(last)")
        }
        guard request.seconds > 0 || before.quota.leftSeconds > 0 else {
            throw Refusal.conflict("there is no included time left to take back (lotse contract show \(contract))")
        }
        try await ledger.balanceQuota(contract, seconds: request.seconds, by: person.name)
        await book.update(contract, at: now)
        let left = try await accounts.account(of: contract, at: now).quota.leftSeconds
        return QuotaBalanceAnswer(
            contract: contract,
            changedSeconds: left - before.quota.leftSeconds,
            quotaLeftSeconds: left
        )
    }

    /// What became of the included time month by month; nil where the contract never had any, or cannot be billed.
    func quotaMonths(of contract: String) async -> [QuotaMonth]? {
        guard let account = try? await accounts.account(of: contract, at: clock.wall()),
            !account.quotaEntries.isEmpty
        else { return nil }
        return account.statements.map { statement in
            QuotaMonth(
                month: "\(statement.period)",
                carriedSeconds: statement.quotaCarriedSeconds,
                grantedSeconds: statement.quotaGrantedSeconds,
                returnedSeconds: statement.quotaReturnedSeconds,
                usedSeconds: statement.quotaUsedSeconds,
                expiredSeconds: statement.quotaExpiredSeconds,
                leftSeconds: statement.quotaLeftSeconds
            )
        }
    }
}
