import Billing
import Contracts

extension InvoicePage {
    /// The proof of service behind the invoice; nothing where no session was.
    var proof: HTML? {
        guard !invoice.proof.isEmpty else { return nil }
        let title = words("Leistungsnachweis", "Proof of service")
        let note = words(
            "Verbundene Zeit ohne Pausen und Unterbrechungen; abgerechnet wird die gerundete Zeit. Beträge netto.",
            "Connected time without pauses and interruptions; the rounded time is billed. Amounts are net."
        )
        let head = [
            words("Beginn – Ende", "Start – end"), words("Tätigkeit", "Work"), words("Verbunden", "Connected"),
            words("Pausen", "Breaks"), words("Abgerechnet", "Billed"), words("Kontingent", "Quota"),
            words("Netto", "Net"), words("Unterschrift", "Signature"),
        ]
        let columns = head.enumerated().map { index, name in
            (2...6).contains(index) ? "<th class=\"n\">\(name)</th>" as HTML : "<th>\(name)</th>"
        }
        return """
            <section class="sheet proof">
            <h2>\(title)</h2>
            <p class="subject">\(words("zu", "for")) \(words.name(of: invoice.kind)) \(invoice.number) · \(invoice.title)</p>
            <div class="scroll"><table class="sessions">
            <thead><tr>\(columns)</tr></thead>
            <tbody>
            \(invoice.proof.map(row))</tbody>
            <tfoot>\(sums)</tfoot>
            </table></div>
            <p class="note">\(note) \(words("Zeiten: ", "Times: "))\(zoneName).</p>
            </section>

            """
    }

    private var zoneName: String { words("Ortszeit des Vertrags", "local time of the contract") }

    private func row(_ row: ServiceRow) -> HTML {
        let (start, end) = (zone.wallClock(at: row.startedAt), zone.wallClock(at: row.endedAt))
        let until = start.date == end.date ? words.time(end) : "\(words.day(end.date)) \(words.time(end))"
        let work = row.summary.isEmpty ? row.category : row.summary
        let given = row.credit.map { " · \(words.given(back: $0, in: zone))" } ?? ""
        let origin = "\(row.category) · \(row.operator) · \(row.session)\(given)"
        return """
            <tr><td class="t">\(words.day(start.date))<small>\(words.time(start))–\(until)</small></td>\
            <td class="w">\(work)<small>\(origin)\(bands(of: row))</small></td>\
            <td class="n">\(words.duration(row.rawSeconds))</td>\
            <td class="n">\(words.duration(row.pausedSeconds &+ row.disconnectedSeconds))</td>\
            <td class="n">\(words.duration(row.billedSeconds))</td><td class="n">\(words.duration(row.quotaSeconds))</td>\
            <td class="n">\(words.euro(row.netCents))</td><td>\(words.receipt(row.receipt))</td></tr>

            """
    }

    private func bands(of row: ServiceRow) -> String {
        row.bands.filter { $0.percentBp > 0 }.map { band in
            " · \(words.duration(band.seconds)) \(band.label) +\(words.percent(band.percentBp))"
        }.joined()
    }

    private var sums: HTML {
        let rows = invoice.proof
        // Each is bounded by what billing can compute, and a page shows what it was given: wrap rather than trap.
        func sum(_ value: (ServiceRow) -> Int64) -> Int64 { rows.reduce(0) { $0 &+ value($1) } }
        return """
            <tr><th colspan="2">\(words("Summe", "Total"))</th><td class="n">\(words.duration(sum(\.rawSeconds)))</td>\
            <td class="n">\(words.duration(sum { $0.pausedSeconds &+ $0.disconnectedSeconds }))</td>\
            <td class="n">\(words.duration(sum(\.billedSeconds)))</td>\
            <td class="n">\(words.duration(sum(\.quotaSeconds)))</td>\
            <td class="n">\(words.euro(sum(\.netCents)))</td><td></td></tr>
            """
    }
}
