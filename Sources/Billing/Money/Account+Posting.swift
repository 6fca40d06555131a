import Contracts

extension Account {
    /// An account with everything that happened to it, in any order. Throws as `post`.
    public init(history: ContractHistory, postings: [Posting]) throws(BillingError) {
        self.init(history: history)
        for posting in postings.sorted(by: history.isSettled) { try post(posting) }
    }

    /// The same up to the beginning of a month and what has happened in it, without what came later.
    public init(
        history: ContractHistory,
        postings: [Posting],
        through month: LocalMonth
    ) throws(BillingError) {
        let zone = history.versions[0].zone
        try self.init(history: history, postings: postings.filter { $0.month(in: zone) <= month })
        try advance(to: month)
    }

    /// Takes up the next posting.
    ///
    /// Throws as `bill`; `badSession` for a credit of a session that is not there, was given back already or was never
    /// billed anything. The account is as before where it throws.
    public mutating func post(_ posting: Posting) throws(BillingError) {
        switch posting {
        case .session(let session): _ = try bill(session)
        case .credit(let credit): _ = try give(credit)
        case .balance(let balance): try set(balance)
        case .end(let end): try give(end)
        }
    }

    func requireOrder(_ posting: Posting) throws(BillingError) {
        guard let last, !history.isSettled(last, before: posting) else { return }
        let what = if case .session(let session) = posting { "session \(session.session)" } else { "an entry" }
        throw BillingError(.outOfOrder, "\(what) is billed after one that was settled later; bill them in their order")
    }

    /// The account in the month of a posting that is no session.
    private func advanced(for posting: Posting, at moment: Instant) throws(BillingError) -> Account {
        try requireOrder(posting)
        var account = self
        let zone = (history.version(at: moment) ?? history.versions[0]).zone
        try account.advance(to: posting.month(in: zone))
        account.last = posting
        return account
    }

    /// Gives a session back: nothing that was settled before changes.
    public mutating func give(_ credit: SessionCredit) throws(BillingError) -> CreditBill {
        var account = try advanced(for: .credit(credit), at: credit.givenAt)
        let given = account.closed.flatMap(\.credits) + account.credits
        guard !given.contains(where: { $0.credit.session == credit.session }) else {
            throw BillingError(.badSession, "session \(credit.session) was given back already")
        }
        let bills = account.sessions.reversed() + account.closed.reversed().flatMap(\.sessions)
        guard let bill = bills.first(where: { $0.session.session == credit.session }) else {
            throw BillingError(.badSession, "there is no ended session \(credit.session) to give back")
        }
        guard bill.netCents != 0 || bill.quotaSeconds != 0 else {
            throw BillingError(.badSession, "session \(credit.session) was never billed anything")
        }
        let month = account.period ?? bill.period
        let returned = try account.quota.grant(
            bill.quotaSeconds,
            for: month,
            expiresAfterPeriods: account.terms(of: month)?.contract.retainer?.carryOver.lotExpiry,
            as: .returned,
            with: credit.session
        )
        let language = history.version(bill.version)?.contract.language
        let creditBill = try CreditBill(credit, of: bill, in: month, returned, LineText(language: language))
        account.entries += returned
        account.credits.append(creditBill)
        self = account
        return creditBill
    }

    private mutating func set(_ balance: QuotaBalance) throws(BillingError) {
        var account = try advanced(for: .balance(balance), at: balance.givenAt)
        guard let month = account.period else { return }
        if balance.seconds < 0 {
            account.entries += account.quota.withdraw(try Checked.difference(0, balance.seconds), in: month)
        } else {
            account.entries += try account.quota.grant(
                balance.seconds,
                for: month,
                expiresAfterPeriods: account.terms(of: month)?.contract.retainer?.carryOver.lotExpiry,
                as: .balance
            )
        }
        self = account
    }

    /// Where the last day lies in a month that is over, fees of later months fall away, and quota that was granted since
    /// ends now: its grants stand in the ledger, and nothing there is taken back.
    private mutating func give(_ end: ContractEnd) throws(BillingError) {
        var account = try advanced(for: .end(end), at: end.givenAt)
        account.endsOn = end.endsOn
        if let endsOn = end.endsOn, let open = account.period, LocalMonth(endsOn) < open {
            account.entries += account.quota.expire(in: open)
            for index in account.closed.indices where account.closed[index].period > LocalMonth(endsOn) {
                account.closed[index] = try account.closed[index].withoutRetainer()
            }
        }
        self = account
    }
}

extension Account {
    /// What happened to the quota so far, in order: the ledger's entries of it (rule 6).
    public var quotaEntries: [QuotaEntry] { closed.flatMap(\.quotaEntries) + entries }

    /// The first session of an account that comes to something else in this one: billed seconds, seconds from the quota
    /// or net. Nil where all that was settled stays as it is.
    public func firstChange(from settled: Account) -> SessionBill? {
        let now = Dictionary(allSessions.map { ($0.session.session, $0) }) { first, _ in first }
        return settled.allSessions.first { before in
            guard let after = now[before.session.session] else { return true }
            return after.rounded.billedSeconds != before.rounded.billedSeconds
                || after.quotaSeconds != before.quotaSeconds || after.netCents != before.netCents
        }
    }

    private var allSessions: [SessionBill] { closed.flatMap(\.sessions) + sessions }
}
