import Billing
import Contracts

extension InvoiceCheck {
    /// Sessions that are given back otherwise than their rows in the proof of service say, or otherwise than this very
    /// invoice bills them.
    static func credits(_ invoice: ParsedInvoice) throws(InvoicingError) -> [InvoiceFinding] {
        guard invoice.proof != nil, let rows = invoice.credits, let sessions = invoice.sessions else { return [] }
        var findings: [InvoiceFinding] = []
        let given = Dictionary(grouping: invoice.lines.filter { $0.credit != nil }) { $0.session }
        for row in rows {
            let place = "session \(row.session.singleLine) given back"
            let lines = given[row.session] ?? []
            let net = try Exact.sum(lines.map(\.netCents))
            let source = "adding its lines"
            findings += [InvoiceFinding(place, says: row.netCents, computed: net, from: source)].compactMap(\.self)
            let timed = lines.filter { $0.kind == .time || $0.kind == .warranty }
            let seconds = try Exact.sum(timed.map(\.seconds))
            if seconds != row.billedSeconds {
                findings.append(InvoiceFinding(place, "takes \(row.billedSeconds) s back, but its lines \(seconds) s"))
            }
            if !lines.allSatisfy({ $0.credit == row.credit }) {
                findings.append(InvoiceFinding(place, "is returned on one line and warranty on another"))
            }
            findings += mirror(row, lines, of: sessions, place)
        }
        let known = Set(rows.map(\.session))
        for line in invoice.lines where line.credit != nil {
            let place = "line \(line.id.singleLine)"
            // What is given back is negative; only as warranty its time stays, at 0.00.
            let isKept = line.credit == .warranty && line.kind == .warranty && line.netCents == 0
            if line.quantity >= 0, !isKept {
                findings.append(InvoiceFinding(place, "gives something back, and bills it"))
            }
            guard let session = line.session, known.contains(session) else {
                let name = line.session?.singleLine ?? "nothing"
                let sentence = "gives \(name) back, which the proof of service does not show"
                findings.append(InvoiceFinding(place, sentence))
                continue
            }
        }
        return findings
    }

    /// Where the session is billed by the same invoice, the two must add up to nothing.
    private static func mirror(
        _ row: ParsedInvoice.Session,
        _ lines: [ParsedInvoice.Line],
        of sessions: [ParsedInvoice.Session],
        _ place: String
    ) -> [InvoiceFinding] {
        guard let billed = sessions.first(where: { $0.session == row.session }) else { return [] }
        var findings = [
            InvoiceFinding(place, says: row.netCents, computed: 0 &- billed.netCents, from: "what is billed of it")
        ].compactMap(\.self)
        if row.quotaSeconds != 0 &- billed.quotaSeconds {
            let sentence = "gives \(0 &- row.quotaSeconds) s of quota back, but \(billed.quotaSeconds) s were used"
            findings.append(InvoiceFinding(place, sentence))
        }
        if lines.contains(where: { $0.creditedInvoice != nil }) {
            findings.append(InvoiceFinding(place, "is billed by this invoice and by another"))
        }
        return findings
    }
}
