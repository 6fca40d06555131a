import Contracts

extension InvoicePage {
    /// The table of lines.
    func lines() throws(InvoicingError) -> HTML {
        let gross = amounts.isGross ? words(" (inkl. USt)", " (incl. VAT)") : ""
        let showsVAT = invoice.groups.count > 1
        let vatHead: HTML? = showsVAT ? "<th class=\"n\">\(words("USt", "VAT"))</th>" : nil
        var rows: [HTML] = []
        for (line, cents) in zip(invoice.lines, amounts.lines) {
            let vat: HTML? = showsVAT ? "<td class=\"n\">\(words.percent(line.vat.percentBp))</td>" : nil
            let note: HTML? = detail(of: line).map { "<small>\($0)</small>" }
            rows.append(
                """
                <tr><td class="i">\(line.number)</td><td class="w">\(line.text)\(note)</td>\
                <td class="n">\(quantity(of: line))</td>\
                <td class="n">\(words.price(try amounts.price(of: line)))\(unit(of: line))</td>\(vat)\
                <td class="n">\(words.euro(cents))</td></tr>

                """
            )
        }
        return """
            <table class="lines">
            <thead><tr><th class="i">#</th><th class="w">\(words("Leistung", "Service"))</th>\
            <th class="n">\(words("Menge", "Quantity"))</th>\
            <th class="n">\(words("Preis", "Price"))\(gross)</th>\(vatHead)\
            <th class="n">\(words("Betrag", "Amount"))\(gross)</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>

            """
    }

    private func detail(of line: InvoiceLine) -> String? {
        guard line.kind == .surcharge, !amounts.isGross else { return line.detail }
        let note = words.surcharge(percentBp: line.percentBp, centsPerHour: line.centsPerHour)
        return line.detail.map { "\($0) · \(note)" } ?? note
    }

    private func quantity(of line: InvoiceLine) -> String {
        let number = line.quantity < 0 ? "−\(line.quantity.magnitude)" : "\(line.quantity)"
        switch line.unit {
        case .minute: return "\(number)\u{A0}min"
        case .second: return "\(number)\u{A0}s"
        case .month: return "\(number)\u{A0}\(words("Monat", "month"))"
        }
    }

    private func unit(of line: InvoiceLine) -> String {
        line.unit == .month ? "/\(words("Monat", "month"))" : "/h"
    }

    /// Net, tax by rate and the sum (§ 14 (4) Nr. 7, 8 UStG).
    var totals: HTML {
        let gross = words.euro(amounts.signed(invoice.grossCents))
        let sum: HTML =
            "<tr class=\"sum\"><th>\(words("Gesamtbetrag", "Total"))</th><td class=\"n\">\(gross)</td></tr>\n"
        let parts = netRows
        let rows = amounts.isGross ? [sum] + parts : parts + [sum]
        return """
            <table class="totals">
            \(rows)</table>
            \(exemptions)
            """
    }

    /// Net and taxes; nothing where no line is taxed, since the total is the net then.
    private var netRows: [HTML] {
        guard invoice.groups.contains(where: { $0.vat.category == .standard }) else { return [] }
        let net = amounts.isGross ? words("darin Netto", "of it net") : words("Nettobetrag", "Net")
        let taxes = invoice.groups.filter { $0.vat.category == .standard }.map { group in
            let percent = words.percent(group.vat.percentBp)
            let base = words.euro(amounts.signed(group.netCents))
            let text =
                amounts.isGross
                ? words("darin \(percent) USt auf \(base)", "of it \(percent) VAT on \(base)")
                : words("zzgl. \(percent) USt auf \(base)", "plus \(percent) VAT on \(base)")
            return "<tr><th>\(text)</th><td class=\"n\">\(words.euro(amounts.signed(group.vatCents)))</td></tr>\n"
                as HTML
        }
        return ["<tr><th>\(net)</th><td class=\"n\">\(words.euro(amounts.signed(invoice.netCents)))</td></tr>\n"]
            + taxes
    }

    /// Why there is no tax, for each group without (§ 14 (4) Nr. 8, § 14a (5) UStG).
    private var exemptions: [HTML] {
        invoice.groups.compactMap { group in
            words.exemption(group.vat.category).map { "<p class=\"exempt\">\($0).</p>\n" }
        }
    }
}
