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

    /// - Throws: `Refusal` where the contract is unknown or the month has not begun.
    init(_ contract: String, _ month: Billing.LocalMonth, accounts: ContractAccounts, at now: Int64) async throws {
        let account = try await accounts.account(of: contract, at: now)
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
        self.month = month
        let end = try Instant(seconds: min(now, month.next.start(in: newest.zone) - 1))
        let version = account.history.version(at: end) ?? newest
        self.contract = version.contract
        zone = version.zone
    }

    /// The months that this one's invoice bills: those before it that waited, and itself. Earlier months that should have had an
    /// invoice of their own stay out of it.
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
            } else if case .issue = (try? decision(waiting)) ?? .wait {
                waiting = []
            }
        }
        return waiting.last?.period == month ? waiting : []
    }

    /// Whether these months are billed now.
    func decision(_ statements: [PeriodStatement]) throws(InvoicingError) -> Rollover {
        try Rollover.decide(statements, contract: contract, endsOn: endsOn)
    }
}
