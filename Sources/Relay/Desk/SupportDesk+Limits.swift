import Billing
import Contracts
import Ledger
import Logging
import Receipts
import RelayAPI

/// The moment at which a session that runs on reaches its contract's cap.
struct CapWatch: Sendable {
    /// The session's time at which its end would not exceed the cap yet: one second later it would.
    let reachedAt: Int64
    /// What happens then; a cap that the client agreed to pass is not watched any more.
    let onReach: Contract.Cap.Reach
    /// Which limit.
    let limit: CapAnswer.Limit
    /// How much it is, in cents.
    let cents: Int64
    /// What operator and client are told.
    let notice: String

    /// Whether nothing after that moment is billed, unless the client agrees to more.
    var stopsClock: Bool { onReach != .warn }
}

/// The moment at which a session that runs on has used so much of the included time that both are told.
struct QuotaWatch: Sendable {
    /// The session's time.
    let reachedAt: Int64
    /// What they are told.
    let notice: String
}

/// When a session that goes on reaches its limits: thousands of ends are tried, so that it is computed beside the desk.
struct LimitForecast: Sendable {
    let cap: CapForecast?
    /// What is left of the included time, in rounded seconds, and the session's time at which it is; in the order of the moments.
    let quota: [(left: Int64, reachedAt: Int64)]

    @concurrent
    static func of(
        _ work: WorkSession,
        in account: Account,
        within seconds: Int64,
        beyond passed: Set<CapForecast.Limit>
    ) async throws -> LimitForecast {
        let quota = try SupportDesk.quotaWarnings.compactMap { left in
            try account.quotaForecast(for: work, leaving: left, within: seconds).map { (left, $0.seconds) }
        }
        return LimitForecast(
            cap: try account.capForecast(for: work, within: seconds, beyond: passed),
            quota: quota.sorted { $0.1 < $1.1 }
        )
    }
}

/// What a session's clock is about to run into.
struct SessionLimits: Sendable {
    var cap: CapWatch?
    /// In the order of their moments.
    var quota: [QuotaWatch] = []
    /// Counts what changes these moments, so that no forecast of an earlier state is taken for one of this.
    var revision: Int64 = 0
    /// When they were found out, in monotonic milliseconds.
    var foundAt: Int64 = 0
    /// When the client was asked whether it goes on, in monotonic milliseconds, and beyond what.
    var askedAt: Int64?
    var asked: CapAnswer.Limit?
    /// What this session has passed: the client agreed, or both were told. Each limit is asked about by itself.
    var passed: Set<CapForecast.Limit> = []
    /// What both ends are told, in its order.
    var warnings: [String] = []
}

extension SupportDesk {
    /// What the ledger says of a session that a cap ended.
    static let capReason = "the agreed upper limit is reached"
    /// How long a client has to answer whether a session goes on beyond the cap, in milliseconds (rule 12).
    static let capAnswerTime: Int64 = 60_000
    /// What is left of the included time when both are told, in rounded seconds; and again when it is used up.
    static let quotaWarnings: [Int64] = [600, 0]
    /// How often the limits of sessions are found out anew that run beside others of their contract, in milliseconds.
    static let limitsInterval: Int64 = 15_000

    /// Finds out when a session reaches its limits; asked anew whenever its clock goes on, its price changes, or others spend beside it.
    ///
    /// That takes its time, which nobody waits for: whose clock goes on hears so at once.
    func watchLimits(_ session: String) {
        guard let before = running[session] else { return }
        let instant = before.instant(clock)
        // Where a cap has stopped the clock it stays stopped until it is known what follows, which is found out from there on.
        let isStopped = before.limits.cap.map { $0.stopsClock && instant >= $0.reachedAt } ?? false
        if !isStopped || before.isStanding { running[session]?.limits.cap = nil }
        running[session]?.limits.quota = []
        running[session]?.limits.revision += 1
        running[session]?.limits.foundAt = clock.monotonicMilliseconds()
        guard !before.isStanding else {
            // Whoever comes back is asked again, and has all the time to answer.
            running[session]?.limits.askedAt = nil
            return
        }
        let revision = before.limits.revision + 1
        limitSearches[session] = Task { await findLimits(of: session, from: instant, revision) }
    }

