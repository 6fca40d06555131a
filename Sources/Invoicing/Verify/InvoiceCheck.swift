import Billing
import Contracts

/// Computes an invoice again, to the cent: what a client need not believe.
///
/// `findings(in:)` takes the file by itself; `differences(_:from:)` compares it with an invoice that was computed from
/// receipts and contract on another machine.
public enum InvoiceCheck {
    /// Every sum and form that does not fit the rest of the file; none where all is well.
    ///
    /// Lines by quantity, price and percentage (rules 7, 8, 10), groups and tax by their lines (rule 9), totals by
    /// groups, lines by the proof of service (rule 11).
    public static func findings(in invoice: ParsedInvoice) -> [InvoiceFinding] {
        do {
            return try lines(invoice) + groups(invoice) + totals(invoice) + document(invoice) + proof(invoice)
                + credits(invoice)
        } catch {
            return [InvoiceFinding("invoice", error.diagnostics)]
        }
    }

    /// Everything in which a file differs from what the invoice should be, line by line; none where they are the same.
    public static func differences(_ invoice: ParsedInvoice, from expected: Invoice) -> [InvoiceFinding] {
        do {
            // Our own file of the expected invoice, read back: one way of writing things down, and no second mapping.
            return differences(invoice.statements, from: try ParsedInvoice(XRechnung.bytes(expected)).statements)
        } catch {
            return [InvoiceFinding("invoice", error.diagnostics)]
        }
    }

    private static func lines(_ invoice: ParsedInvoice) throws(InvoicingError) -> [InvoiceFinding] {
        var findings: [InvoiceFinding] = []
        if invoice.lines.isEmpty { findings.append(InvoiceFinding("invoice", "has no line")) }
        for (index, line) in invoice.lines.enumerated() {
            let place = "line \(line.id.singleLine)"
            if line.id != "\(index + 1)" { findings.append(InvoiceFinding(place, "should be line \(index + 1)")) }
            if line.baseQuantity != line.unit.baseQuantity {
                let sentence = "has a price for \(line.baseQuantity), not for an hour of \(line.unit.rawValue)"
                findings.append(InvoiceFinding(place, sentence))
            }
            if (line.unit == .month) != (line.kind == .retainer) {
                findings.append(InvoiceFinding(place, "counts \(line.unit.rawValue) for a \(line.kind.rawValue)"))
            }
            let net = try line.price.netCents(quantity: line.quantity, baseQuantity: max(1, line.baseQuantity))
            let source = "\(line.quantity) \(line.unit.rawValue) at \(line.price) for \(line.baseQuantity)"
            findings += [InvoiceFinding(place, says: line.netCents, computed: net, from: source)].compactMap(\.self)
            findings += try price(of: line, place)
        }
        return findings
    }

    /// A surcharge's price is its percentage of an hour's price (rule 7); what is a warranty costs nothing.
    private static func price(of line: ParsedInvoice.Line, _ place: String) throws(InvoicingError) -> [InvoiceFinding] {
        switch (line.kind, line.centsPerHour, line.percentBp) {
        case (.surcharge, let cents?, let percent?):
            let price = try UnitPrice(surchargeOn: cents, percentBp: percent)
            guard price != line.price else { return [] }
            let source = "\(BasisPoints.text(percent)) % of \(Cents.text(cents))"
            return [InvoiceFinding(place, "has the price \(line.price), but \(source) gives \(price)")]
        case (.surcharge, _, _):
            return [InvoiceFinding(place, "does not say which percentage of which price it is")]
        case (_, nil, nil):
            let isFree = line.kind == .warranty && line.price.units != 0
            return isFree ? [InvoiceFinding(place, "charges \(line.price) an hour for a defect")] : []
        default:
            return [InvoiceFinding(place, "has a percentage, but is no surcharge")]
        }
    }

