import Contracts

extension Invoice {
    /// The Storno of this invoice: the same parties, lines and sums under a number of its own, turned around by its kind.
    ///
    /// An issued invoice is never edited: what is wrong is cancelled wholly and issued anew.
    ///
    /// - Parameters:
    ///   - number: from the same sequence as invoices.
    ///   - issueDate: today in the contract's time zone.
    ///   - reason: why, in words; nil: it says nothing.
    /// - Throws: `badCancellation` for a Storno, a dry run, a day before the invoice's and its own number.
    public func cancelled(
        number: String,
        issueDate: LocalDate,
        reason: String? = nil
    ) throws(InvoicingError) -> Invoice {
        guard kind == .invoice, !isDraft else {
            let sentence = "\(self.number) is no issued invoice, so it cannot be cancelled"
            throw InvoicingError(.badCancellation, "\(sentence) (lotse invoice list shows which are)")
        }
        guard !number.isEmpty, number == number.singleLine, number != self.number, issueDate >= self.issueDate else {
            let sentence = "the Storno of \(self.number) would have its number, none or an earlier date"
            throw InvoicingError(.badCancellation, "\(sentence) (check the clock)")
        }
        var storno = self
        storno.kind = .cancellation
        storno.number = number
        storno.issueDate = issueDate
        storno.dueDate = nil
        storno.original = Original(number: self.number, issueDate: self.issueDate)
        storno.reason = reason.map(\.singleLine)
        return storno
    }
}
