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
        /// Where the line gives a session back.
        public var credit: Invoice.Credit?

        /// An entry from its parts.
        public init(line: Line, vat: Contract.VAT, credit: Invoice.Credit? = nil) {
            self.line = line
            self.vat = vat
            self.credit = credit
        }

        var row: RowKey? { line.session.map { RowKey(session: Array($0.utf8), isCredit: credit != nil) } }
    }

    /// The first month.
    public let first: LocalMonth
    /// The last month.
    public let last: LocalMonth
    /// Retainer, sessions and what is given back of each month, in the months' order.
    public private(set) var entries: [Entry]
    /// The proof of service in the lines' order, what is given back behind each month's sessions.
    public private(set) var rows: [ServiceRow]

    /// The content of closed months, several where earlier ones waited (`Rollover`).
    ///
    /// - Parameters:
    ///   - statements: in the months' order.
    ///   - rows: one for each session of the months, those without a line too, and one for each that is given back; in
    ///     any order.
    /// - Throws: `nothingToBill` where no line comes of it; `badProof` where rows and sessions differ.
    public init(statements: [PeriodStatement], rows: [ServiceRow]) throws(InvoicingError) {
        self.rows = try Self.proof(rows, of: statements)
        let credits = Dictionary(self.rows.compactMap { row in row.credit.map { (row.key, $0) } }) { first, _ in first }
        var entries: [Entry] = []
        for statement in statements {
            if let line = statement.retainer, let vat = statement.retainerVAT {
                entries.append(Entry(line: line, vat: vat))
            }
            entries += statement.sessions.flatMap { bill in bill.lines.map { Entry(line: $0, vat: bill.vat) } }
            for back in statement.credits {
                let key = RowKey(session: Array(back.credit.session.utf8), isCredit: true)
                entries += back.lines.map { Entry(line: $0, vat: back.vat, credit: credits[key]) }
            }
        }
        guard let first = statements.first?.period, let last = statements.last?.period, !entries.isEmpty else {
            throw InvoicingError(.nothingToBill, "there is nothing to invoice (no fee and no billed session)")
        }
        self.first = first
        self.last = last
        self.entries = entries
    }

    /// What makes a row of the proof one: a session may be billed and given back by one invoice.
    struct RowKey: Hashable {
        var session: [UInt8]
        var isCredit: Bool
    }

    /// The rows in the bills' order; each says what its bill says.
    private static func proof(
        _ rows: [ServiceRow],
        of statements: [PeriodStatement]
    ) throws(InvoicingError) -> [ServiceRow] {
        let byKey = Dictionary(rows.map { ($0.key, $0) }) { first, _ in first }
        let count = statements.reduce(0) { $0 + $1.sessions.count + $1.credits.count }
        guard rows.count == count, byKey.count == rows.count else {
            let counts = "\(rows.count) rows for \(count) sessions"
            throw InvoicingError(.badProof, "the proof of service has \(counts) (give one row for each session)")
        }
        var proof: [ServiceRow] = []
        for statement in statements {
            let billed = statement.sessions.map {
                (id: $0.session.session, isCredit: false, net: $0.netCents, seconds: $0.rounded.billedSeconds)
            }
            let given = statement.credits.map {
                (id: $0.credit.session, isCredit: true, net: $0.netCents, seconds: $0.billedSeconds)
            }
            for bill in billed + given {
                let key = RowKey(session: Array(bill.id.utf8), isCredit: bill.isCredit)
                guard let row = byKey[key], row.netCents == bill.net, row.billedSeconds == bill.seconds else {
                    let sentence = "the proof of service differs from the bill of session \(quoted(bill.id))"
                    throw InvoicingError(.badProof, "\(sentence) (make its row from that bill)")
                }
                proof.append(row)
            }
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
        let sessions = Set(outside.entries.compactMap(\.row))
        inside.rows.removeAll { sessions.contains($0.key) }
        outside.rows.removeAll { !sessions.contains($0.key) }
        return [inside, outside]
    }
}
