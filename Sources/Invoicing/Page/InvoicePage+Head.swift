import Contracts

extension InvoicePage {
    /// Sender, address and the facts of the invoice.
    var letterhead: HTML {
        let seller = invoice.seller
        let place = "\(seller.address.postalCode) \(seller.address.city)"
        return """
            <header>
            <p class="firm">\(seller.name)</p>
            <div class="top">
            <address>
            <span class="return">\(seller.name) · \(seller.address.street) · \(place)</span>
            \(addressLines)</address>
            <dl class="facts">
            \(facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>\n" as HTML })</dl>
            </div>
            </header>

            """
    }

    private var addressLines: [HTML] {
        let address = invoice.buyer.address
        var lines = [invoice.buyer.name, address.street, "\(address.postalCode) \(address.city)"]
        if address.country != invoice.seller.address.country { lines.append(address.country) }
        return lines.map { "<span>\($0)</span>\n" }
    }

    private var facts: [(name: String, value: String)] {
        let isStorno = invoice.kind == .cancellation
        let number = isStorno ? words("Stornonummer", "Number") : words("Rechnungsnummer", "Invoice number")
        var facts = [(name: number, value: invoice.number)]
        facts.append((words("Datum", "Date"), words.day(invoice.issueDate)))
        facts.append((words("Leistungszeitraum", "Service period"), period))
        if let due = invoice.dueDate, invoice.grossCents > 0 {
            facts.append((words("Fällig am", "Due"), words.day(due)))
        }
        if let original = invoice.original { facts.append((words("Zu Rechnung", "Cancels"), original.number)) }
        if !invoice.corrected.isEmpty {
            let numbers = invoice.corrected.map(\.number).joined(separator: ", ")
            facts.append((words("Berichtigt", "Corrects"), numbers))
        }
        facts.append((words("Vertrag", "Contract"), invoice.contract))
        if invoice.buyer.reference != invoice.contract {
            facts.append((words("Ihre Referenz", "Your reference"), invoice.buyer.reference))
        }
        if let id = invoice.buyer.vatId { facts.append((words("Ihre USt-IdNr.", "Your VAT id"), id)) }
        return facts
    }

    private var period: String { "\(words.day(invoice.from)) – \(words.day(invoice.to))" }

    /// The sender's full address, contact, tax ids and account (§ 14 (4) Nr. 1, 2 UStG).
    var imprint: HTML {
        let seller = invoice.seller
        let address = seller.address
        var taxes: [String] = []
        if let id = seller.vatId { taxes.append("\(words("USt-IdNr.", "VAT id")) \(id)") }
        if let number = seller.taxNumber { taxes.append("\(words("Steuernummer", "Tax number")) \(number)") }
        let columns = [
            [seller.name, address.street, "\(address.postalCode) \(address.city), \(address.country)"],
            [seller.contact, seller.phone, seller.email],
            taxes,
            [Self.spaced(seller.iban)] + (seller.bic.map { ["BIC \($0)"] } ?? []),
        ]
        return """
            <footer>
            \(columns.map { "<p>\($0.map { "<span>\($0)</span>" as HTML })</p>\n" as HTML })</footer>

            """
    }

    /// An IBAN in groups of four, as people read it.
    static func spaced(_ iban: String) -> String {
        let digits = Array(iban)
        return stride(from: 0, to: digits.count, by: 4)
            .map { String(digits[$0..<min($0 + 4, digits.count)]) }
            .joined(separator: " ")
    }
}