    /// Waits until what a session is about to run into is known.
    func limitsAreKnown(of session: String) async {
        while let search = limitSearches[session] {
            await search.value
            if limitSearches[session] == search { limitSearches[session] = nil }
        }
    }

    private func findLimits(of session: String, from instant: Int64, _ revision: Int64) async {
        // What has changed since is looked for by itself, from its own moment on.
        guard let current = running[session], current.limits.revision == revision else { return }
        do {
            guard let version = try await ledger.contract(current.contract, version: current.version) else { return }
            let contract = try Self.terms(of: version)
            guard contract.cap != nil || contract.retainer != nil, let record = try await ledger.session(session) else {
                return
            }
            let account = try await accounts.account(
                beside: try await recordsBeside(session, of: current.contract),
                of: current.contract
            )
            let forecast = try await LimitForecast.of(
                try ContractAccounts.work(record, endedAt: instant),
                in: account,
                within: current.maximumSeconds,
                beyond: current.limits.passed
            )
            guard let limits = running[session]?.limits, limits.revision == revision else { return }
            running[session]?.limits.cap = forecast.cap.flatMap { Self.watch($0, contract) }
            running[session]?.limits.quota = forecast.quota.map { left, reached in
                QuotaWatch(reachedAt: reached, notice: Self.quotaNotice(left, contract, category: record.category))
            }
            // A question goes on only where it is the same one, and its limit is still reached.
            let isSame = forecast.cap.map {
                $0.limit.rawValue == limits.asked?.rawValue && $0.reachedAt.seconds <= instant
            }
            if isSame != true { running[session]?.limits.askedAt = nil }
        } catch {
            logger.error(
                "a session's limits cannot be watched",
                metadata: ["session": "\(session)", "error": "\(error)"]
            )
        }
    }

    /// The same for all sessions of a contract that run: what they may still cost changes with what is settled beside them.
    func watchLimits(of contract: String) {
        for session in running.values where session.contract == contract && session.pendingEnd == nil {
            watchLimits(session.session)
        }
    }

    /// The contract's sessions that run, but for one, each as if it ended now.
    func recordsBeside(_ session: String?, of contract: String) async throws -> [(LedgerSession, Int64)] {
        var records: [(LedgerSession, Int64)] = []
        for other in running.values.sorted(by: { $0.session < $1.session })
        where other.contract == contract && other.session != session && other.pendingEnd == nil {
            guard let record = try await ledger.session(other.session) else { continue }
            records.append((record, other.instant(clock)))
        }
        return records
    }

    /// Says so, asks, or ends the session, where a limit is reached (rule 12).
    func enforceLimits() async {
        for id in running.keys {
            await limitsAreKnown(of: id)
            guard let session = running[id], !session.isStanding, session.pendingEnd == nil else { continue }
            let instant = session.instant(clock)
            for watch in session.limits.quota where instant >= watch.reachedAt {
                _ = await warn(session.session, watch.notice)
            }
            guard let cap = session.limits.cap, instant >= cap.reachedAt else { continue }
            switch cap.onReach {
            case .warn:
                guard await warn(session.session, cap.notice) else { continue }
                pass(cap.limit, in: session.session)
            case .stop: await end(lost: session.session, Self.capReason)
            case .needConsent: await ask(session, cap)
            }
        }
        let now = clock.monotonicMilliseconds()
        for session in running.values
        where now - session.limits.foundAt >= Self.limitsInterval && session.limits.askedAt == nil
            && running.values.contains(where: { $0.contract == session.contract && $0.session != session.session })
        {
            watchLimits(session.session)
        }
    }

    /// A limit that is not watched any more; the other one is.
    private func pass(_ limit: CapAnswer.Limit, in session: String) {
        if let limit = CapForecast.Limit(rawValue: limit.rawValue) { running[session]?.limits.passed.insert(limit) }
        watchLimits(session)
    }

    /// What the client of a session agreed to pass, as the ledger has it.
    func passedLimits(of session: String) async throws -> Set<CapForecast.Limit> {
        let answers = try await ledger.capAnswers(session)
        return Set(answers.filter(\.accepts).compactMap { CapForecast.Limit(rawValue: $0.limit.rawValue) })
    }

