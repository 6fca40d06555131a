import Billing
import Contracts
import Invoicing
import Ledger
import RelayAPI

/// A month of a contract with everything that an invoice of it may have to take along.
struct BilledMonth: Sendable {
    let month: Billing.LocalMonth
    /// The terms in force at the month's end, or now where it is not over.
    let contract: Contract
    let zone: TimeZoneRules
    /// Today in the contract's time zone.
    let today: LocalDate
    /// Whether the month is over in the contract's time zone.
    let isOver: Bool
    /// The months up to this one, this one last.
    private let statements: [PeriodStatement]
    /// The contract's last day, where one side gave notice.
    private let endsOn: LocalDate?
    private let history: ContractHistory

    /// - Parameter account: the contract's at `now`.
    /// - Throws: `Refusal` where the month has not begun or cannot be billed.
    init(_ account: Account, of contract: String, _ month: Billing.LocalMonth, at now: Int64) throws {
        let moment = try Instant(seconds: now)
        let newest = account.history.version(at: moment) ?? account.history.versions[0]
        today = newest.zone.date(at: moment)
        let current = Billing.LocalMonth(today)
        guard month <= current else { throw Refusal.conflict("\(month) has not begun") }
        isOver = month < current
        var statements = account.closed.filter { $0.period <= month }
        if !isOver {
            do {
                if let open = try account.openStatement(), open.period == month { statements.append(open) }
            } catch { throw Refusal.conflict("\(contract) cannot be billed: \(error)") }
        }
        self.statements = statements
        endsOn = account.endsOn
        history = account.history
        self.month = month
        let end = try Instant(seconds: min(now, month.next.start(in: newest.zone) - 1))
        let version = account.history.version(at: end) ?? newest
        self.contract = version.contract
        zone = version.zone
    }

    /// The months that this one's invoice bills: those before it that waited, and itself. Earlier months that should have had an
    /// invoice of their own stay out of it, and so do those that something was written down in after a later month was invoiced: they have
    /// one of their own.
    func pending(after issued: [InvoiceListing]) throws -> [PeriodStatement] {
        let valid = issued.filter(\.isValid)
        var waiting: [PeriodStatement] = []
        for statement in statements {
            let text = "\(statement.period)"
            if valid.contains(where: { $0.firstMonth <= text && text <= $0.month }) {
                waiting = []
                continue
            }
            waiting.append(statement)
            guard statement.period < month else { break }
            if statement.lines.isEmpty, waiting.count == 1 {
                // Nothing waits.
                waiting = []
            } else if case .issue = (try? decision(waiting, after: issued)) ?? .wait {
                waiting = []
            }
        }
        return waiting.last?.period == month ? waiting : []
    }

    /// The months that an invoice bills.
    func statements(on invoice: InvoiceListing) -> [PeriodStatement] {
        statements.filter { invoice.firstMonth <= "\($0.period)" && "\($0.period)" <= invoice.month }
    }

    /// How many invoices these months need: what lies outside the scope of VAT goes with nothing else (rule 5).
    static func partCount(of statements: [PeriodStatement]) -> Int {
        let categories = Set(statements.flatMap(\.vatGroups).map(\.vat.category))
        return categories.contains(.outsideScope) && categories.count > 1 ? 2 : 1
    }

    /// Whether these months are billed now, by the terms that were in force at the end of the last of them: so it was decided then, and
    /// whatever waited must not be forgotten for a later version's sake.
    func decision(_ statements: [PeriodStatement], after issued: [InvoiceListing]) throws -> Rollover {
        guard let last = statements.last else { return .wait }
        // No later invoice takes them along any more.
        if issued.contains(where: { $0.isValid && $0.firstMonth > "\(last.period)" }) { return .issue(.large) }
        return try Rollover.decide(statements, contract: try terms(atEndOf: last.period), endsOn: endsOn)
    }

    private func terms(atEndOf month: Billing.LocalMonth) throws -> Contract {
        guard month < self.month else { return contract }
        let end = try Instant(seconds: month.next.start(in: zone) - 1)
        return history.version(at: end)?.contract ?? contract
    }
}
