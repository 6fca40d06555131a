import Billing
import Contracts

extension ParsedInvoice {
    /// The next line, or nil where there is none.
    static func line(
        _ children: inout XMLChildren,
        _ form: XRechnung.Form,
        _ currency: String
    ) throws(InvoicingError) -> Line? {
        try children.optionalGroup(form.line) { line throws(InvoicingError) in
            let id = try line.text("cbc:ID")
            let note = try line.optionalText("cbc:Note")
            let (quantity, unit) = try quantity(form.quantity, &line)
            let netCents = try amount("cbc:LineExtensionAmount", &line, currency)
            let item = try item(&line)
            let (price, baseQuantity) = try price(&line, unit, currency)
            guard let kind = item.properties["kind"].flatMap(Billing.Line.Kind.init) else {
                throw .unreadable("line \(quoted(id)) does not say what it is for")
            }
            return Line(
                id: id,
                name: item.name,
                detail: item.detail,
                note: note,
                kind: kind,
                session: item.properties["session"],
                credit: try item.properties["credit"].map { text throws(InvoicingError) in
                    guard let kind = Invoice.Credit.Kind(rawValue: text) else {
                        throw .unreadable("line \(quoted(id)) is given back as \(quoted(text))")
                    }
                    return kind
                },
                creditedInvoice: item.properties["creditedInvoice"],
                quantity: quantity,
                unit: unit,
                price: price,
                baseQuantity: baseQuantity,
                centsPerHour: try item.properties["pricePerHour"].map(cents),
                percentBp: try item.properties["percent"].map(basisPoints),
                vat: item.vat,
                netCents: netCents
            )
        }
    }

    private static func quantity(
        _ name: String,
        _ line: inout XMLChildren
    ) throws(InvoicingError) -> (Int64, InvoiceLine.Unit) {
        let node = try line.element(name)
        guard node.children.isEmpty, node.attributes.count == 1, node.attributes[0].name == "unitCode",
            let unit = InvoiceLine.Unit(rawValue: node.attributes[0].value)
        else { throw .unreadable("a quantity has another unit than MIN, SEC or MON") }
        return (try whole(node.text), unit)
    }

    private struct Item {
        var name: String
        var detail: String?
        var vat: Contract.VAT
        var properties: [String: String]
    }

    private static func item(_ line: inout XMLChildren) throws(InvoicingError) -> Item {
        try line.group("cac:Item") { item throws(InvoicingError) in
            let detail = try item.optionalText("cbc:Description")
            let name = try item.text("cbc:Name")
            let vat = try itemVAT(&item)
            var properties: [String: String] = [:]
            while let property = try property(&item) {
                guard
                    [
                        "kind", "session", "credit", "creditedInvoice", "pricePerHour", "percent",
                    ].contains(property.name),
                    properties.updateValue(property.value, forKey: property.name) == nil
                else { throw .unreadable("a line says \(quoted(property.name)) of its item") }
            }
            return Item(name: name, detail: detail, vat: vat, properties: properties)
        }
    }

    private static func property(
        _ item: inout XMLChildren
    ) throws(InvoicingError) -> (name: String, value: String)? {
        try item.optionalGroup("cac:AdditionalItemProperty") { property throws(InvoicingError) in
            (name: try property.text("cbc:Name"), value: try property.text("cbc:Value"))
        }
    }

    private static func price(
        _ line: inout XMLChildren,
        _ unit: InvoiceLine.Unit,
        _ currency: String
    ) throws(InvoicingError) -> (UnitPrice, Int64) {
        try line.group("cac:Price") { children throws(InvoicingError) in
            let text = try children.text("cbc:PriceAmount", [("currencyID", currency)])
            guard let price = UnitPrice(text) else { throw .unreadable("\(quoted(text)) is no price") }
            let base = try children.optionalText("cbc:BaseQuantity", [("unitCode", unit.rawValue)])
            return (price, try base.map(whole) ?? 1)
        }
    }
}
