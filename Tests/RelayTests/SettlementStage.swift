import Billing
import ContractFiles
import Contracts
import Foundation
import Invoicing
import Ledger
import RelayAPI
import Testing

@testable import Relay

/// The example with two hours a month, carried over, a term and a notice.
let quotaContract =
    exampleContract.replacingOccurrences(
        of: "{ id: support, kind: support, rate: support }",
        with: "{ id: support, kind: support, rate: support, usesQuota: true }"
    ) + """

        retainer: { kind: takeOrPay, fee: "100.00", included: 2h, period: month, overageRate: support, carryOver: { policy: unlimited } }
        minimumTermMonths: 24
        noticeDays: 30
        """

/// A moment as callers write it.
func rfc3339(_ seconds: Int64) -> String { Timestamp(seconds: seconds).rfc3339 }

/// What a refusal says; nothing where there was none.
func refusal(_ body: () async throws -> some Sendable) async -> String {
    do {
        _ = try await body()
        return ""
    } catch let refusal as Refusal {
        return refusal.problem.message
    } catch let error as LedgerError {
        return error.diagnostics
    } catch { return "\(error)" }
}

/// Expects a refusal that says this.
func expectRefusal(
    _ says: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Sendable
) async {
    let message = await refusal(body)
    #expect(message.contains(says), sourceLocation: sourceLocation)
}

extension DeskStage {
    /// Work that ended a minute ago.
    func phone(
        from: String? = nil,
        to: String? = nil,
        minutes: Int64 = 30,
        category: String = "support",
        summary: String = "By telephone",
        overlap: Bool = false
    ) async throws -> LedgerSession {
        let end = hands.clock.wall() - 60
        return try await desk.record(
            NewWorkRecord(
                contract: "minute",
                from: from ?? rfc3339(end - minutes * 60),
                to: to ?? rfc3339(end),
                category: category,
                summary: summary,
                allowsOverlap: overlap
            ),
            by: jana
        )
    }

    var office: InvoiceOffice {
        InvoiceOffice(
            ledger: ledger,
            accounts: ContractAccounts(ledger: ledger),
            book: desk.settlement.book,
            clock: hands.clock,
            supplier: { SupplierFile(supplier: InvoiceOfficeTests.supplier) }
        )
    }

    func issue(_ month: String) async throws -> ParsedInvoice {
        let request = InvoiceRequest(contract: "minute", month: month, isDryRun: false)
        let file = try #require(try await office.invoice(request).invoices.first)
        let parsed = try ParsedInvoice(Array(file.xml.utf8))
        #expect(InvoiceCheck.findings(in: parsed).map(\.description) == [])
        return parsed
    }

    /// What the ledger says of the quota is what the account comes to.
    func expectBooked(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let account = try await ContractAccounts(ledger: ledger).account(
            of: "minute",
            at: hands.clock.wall()
        )
        let written = try await ledger.quota(of: "minute")
        #expect(written == QuotaBook.postings(account), sourceLocation: sourceLocation)
        #expect(written.last?.leftSeconds ?? 0 == account.quota.leftSeconds, sourceLocation: sourceLocation)
    }
}
