import Contracts

extension InvoiceCheck {
    /// Lines that do not say of a session what its row in the proof of service says (rule 11).
    static func proof(_ invoice: ParsedInvoice) throws(InvoicingError) -> [InvoiceFinding] {
        guard let bytes = invoice.proof else {
            let isNeeded = invoice.lines.contains { $0.session != nil && $0.quantity > 0 }
            return isNeeded ? [InvoiceFinding("proof of service", "is missing")] : []
        }
        guard let rows = proofRows(bytes) else {
            return [InvoiceFinding("proof of service", "is not a table of this program")]
        }
        var findings: [InvoiceFinding] = []
        for row in rows {
            let place = "session \(row.session.singleLine)"
            // A line that gives something back belongs to an earlier invoice's proof.
            let lines = invoice.lines.filter { $0.session == row.session && $0.quantity > 0 }
            let net = try Exact.sum(lines.map(\.netCents))
            let source = "its lines"
            findings += [InvoiceFinding(place, says: row.netCents, computed: net, from: source)].compactMap(\.self)
            let seconds = lines.filter { $0.kind == .time || $0.kind == .warranty }.map(\.seconds)
            let billed = try Exact.sum(seconds)
            if billed != row.billedSeconds {
                findings.append(InvoiceFinding(place, "has \(row.billedSeconds) s billed, but lines of \(billed) s"))
            }
        }
        let known = Set(rows.map(\.session))
        for line in invoice.lines where line.quantity > 0 {
            guard let session = line.session, !known.contains(session) else { continue }
            let sentence = "bills session \(session.singleLine), which the proof of service does not show"
            findings.append(InvoiceFinding("line \(line.id.singleLine)", sentence))
        }
        return findings
    }

    private struct ProofRow {
        var session: String
        var billedSeconds: Int64
        var netCents: Int64
    }

    private static func proofRows(_ bytes: [UInt8]) -> [ProofRow]? {
        guard let text = String(validating: bytes, as: UTF8.self), let rows = CSVText.parse(text),
            rows.first == ServiceRow.columns
        else { return nil }
        let column = Dictionary(uniqueKeysWithValues: zip(ServiceRow.columns, ServiceRow.columns.indices))
        guard let session = column["session"], let billed = column["billedSeconds"], let net = column["netCents"] else {
            return nil
        }
        var proof: [ProofRow] = []
        for row in rows.dropFirst() {
            guard row.count == ServiceRow.columns.count, let billed = Int64(row[billed]), let net = Int64(row[net])
            else {
                return nil
            }
            proof.append(ProofRow(session: row[session], billedSeconds: billed, netCents: net))
        }
        return Set(proof.map(\.session)).count == proof.count ? proof : nil
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
