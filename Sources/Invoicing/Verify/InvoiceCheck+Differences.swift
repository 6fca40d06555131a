import Billing
import Contracts

extension InvoiceCheck {
    /// Statements of one that the other does not make, or makes differently, by their place and name.
    static func differences(
        _ said: [ParsedInvoice.Statement],
        from expected: [ParsedInvoice.Statement]
    ) -> [InvoiceFinding] {
        var findings: [InvoiceFinding] = []
        let key: (ParsedInvoice.Statement) -> [String] = { [$0.place, $0.name] }
        let values = Dictionary(said.map { (key($0), $0.value) }) { first, _ in first }
        for statement in expected {
            let value = values[key(statement)]
            guard value.map({ !$0.utf8.elementsEqual(statement.value.utf8) }) ?? true else { continue }
            let says = value.map { "is \(quoted($0))" } ?? "is missing"
            findings.append(
                InvoiceFinding(statement.place, "\(statement.name) \(says), not \(quoted(statement.value))")
            )
        }
        var left = Set(expected.map(key))
        for statement in said where left.remove(key(statement)) == nil {
            let sentence = "\(statement.name) is \(quoted(statement.value)), and should not be there"
            findings.append(InvoiceFinding(statement.place, sentence))
        }
        return findings
    }
}

extension ParsedInvoice {
    /// One thing that an invoice says.
    struct Statement: Hashable {
        var place: String
        var name: String
        var value: String
    }

    /// Everything that the file says, in its order.
    var statements: [Statement] {
        var statements = of("invoice", head)
        statements += of("seller", Self.party(seller)) + of("buyer", Self.party(buyer))
        let bank = [("IBAN", payment.iban), ("name", payment.name), ("BIC", payment.bic)]
        statements += of("payment", bank + [("remittance", payment.remittance), ("terms", payment.terms)])
        for (index, group) in groups.enumerated() {
            let amounts = [("net", Cents.text(group.netCents)), ("VAT", Cents.text(group.vatCents))]
            let head = [
                ("category", InvoiceCheck.name(group.vat)), ("exemption", group.exemption.joined(separator: " ")),
            ]
            statements += of("VAT group \(index + 1)", head + amounts)
        }
        statements += of(
            "total",
            [
                ("sum of lines", Cents.text(lineCents)), ("net", Cents.text(netCents)), ("VAT", Cents.text(vatCents)),
                ("gross", Cents.text(grossCents)), ("to pay", Cents.text(payableCents)),
            ]
        )
        for line in lines { statements += of("line \(line.id)", Self.line(line)) }
        let table = proof.flatMap { String(validating: $0, as: UTF8.self) }.flatMap(CSVText.parse) ?? []
        let columns = ServiceRow.columns + ServiceRow.creditColumns
        for row in table.dropFirst() {
            let cells = Array(zip(columns, row))
            let isGivenBack = cells.contains { $0.0 == "credit" && !$0.1.isEmpty }
            statements += of("session \(row.first ?? "")\(isGivenBack ? " given back" : "")", cells)
        }
        return statements
    }

    private var head: [(String, String?)] {
        [
            ("kind", kind.rawValue), ("number", number), ("issue date", issueDate.description),
            ("due date", dueDate?.description), ("note", note), ("currency", currency),
            ("buyer reference", buyerReference), ("first day", from.description), ("last day", to.description),
            ("original", original?.number), ("original's date", original?.issueDate.description),
            ("contract", contract),
        ]
            + corrected.enumerated().flatMap { index, invoice in
                [
                    ("corrected invoice \(index + 1)", invoice.number),
                    ("its date (\(index + 1))", invoice.issueDate.description),
                ]
            }
    }

    private static func party(_ party: Party) -> [(String, String?)] {
        [
            ("name", party.name), ("street", party.address.street), ("postal code", party.address.postalCode),
            ("town", party.address.city), ("country", party.address.country),
            ("electronic address", "\(party.endpoint.scheme) \(party.endpoint.value)"), ("id", party.id),
            ("VAT id", party.vatId), ("tax number", party.taxNumber),
            ("contact", party.contact.isEmpty ? nil : party.contact.joined(separator: ", ")),
        ]
    }

    private static func line(_ line: Line) -> [(String, String?)] {
        [
            ("text", line.name), ("detail", line.detail), ("note", line.note), ("kind", line.kind.rawValue),
            ("session", line.session), ("given back", line.credit?.rawValue),
            ("billed by", line.creditedInvoice), ("quantity", "\(line.quantity) \(line.unit.rawValue)"),
            ("price", line.price.description), ("base quantity", "\(line.baseQuantity)"),
            ("price per hour", line.centsPerHour.map(Cents.text)), ("percent", line.percentBp.map(BasisPoints.text)),
            ("VAT", InvoiceCheck.name(line.vat)), ("net", Cents.text(line.netCents)),
        ]
    }

    private func of(_ place: String, _ values: [(String, String?)]) -> [Statement] {
        values.compactMap { name, value in value.map { Statement(place: place, name: name, value: $0) } }
    }
}
