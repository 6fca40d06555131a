import Billing
import Contracts
import Testing

@testable import Invoicing

/// Invoices on which sessions are given back.
enum CreditSamples {
    static let original = Invoice.Original(
        number: "2026-0007",
        issueDate: LocalDate(year: 2026, month: 12, day: 1) ?? .unixEpoch
    )

    static func credit(_ session: String, _ at: String, asWarranty: Bool = false) throws -> Posting {
        .credit(
            SessionCredit(
                session: session,
                reason: "Der Fehler kam wieder",
                asWarranty: asWarranty,
                givenAt: try Sample.instant(at),
                settled: 100
            )
        )
    }

    /// The months of a contract up to one, with whatever happened.
    static func statements(
        _ contract: Contract,
        _ sessions: [WorkSession],
        _ credits: [Posting],
        until month: String
    ) throws -> [PeriodStatement] {
        let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin)
        let settled = sessions.enumerated().map { index, session in
            var session = session
            session.settled = Int64(index + 1)
            return Posting.session(session)
        }
        var account = try Account(history: ContractHistory([version]), postings: settled + credits)
        try account.advance(to: try #require(LocalMonth(month)))
        return account.closed
    }

    /// One row for each session and for each that is given back.
    static func rows(_ statements: [PeriodStatement], _ contract: Contract, _ original: Invoice.Original?)
        -> [ServiceRow]
    {
        Sample.rows(statements, contract)
            + statements.flatMap(\.credits).map {
                ServiceRow(
                    $0,
                    contract: contract,
                    operator: "jana",
                    summary: "Fragen zum Shop",
                    receipt: .signed,
                    original: original
                )
            }
    }

    static func content(_ statements: [PeriodStatement], _ contract: Contract, _ original: Invoice.Original?) throws
        -> InvoiceContent
    {
        try InvoiceContent(statements: statements, rows: rows(statements, contract, original))
    }

    /// December with its fee, and a night session of November given back.
    static func later(asWarranty: Bool = false) throws -> Invoice {
        let contract = Sample.contract(retainer: Sample.retainer)
        let credit = try credit("s2", "2026-12-08T09:00:00Z", asWarranty: asWarranty)
        let months = try statements(contract, Sample.november(), [credit], until: "2027-01")
        return try InvoiceSamples.invoice(content([months[1]], contract, original), contract)
    }

    /// November without a fee, its first session given back before it is billed.
    static func sameMonth(sessions: Int = 2) throws -> Invoice {
        let contract = Sample.contract()
        let credit = try credit("s1", "2026-11-21T09:00:00Z")
        let months = try statements(contract, Array(Sample.november().prefix(sessions)), [credit], until: "2026-12")
        return try InvoiceSamples.invoice(content(months, contract, nil), contract)
    }

    /// December without a fee and without work.
    static func negative() throws -> Invoice {
        let contract = Sample.contract()
        let credit = try credit("s2", "2026-12-08T09:00:00Z")
        let months = try statements(contract, Sample.november(), [credit], until: "2027-01")
        return try InvoiceSamples.invoice(content([months[1]], contract, original), contract)
    }
}
