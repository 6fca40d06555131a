import Billing
import Contracts
import Ledger
import RelayAPI

extension Settlement {
    /// Ends a contract on a day, or lets it go on after all. Both sides may agree on any day that does not undo what
    /// happened; one that term and notice do not allow is only named.
    ///
    /// - Throws: `Refusal` for a day before sessions or invoices that are there, and once the contract has ended.
    func end(_ contract: String, _ request: ContractEndRequest, by person: OperatorIdentity) async throws
        -> ContractEndAnswer
    {
        let now = clock.wall()
        let history = try await accounts.history(of: contract)
        let moment = try Instant(seconds: now)
        let version = history.version(at: moment) ?? history.versions[history.versions.count - 1]
        let today = version.zone.date(at: moment)
        let former = try await accounts.endsOn(contract)
        guard let text = request.endsOn else {
            guard let former else { throw Refusal.conflict("the contract \"\(contract)\" has no end to take back") }
            guard former >= today else { throw Self.hasEnded(contract, on: former) }
            return try await decide(contract, nil, by: person, at: now)
        }
        guard let day = try? LocalDate.parse(text) else {
            throw Refusal.badRequest("\"\(text.prefix(20))\" is not a day (--on 2026-12-31)")
        }
        let begin = history.versions.map(\.contract.validFrom).reduce(version.contract.validFrom) { min($0, $1) }
        guard day >= begin else {
            throw Refusal.badRequest("\(day) lies before the contract begins on \(begin) (--on DATE)")
        }
        if let former, former < today, day > former { throw Self.hasEnded(contract, on: former) }
        if day < today { try await requireNothing(of: contract, after: day, in: version.zone) }
        var answer = try await decide(contract, day, by: person, at: now)
        answer.warning = Self.warning(version.contract, day, begin: begin, today: today)
        return answer
    }

    private func decide(_ contract: String, _ day: LocalDate?, by person: OperatorIdentity, at now: Int64) async throws
        -> ContractEndAnswer
    {
        await book.update(contract, at: now)
        try await ledger.endContract(contract, on: day?.description, by: person.name)
        await book.update(contract, at: now)
        return ContractEndAnswer(contract: contract, endsOn: day?.description)
    }

    private static func hasEnded(_ contract: String, on day: LocalDate) -> Refusal {
        .conflict(
            "the contract \"\(contract)\" ended on \(day), which nothing takes back (add a contract of another id)"
        )
    }

    private func requireNothing(of contract: String, after day: LocalDate, in zone: TimeZoneRules) async throws {
        let end = try zone.instant(of: day, .endOfDay).seconds
        let sessions = try await ledger.sessions(SessionFilter(contract: contract, startedFrom: end))
        if let session = sessions.first {
            throw Refusal.conflict("session \(session.session) lies after \(day) (--on a later day)")
        }
        let month = "\(Billing.LocalMonth(day))"
        let invoices = try await ledger.invoices(contract: contract)
        if let invoice = invoices.first(where: { $0.cancels == nil && $0.cancelledBy == nil && $0.month > month }) {
            throw Refusal.conflict(
                "invoice \(invoice.number) bills \(invoice.month), after \(day) (cancel it first, or --on a later day)"
            )
        }
    }

    /// What term and notice allow, where that is later.
    static func warning(_ contract: Contract, _ day: LocalDate, begin: LocalDate, today: LocalDate) -> String? {
        let regular = contract.earliestEnd(begin: begin, noticeOn: today)
        guard day < regular else { return nil }
        return
            "term and notice of \"\(contract.contract)\" allow \(regular) at the earliest; \(day) needs both sides' agreement"
    }
}