    private static func groups(_ invoice: ParsedInvoice) throws(InvoicingError) -> [InvoiceFinding] {
        let computed: [VATGroup]
        do {
            computed = try VATGroup.groups(invoice.lines.map { (vat: $0.vat, netCents: $0.netCents) })
        } catch {
            throw InvoicingError(error)
        }
        var findings: [InvoiceFinding] = []
        for group in computed {
            let place = "VAT \(name(group.vat))"
            let said = invoice.groups.filter { $0.vat == group.vat }
            guard let only = said.first, said.count == 1 else {
                findings.append(InvoiceFinding(place, "stands \(said.count) times among the sums, not once"))
                continue
            }
            let source = "\(BasisPoints.text(group.vat.percentBp)) % of \(Cents.text(group.netCents))"
            findings += [
                InvoiceFinding(place, says: only.netCents, computed: group.netCents, from: "the sum of its lines"),
                InvoiceFinding(place, says: only.vatCents, computed: group.vatCents, from: source),
            ].compactMap(\.self)
            findings += exemption(of: only, place)
        }
        for group in invoice.groups where !computed.contains(where: { $0.vat == group.vat }) {
            findings.append(InvoiceFinding("VAT \(name(group.vat))", "has a sum, but no line"))
        }
        if computed.count > 1, computed.contains(where: { $0.vat.category == .outsideScope }) {
            findings.append(InvoiceFinding("VAT O", "stands beside another category (BR-O-11)"))
        }
        return findings
    }

    private static func exemption(of group: ParsedInvoice.Group, _ place: String) -> [InvoiceFinding] {
        let category = group.vat.category
        let text = [InvoiceWords.exemptionCode(category), InvoiceWords.exemption(category)].compactMap(\.self)
        var findings: [InvoiceFinding] = []
        if group.exemption != text { findings.append(InvoiceFinding(place, "does not say why there is no tax")) }
        if category != .standard, group.vat.percentBp != 0 {
            findings.append(InvoiceFinding(place, "has a percentage, but is free of tax"))
        }
        return findings
    }

    private static func totals(_ invoice: ParsedInvoice) throws(InvoicingError) -> [InvoiceFinding] {
        let lines = try Exact.sum(invoice.lines.map(\.netCents))
        let taxes = try Exact.sum(invoice.groups.map(\.vatCents))
        let gross = try Exact.sum([lines, taxes])
        return [
            InvoiceFinding("sum of lines", says: invoice.lineCents, computed: lines, from: "adding them"),
            InvoiceFinding("net", says: invoice.netCents, computed: lines, from: "adding the lines"),
            InvoiceFinding("VAT", says: invoice.vatCents, computed: taxes, from: "adding the groups"),
            InvoiceFinding("gross", says: invoice.grossCents, computed: gross, from: "net and VAT"),
            InvoiceFinding("to pay", says: invoice.payableCents, computed: gross, from: "net and VAT"),
        ].compactMap(\.self)
    }

    private static func document(_ invoice: ParsedInvoice) -> [InvoiceFinding] {
        var findings: [InvoiceFinding] = []
        if (invoice.kind == .cancellation) != (invoice.original != nil) {
            findings.append(InvoiceFinding("original", "a Storno, and nothing else, names the invoice it takes back"))
        }
        let named = Set(invoice.lines.compactMap(\.creditedInvoice))
        if named != Set(invoice.corrected.map(\.number)) || invoice.corrected.count != named.count {
            let sentence = "the invoices that its lines correct are others than those it refers to"
            findings.append(InvoiceFinding("corrected invoices", sentence))
        }
        if invoice.to < invoice.from { findings.append(InvoiceFinding("period", "ends before it begins")) }
        if let due = invoice.dueDate, due < invoice.issueDate {
            findings.append(InvoiceFinding("due date", "lies before the issue date"))
        }
        if invoice.payment.remittance != invoice.number {
            findings.append(InvoiceFinding("payment", "is to be made under another number"))
        }
        return findings
    }

    static func name(_ vat: Contract.VAT) -> String { "\(vat.category.rawValue) \(BasisPoints.text(vat.percentBp)) %" }
}
