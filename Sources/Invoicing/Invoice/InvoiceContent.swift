import Billing
import Contracts

/// What an invoice is about, before it has a number: the lines of one or several months and their proof of service.
public struct InvoiceContent: Hashable, Sendable {
    /// A line and its VAT treatment.
    public struct Entry: Hashable, Sendable {
        /// The line as billing computed it.
        public var line: Line
        /// Category and percentage (rule 5: those at the end of performance).
        public var vat: Contract.VAT

        /// An entry from its parts.
        public init(line: Line, vat: Contract.VAT) {
            self.line = line
            self.vat = vat
        }
    }

    /// The first month.
    public let first: LocalMonth
    /// The last month.
    public let last: LocalMonth
    /// Retainer and sessions of each month in the months' order, then what is given back.
    public private(set) var entries: [Entry]
    /// The proof of service, in the sessions' order.
    public private(set) var rows: [ServiceRow]

    /// The content of closed months, several where earlier ones waited (`Rollover`).
    ///
    /// - Parameters:
    ///   - statements: in the months' order.
    ///   - rows: one for each session of the months, those without a line too; in any order.
    ///   - credits: lines of earlier invoices that are given back, each `Line.negated`.
    /// - Throws: `nothingToBill` where no line comes of it; `badProof` where rows and sessions differ.
    public init(
        statements: [PeriodStatement],
        rows: [ServiceRow],
        credits: [Entry] = []
    ) throws(InvoicingError) {
        var entries: [Entry] = []
        for statement in statements {
            if let line = statement.retainer, let vat = statement.retainerVAT {
                entries.append(Entry(line: line, vat: vat))
            }
            entries += statement.sessions.flatMap { bill in bill.lines.map { Entry(line: $0, vat: bill.vat) } }
        }
        entries += credits
        guard let first = statements.first?.period, let last = statements.last?.period, !entries.isEmpty else {
            throw InvoicingError(.nothingToBill, "there is nothing to invoice (no fee and no billed session)")
        }
        self.first = first
        self.last = last
        self.entries = entries
        self.rows = try Self.proof(rows, of: statements.flatMap(\.sessions))
    }

    /// The rows in the bills' order; each says what its bill says.
    private static func proof(_ rows: [ServiceRow], of bills: [SessionBill]) throws(InvoicingError) -> [ServiceRow] {
        let bySession = Dictionary(rows.map { (Array($0.session.utf8), $0) }) { first, _ in first }
        guard rows.count == bills.count, bySession.count == rows.count else {
            let counts = "\(rows.count) rows for \(bills.count) sessions"
            throw InvoicingError(.badProof, "the proof of service has \(counts) (give one row for each session)")
        }
        var proof: [ServiceRow] = []
        for bill in bills {
            let id = bill.session.session
            guard let row = bySession[Array(id.utf8)], row.netCents == bill.netCents,
                row.billedSeconds == bill.rounded.billedSeconds
            else {
                let sentence = "the proof of service differs from the bill of session \(quoted(id))"
                throw InvoicingError(.badProof, "\(sentence) (make its row from that bill)")
            }
            proof.append(row)
        }
        return proof
    }

    /// The sum of the lines in cents. Throws `outOfRange`.
    public func netCents() throws(InvoicingError) -> Int64 { try Exact.sum(entries.map(\.line.netCents)) }

    /// One content for each invoice that must be written: category O goes with no other (rule 5, BR-O-11 to BR-O-14).
    ///
    /// The proof follows its lines; a session without a line stays with the first.
    public func separated() -> [InvoiceContent] {
        let isOutside: (Entry) -> Bool = { $0.vat.category == .outsideScope }
        guard entries.contains(where: isOutside), !entries.allSatisfy(isOutside) else { return [self] }
        var (inside, outside) = (self, self)
        inside.entries.removeAll(where: isOutside)
        outside.entries.removeAll { !isOutside($0) }
        let sessions = Set(outside.entries.compactMap(\.line.session))
        inside.rows.removeAll { sessions.contains($0.session) }
        outside.rows.removeAll { !sessions.contains($0.session) }
        return [inside, outside]
    }
}
