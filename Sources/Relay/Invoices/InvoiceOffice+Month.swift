import Contracts
import Ledger
import RelayAPI

extension InvoiceOffice {
    /// How many contracts one request may name: it has to be answered in time.
    static let longestBatch = 100

    /// The invoices of a month for several contracts, one after the other; each issued once, or only shown.
    ///
    /// What one contract is refused for is told beside the others. Where the ledger itself cannot be written the whole request fails; what was
    /// issued before that stays issued, and the same request gives it again.
    func invoices(_ request: MonthInvoicesRequest) async throws -> [MonthInvoicesAnswer] {
        guard (1...Self.longestBatch).contains(request.contracts.count) else {
            throw Refusal.badRequest("one request names 1 to \(Self.longestBatch) contracts")
        }
        // Said once, and not for every contract.
        _ = try knownSupplier()
        var likely = try await likelySequence()
        var answers: [MonthInvoicesAnswer] = []
        var prepared = await prepared(0, request, likely)
        for (index, contract) in request.contracts.enumerated() {
            if let count = (try? prepared.get())?.count { likely += count }
            // What the next one comes to is computed while this one is written down.
            async let following = self.prepared(index + 1, request, likely)
            answers.append(try await answer(contract, prepared))
            prepared = await following
        }
        return answers
    }

    private func prepared(
        _ index: Int,
        _ request: MonthInvoicesRequest,
        _ likely: Int64
    ) async -> Result<PreparedInvoices, any Error> {
        guard request.contracts.indices.contains(index) else { return .success(.answer(InvoiceAnswer(invoices: []))) }
        let request = InvoiceRequest(
            contract: request.contracts[index],
            month: request.month,
            isDryRun: request.isDryRun
        )
        do {
            return .success(try await prepare(request, likelySequence: likely))
        } catch {
            return .failure(error)
        }
    }

    private func answer(
        _ contract: String,
        _ prepared: Result<PreparedInvoices, any Error>
    ) async throws -> MonthInvoicesAnswer {
        do {
            let answer = try await issue(try prepared.get())
            return MonthInvoicesAnswer(
                contract: contract,
                invoices: answer.invoices.map(\.summary),
                waits: answer.waits
            )
        } catch let refusal as Refusal where refusal.problem.code == Refusal.nothingToInvoice {
            return MonthInvoicesAnswer(contract: contract)
        } catch let refusal as Refusal {
            return MonthInvoicesAnswer(contract: contract, problem: refusal.problem)
        }
    }
}
