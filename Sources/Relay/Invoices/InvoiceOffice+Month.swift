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
        var rest = request.contracts[...]
        var batch = await prepared(rest.prefix(Self.preparedAtOnce), request, likely)
        while !rest.isEmpty {
            let contracts = rest.prefix(Self.preparedAtOnce)
            rest = rest.dropFirst(contracts.count)
            likely += batch.reduce(0) { $0 + ((try? $1.get())?.count ?? 0) }
            // What the next ones come to is computed while these are written down.
            async let following = self.prepared(rest.prefix(Self.preparedAtOnce), request, likely)
            for (contract, prepared) in zip(contracts, batch) {
                answers.append(try await answer(request.request(for: contract), prepared))
            }
            batch = await following
        }
        return answers
    }

    /// For how many contracts it is computed at once what they come to.
    private static let preparedAtOnce = 2

    /// What a month of some contracts comes to, each by itself.
    ///
    /// - Parameter likely: the place in the sequence that the first of their invoices will most likely get, one for each contract.
    private func prepared(
        _ contracts: ArraySlice<String>,
        _ request: MonthInvoicesRequest,
        _ likely: Int64
    ) async -> [Result<PreparedInvoices, any Error>] {
        await withTaskGroup(of: (Int, Result<PreparedInvoices, any Error>).self) { group in
            for (place, contract) in contracts.enumerated() {
                let request = request.request(for: contract)
                group.addTask { (place, await prepared(request, likely + Int64(place))) }
            }
            var results: [Int: Result<PreparedInvoices, any Error>] = [:]
            for await (place, result) in group { results[place] = result }
            return (0..<contracts.count).compactMap { results[$0] }
        }
    }

    private func prepared(_ request: InvoiceRequest, _ likely: Int64) async -> Result<PreparedInvoices, any Error> {
        do {
            return .success(try await prepare(request, likelySequence: likely))
        } catch {
            return .failure(error)
        }
    }

    private func answer(
        _ request: InvoiceRequest,
        _ prepared: Result<PreparedInvoices, any Error>
    ) async throws -> MonthInvoicesAnswer {
        let contract = request.contract
        do {
            return switch try await issue(try prepared.get(), for: request) {
            case .issued(let listings):
                MonthInvoicesAnswer(contract: contract, invoices: listings.map(Self.summary))
            case .shown(let files): MonthInvoicesAnswer(contract: contract, invoices: files.map(\.summary))
            case .waits(let reason): MonthInvoicesAnswer(contract: contract, waits: reason)
            }
        } catch let refusal as Refusal where refusal.problem.code == Refusal.nothingToInvoice {
            return MonthInvoicesAnswer(contract: contract)
        } catch let refusal as Refusal {
            return MonthInvoicesAnswer(contract: contract, problem: refusal.problem)
        }
    }
}

extension MonthInvoicesRequest {
    /// The same of one of its contracts.
    fileprivate func request(for contract: String) -> InvoiceRequest {
        InvoiceRequest(contract: contract, month: month, isDryRun: isDryRun)
    }
}
