import Billing
import Contracts

/// Whether a month's invoice is written now or waits for the next one (`payment.smallestInvoice`).
///
/// What makes an invoice due at once are deadlines of the law: § 14 (2) UStG gives six months after the service,
/// § 14a (1) UStG for reverse charge the 15th of the next month, and books and contracts end.
public enum Rollover: Hashable, Sendable {
    /// The invoice is written now.
    case issue(Reason)
    /// It waits; the next month's invoice takes its lines.
    case wait

    /// Why an invoice is written now; the first that applies.
    public enum Reason: String, Hashable, Codable, Sendable {
        /// The contract has no smallest invoice, or the net reaches it.
        case large
        /// A line is reverse charge (AE).
        case reverseCharge
        /// Five months have waited already.
        case fiveMonths
        /// The month is the year's last.
        case yearEnd
        /// The contract ends with the month or ended before.
        case contractEnd
    }

    /// - Parameters:
    ///   - netCents: of all waiting months and this one; where more is given back than billed, what the client gets back
    ///     is as small or large as what they would pay.
    ///   - smallestInvoiceCents: `payment.smallestInvoice`; nil: nothing waits.
    ///   - monthsWaiting: how many months before this one wait already.
    ///   - isYearEnd: whether the month is December.
    ///   - isContractEnd: whether the contract has ended by the month's end.
    ///   - isReverseCharge: whether any line is AE.
    public static func decide(
        netCents: Int64,
        smallestInvoiceCents: Int64?,
        monthsWaiting: Int,
        isYearEnd: Bool,
        isContractEnd: Bool,
        isReverseCharge: Bool
    ) -> Rollover {
        guard let smallestInvoiceCents, netCents.magnitude < smallestInvoiceCents else { return .issue(.large) }
        if isReverseCharge { return .issue(.reverseCharge) }
        if monthsWaiting >= 5 { return .issue(.fiveMonths) }
        if isYearEnd { return .issue(.yearEnd) }
        return isContractEnd ? .issue(.contractEnd) : .wait
    }

    /// The decision for the last of these months, the ones before it waiting; in their order, not empty.
    ///
    /// - Parameter endsOn: the contract's last day; nil: `contract.validUntil`, or it goes on.
    /// - Throws: `outOfRange`; `nothingToBill` without a month.
    public static func decide(
        _ statements: [PeriodStatement],
        contract: Contract,
        endsOn: LocalDate? = nil
    ) throws(InvoicingError) -> Rollover {
        guard let last = statements.last else {
            throw InvoicingError(.nothingToBill, "there is no month to decide on (name a month with sessions or a fee)")
        }
        let end = endsOn ?? contract.validUntil
        return decide(
            netCents: try Exact.sum(statements.map(\.netCents)),
            smallestInvoiceCents: contract.payment.smallestInvoiceCents,
            monthsWaiting: statements.count - 1,
            isYearEnd: last.period.month == 12,
            isContractEnd: end.map { LocalMonth($0) <= last.period } ?? false,
            isReverseCharge: statements.contains { $0.vatGroups.contains { $0.vat.category == .reverseCharge } }
        )
    }
}