    /// Tells both ends once; the ledger keeps it.
    ///
    /// - Returns: whether it is in the ledger.
    private func warn(_ session: String, _ notice: String) async -> Bool {
        guard let current = running[session] else { return false }
        guard !current.limits.warnings.contains(notice) else { return true }
        running[session]?.limits.warnings.append(notice)
        do {
            try await ledger.addNote(session, text: notice, by: .relay)
            return true
        } catch {
            // Said again with the next tick, until it is in the ledger too.
            running[session]?.limits.warnings.removeAll { $0 == notice }
            logger.error("a notice is not written yet", metadata: ["session": "\(session)"])
            return false
        }
    }

    /// Asks the client, through the operator's program; without an answer in time the session ends where the cap was reached.
    private func ask(_ session: RunningSession, _ cap: CapWatch) async {
        let now = clock.monotonicMilliseconds()
        guard let askedAt = session.limits.askedAt else {
            running[session.session]?.limits.askedAt = now
            running[session.session]?.limits.asked = cap.limit
            _ = await warn(session.session, cap.notice)
            return
        }
        if now - askedAt >= Self.capAnswerTime { await end(lost: session.session, Self.capReason) }
    }

    /// What a client is asked now; nil where nothing is.
    func capQuestion(_ session: String) -> CapQuestion? {
        guard let current = running[session], current.limits.askedAt != nil, let cap = current.limits.cap else {
            return nil
        }
        return CapQuestion(limit: cap.limit.rawValue, cents: cap.cents)
    }

    /// The client's answer whether a session goes on beyond its cap.
    func answerCap(_ request: CapAnswerRequest, session: String, by person: OperatorIdentity) async throws
        -> RelayAPI.SessionRecord
    {
        let current = try live(session, of: person)
        guard let cap = current.limits.cap, current.limits.askedAt != nil else {
            throw Refusal.conflict("nobody is asked about an upper limit now")
        }
        guard let consent = try await ledger.consent(session),
            let answer = try? CapAnswer(canonical: Array(request.answer.utf8)),
            answer.isSigned(under: consent), answer.limit == cap.limit, answer.capCents == cap.cents
        else {
            throw Refusal.badRequest(
                "this is not the client's answer to this question (use the same release everywhere)"
            )
        }
        try await ledger.answerCap(answer)
        guard answer.accepts else {
            await end(lost: session, Self.capReason)
            return try await message(try await known(session))
        }
        pass(cap.limit, in: session)
        return try await message(try await known(session))
    }

    // MARK: - Words

    private static func watch(_ forecast: CapForecast, _ contract: Contract) -> CapWatch? {
        guard let cap = contract.cap else { return nil }
        let (limit, cents): (CapAnswer.Limit, Int64?) =
            switch forecast.limit {
            case .session: (.session, cap.perSessionCents)
            case .month: (.month, cap.perMonthCents)
            }
        return CapWatch(
            reachedAt: forecast.reachedAt.seconds,
            onReach: cap.onReach,
            limit: limit,
            cents: cents ?? 0,
            notice: capNotice(limit, cents ?? 0, contract)
        )
    }

    private static func capNotice(_ limit: CapAnswer.Limit, _ cents: Int64, _ contract: Contract) -> String {
        let amount = "\(Cents.text(cents)) \(contract.currency)"
        let (english, german) = limit == .session ? ("a session", "eine Sitzung") : ("a month", "einen Monat")
        return contract.language == .german
            ? "Die vereinbarte Obergrenze von \(amount) für \(german) ist erreicht."
            : "The agreed upper limit of \(amount) for \(english) is reached."
    }

    private static func quotaNotice(_ left: Int64, _ contract: Contract, category id: String) -> String {
        let overage = contract.retainer?.overageRate.flatMap { contract.ratesCentsPerHour[$0] }
        let rate = overage ?? contract.category(id).flatMap(contract.rateCentsPerHour) ?? 0
        let price = "\(Cents.text(rate)) \(contract.currency)"
        let minutes = left / 60
        if contract.language == .german {
            return left > 0
                ? "Vom Zeitkontingent sind noch höchstens \(minutes) Minuten übrig; danach kostet die Stunde \(price)."
                : "Das Zeitkontingent ist verbraucht; ab hier kostet die Stunde \(price)."
        }
        return left > 0
            ? "At most \(minutes) minutes of the included time are left; after that an hour costs \(price)."
            : "The included time is used up; from here on an hour costs \(price)."
    }
}
