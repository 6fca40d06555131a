import Billing
import Foundation
import Invoicing
import Ledger

extension Ledger {
    /// The valid invoice that bills a session; nil where there is none.
    func billing(_ session: String, of contract: String, in month: Billing.LocalMonth) async throws -> Invoice.Original?
    {
        let text = "\(month)"
        for listing in try await invoices(contract: contract)
        where listing.isValid && listing.firstMonth <= text && text <= listing.month {
            guard let record = try await self.invoice(listing.number) else { continue }
            let invoice = try JSONDecoder().decode(Invoice.self, from: Data(record.invoice.document.utf8))
            if invoice.lines.contains(where: { $0.session == session && $0.credit == nil }) {
                return Invoice.Original(number: invoice.number, issueDate: invoice.issueDate)
            }
        }
        return nil
    }
}

extension LedgerSession {
    /// The summary at the end, else those that came later, one per line.
    var wholeSummary: String { summary ?? addenda.map(\.text).joined(separator: "\n") }
}
