import FoundationEssentials
import Invoicing
import RelayAPI
import Receipts

extension InvoiceFile {
    /// Sees to it that there is an electronic invoice.
    ///
    /// - Throws: `OperatorError` (`refused`) where the client, a consumer, gets the page alone.
    public func requireXML() throws(OperatorError) {
        guard xml.isEmpty else { return }
        throw OperatorError(
            .refused,
            """
            invoice \(summary.number) has no XRechnung, since \(summary.contract) has no client.eInvoiceAddress: the page is the invoice \
            (--html FILE without --xml writes it)
            """
        )
    }
}

extension Relay {
    /// Issues a month's invoice, once; or shows what it would be.
    public func invoice(_ contract: String, month: String, isDryRun: Bool) async throws -> InvoiceAnswer {
        let answer: InvoiceAnswer = try await post(
            RelayRoute.invoices,
            InvoiceRequest(contract: contract, month: month, isDryRun: isDryRun)
        )
        try answer.invoices.forEach(Self.check)
        return answer
    }

    /// The same for every contract that there is, in the order of their ids; `each` is called with what became of some of them, as it becomes
    /// known. Contracts that have nothing to invoice are left out.
    public func invoices(
        ofMonth month: String,
        isDryRun: Bool,
        each: ([MonthInvoicesAnswer]) async throws -> Void
    ) async throws {
        let ids = try await contracts().map(\.contract)
        // As many as are answered at once without anybody wondering whether something happens.
        let size = 25
        for start in stride(from: 0, to: ids.count, by: size) {
            let answers: [MonthInvoicesAnswer] = try await post(
                RelayRoute.monthInvoices,
                MonthInvoicesRequest(
                    contracts: Array(ids[start..<min(start + size, ids.count)]),
                    month: month,
                    isDryRun: isDryRun
                )
            )
            try await each(answers.filter { !$0.isEmpty })
        }
    }

    /// A contract's month for other programs; this month where nil.
    public func services(_ contract: String, month: String?) async throws -> [ServiceRow] {
        try await get(RelayRoute.services(contract: contract, month: month))
    }

    /// All invoices and Storni.
    public func invoices() async throws -> [InvoiceSummary] { try await get(RelayRoute.invoices) }

    /// One with its documents.
    public func invoice(number: String) async throws -> InvoiceFile {
        let file: InvoiceFile = try await get(RelayRoute.invoice(number))
        try Self.check(file)
        return file
    }

    /// How its lines were computed; all of them without a line.
    public func explanation(of number: String, line: Int?) async throws -> Explanation {
        try await get(RelayRoute.explanation(number, line: line))
    }

    /// Takes an invoice back by a Storno.
    public func cancelInvoice(_ number: String, reason: String?) async throws -> InvoiceFile {
        let file: InvoiceFile = try await post(
            RelayRoute.cancelInvoice,
            CancelInvoice(number: number, reason: reason)
        )
        try Self.check(file)
        return file
    }

    /// Writes down when the money came.
    public func payInvoice(_ number: String, on day: String?) async throws -> InvoiceSummary {
        try await post(RelayRoute.payInvoice, InvoicePayment(number: number, paidOn: day))
    }

    /// Has the next invoice get the number after one that was given elsewhere.
    public func continueNumbers(after number: String) async throws -> NextInvoiceNumber {
        try await post(RelayRoute.continueNumbers, NumbersContinuation(after: number))
    }

    /// The booking batch of a month, as the bytes of a file.
    public func datev(month: String) async throws -> [UInt8] {
        let batch: BookingBatch = try await get(RelayRoute.datev(month: month))
        guard let data = Data(base64Encoded: batch.base64) else {
            throw OperatorError(.refused, "the booking batch cannot be read (use the same release everywhere)")
        }
        return Array(data)
    }

    /// What is handed out must be what was issued.
    private static func check(_ file: InvoiceFile) throws {
        guard Digest.sha256(file.xml).hex == file.summary.xmlHash else {
            throw OperatorError(
                .ledger,
                "invoice \(file.summary.number) is not the one that was issued (lotse-relay verify)"
            )
        }
    }
}
