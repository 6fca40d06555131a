import Billing
import Contracts

extension Invoice {
    /// An invoice over closed months.
    ///
    /// - Parameters:
    ///   - content: the lines and their proof; one of `InvoiceContent.separated()`.
    ///   - contract: the version in force at the end of the last month: parties, terms of payment, language.
    ///   - supplier: who sends it.
    ///   - number: from `InvoiceNumberFormat`; on one line.
    ///   - issueDate: today in the contract's time zone.
    ///   - zone: the rules of that zone, for the times of day on the lines.
    /// - Throws: `incomplete` with every missing field and why the law wants it; `mixedScope`, `badNumber`, `outOfRange`.
    public init(
        _ content: InvoiceContent,
        contract: Contract,
        supplier: Supplier,
        number: String,
        issueDate: LocalDate,
        zone: TimeZoneRules
    ) throws(InvoicingError) {
        let treatments = content.entries.map(\.vat)
        let billed = content.entries.filter { $0.credit == nil }.map(\.vat)
        try Self.check(treatments, billed: billed, contract: contract, supplier: supplier)
        guard !number.isEmpty, number == number.singleLine else {
            throw InvoicingError(.badNumber, "\(quoted(number)) is no invoice number (mend invoiceNumbers)")
        }
        let words = InvoiceWords(contract.language ?? .english)
        kind = .invoice
        self.number = number
        self.issueDate = issueDate
        dueDate = try issueDate.adding(days: contract.payment.termDays)
        from = try content.first.firstDay
        to = try content.last.lastDay
        language = words.language
        currency = contract.currency
        self.contract = contract.contract
        title = contract.title.singleLine
        let isOutsideScope = treatments.contains { $0.category == .outsideScope }
        seller = Seller(supplier, isOutsideScope: isOutsideScope)
        buyer = Buyer(contract, isOutsideScope: isOutsideScope)
        proof = content.rows
        let details = Dictionary(
            content.rows.map { ($0.key, words.detail(of: $0, in: zone)) },
            uniquingKeysWith: { first, _ in first }
        )
        var lines: [InvoiceLine] = []
        for entry in content.entries {
            let detail = entry.row.flatMap { details[$0] }
            lines.append(try InvoiceLine(lines.count + 1, entry, detail: detail))
        }
        self.lines = lines
        let groups: [VATGroup]
        do {
            groups = try VATGroup.groups(lines.map { (vat: $0.vat, netCents: $0.netCents) })
        } catch {
            throw InvoicingError(error)
        }
        self.groups = groups.map { Group(vat: $0.vat, netCents: $0.netCents, vatCents: $0.vatCents) }
        netCents = try Exact.sum(groups.map(\.netCents))
        vatCents = try Exact.sum(groups.map(\.vatCents))
        grossCents = try Exact.sum([netCents, vatCents])
        if grossCents < 0 { dueDate = nil }
    }

    /// Everything that keeps an invoice from being written: what the supplier and the client lack, each with the reason
    /// why the law or the format wants it.
    ///
    /// - Parameters:
    ///   - treatments: of the invoice's lines; they may be those of earlier versions of the contract.
    ///   - credited: of what is given back. Whether it was right was asked when it was billed; now only the client's data must
    ///     be there.
    public static func problems(
        _ treatments: [Contract.VAT],
        credited: [Contract.VAT] = [],
        contract: Contract,
        supplier: Supplier
    ) -> [Problem] {
        // Dates of the books and the booking batch have nothing to do with an invoice.
        let unneeded = ["datev", "timeZone"]
        var problems = supplier.problems().filter { problem in !unneeded.contains { problem.path.hasPrefix($0) } }
        for (vat, isBilled) in treatments.map({ ($0, true) }) + credited.map({ ($0, false) }) {
            var contract = contract
            contract.vat = vat
            for problem in contract.problems(supplier: supplier)
            where problem.path.hasPrefix("client.") || (isBilled && problem.path.hasPrefix("vat.")) {
                if !problems.contains(problem) { problems.append(problem) }
            }
        }
        return problems.filter { $0.severity == .error }
    }

    private static func check(
        _ treatments: [Contract.VAT],
        billed: [Contract.VAT],
        contract: Contract,
        supplier: Supplier
    ) throws(InvoicingError) {
        var distinct: [Contract.VAT] = []
        for vat in treatments where !distinct.contains(vat) { distinct.append(vat) }
        if distinct.count > 1, distinct.contains(where: { $0.category == .outsideScope }) {
            let sentence = "VAT category O goes with no other on one invoice"
            throw InvoicingError(.mixedScope, "\(sentence) (write one invoice for each part of the content)")
        }
        let problems = problems(
            distinct.filter(billed.contains),
            credited: distinct.filter { !billed.contains($0) },
            contract: contract,
            supplier: supplier
        )
        guard problems.isEmpty else {
            let list = problems.map { problem in
                "\(problem.path) \(problem.sentence)\(problem.mend.map { ": \($0)" } ?? "")"
            }
            let advice = "mend supplier.yaml or the contract"
            throw InvoicingError(
                .incomplete,
                "the invoice cannot be written: \(list.joined(separator: "; ")) (\(advice))"
            )
        }
    }
}
