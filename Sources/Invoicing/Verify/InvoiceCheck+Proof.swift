import Contracts

extension InvoiceCheck {
    /// Lines that do not say of a session what its row in the proof of service says (rule 11).
    static func proof(_ invoice: ParsedInvoice) throws(InvoicingError) -> [InvoiceFinding] {
        guard invoice.proof != nil else {
            let isNeeded = invoice.lines.contains { $0.session != nil && ($0.quantity > 0 || $0.credit != nil) }
            return isNeeded ? [InvoiceFinding("proof of service", "is missing")] : []
        }
        guard let rows = invoice.sessions else {
            return [InvoiceFinding("proof of service", "is not a table of this program")]
        }
        var findings: [InvoiceFinding] = []
        let billing = invoice.lines.filter { $0.credit == nil && $0.quantity > 0 }
        let bySession = Dictionary(grouping: billing) { $0.session }
        for row in rows {
            let place = "session \(row.session.singleLine)"
            let lines = bySession[row.session] ?? []
            let net = try Exact.sum(lines.map(\.netCents))
            let source = "adding its lines"
            findings += [InvoiceFinding(place, says: row.netCents, computed: net, from: source)].compactMap(\.self)
            let seconds = lines.filter { $0.kind == .time || $0.kind == .warranty }.map(\.seconds)
            let billed = try Exact.sum(seconds)
            if billed != row.billedSeconds {
                findings.append(InvoiceFinding(place, "has \(row.billedSeconds) s billed, but lines of \(billed) s"))
            }
        }
        let known = Set(rows.map(\.session))
        for line in billing {
            guard let session = line.session, !known.contains(session) else { continue }
            let sentence = "bills session \(session.singleLine), which the proof of service does not show"
            findings.append(InvoiceFinding("line \(line.id.singleLine)", sentence))
        }
        return findings
    }

    /// Everything in which the proof of service differs from receipts, session by session; none where they agree.
    ///
    /// Sessions of which there is no receipt are left out: `ParsedInvoice.sessions` names them.
    public static func differences(
        _ invoice: ParsedInvoice,
        fromReceipts receipts: [ParsedInvoice.Session]
    ) -> [InvoiceFinding] {
        guard let sessions = invoice.sessions else {
            return [InvoiceFinding("proof of service", "is not a table of this program")]
        }
        return sessions.flatMap { said in
            receipts.filter { $0.session == said.session }.flatMap { receipt in
                let place = "session \(said.session.singleLine)"
                let times = [
                    ("connected", said.rawSeconds, receipt.rawSeconds),
                    ("billed", said.billedSeconds, receipt.billedSeconds),
                    ("from the quota", said.quotaSeconds, receipt.quotaSeconds),
                ]
                let differing = times.filter { $0.1 != $0.2 }.map { name, said, receipt in
                    InvoiceFinding(place, "has \(said) s \(name), but its receipt \(receipt) s")
                }
                let net = InvoiceFinding(place, says: said.netCents, computed: receipt.netCents, from: "its receipt")
                return differing + [net].compactMap(\.self)
            }
        }
    }
}

extension ParsedInvoice.Line {
    /// The time that the line tells of; 0 for the fee.
    var seconds: Int64 {
        switch unit {
        // Quantities are read with 18 digits at most, so a product that overflows is no real line.
        case .minute: quantity.multipliedReportingOverflow(by: 60).overflow ? .max : quantity * 60
        case .second: quantity
        case .month: 0
        }
    }
}
