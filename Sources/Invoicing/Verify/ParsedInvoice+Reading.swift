import Billing
import Contracts

extension ParsedInvoice {
    /// Reads a file, strictly: an element, attribute or form of number that the writer would not write is refused.
    ///
    /// Throws `unreadable`.
    public init(_ bytes: [UInt8]) throws(InvoicingError) {
        let root = try XMLReader.read(bytes)
        guard let kind = Invoice.Kind.allCases.first(where: { XRechnung.Form($0).root == root.name }) else {
            throw .unreadable("the file begins with \(root.name)")
        }
        let form = XRechnung.Form(kind)
        guard root.attributes.elementsEqual(form.namespaces, by: { $0 == $1 }) else {
            throw .unreadable("the namespaces are others")
        }
        self.kind = kind
        var children = XMLChildren(of: root)
        guard try children.text("cbc:CustomizationID") == XRechnung.customization,
            try children.text("cbc:ProfileID") == XRechnung.profile
        else { throw .unreadable("the file is no XRechnung 3.0") }
        number = try children.text("cbc:ID")
        issueDate = try Self.date(try children.text("cbc:IssueDate"))
        dueDate = try children.optionalText("cbc:DueDate").map(Self.date)
        guard try children.text(form.typeName) == form.type else { throw .unreadable("the type is another one") }
        note = try children.optionalText("cbc:Note")
        let currency = try children.text("cbc:DocumentCurrencyCode")
        self.currency = currency
        buyerReference = try children.text("cbc:BuyerReference")
        (from, to) = try children.group("cac:InvoicePeriod") { period throws(InvoicingError) in
            (try Self.date(try period.text("cbc:StartDate")), try Self.date(try period.text("cbc:EndDate")))
        }
        var references: [Invoice.Original] = []
        while let reference = try Self.original(&children) { references.append(reference) }
        original = kind == .cancellation ? references.first : nil
        corrected = Array(references.dropFirst(kind == .cancellation ? 1 : 0))
        contract = try children.group("cac:ContractDocumentReference") { reference throws(InvoicingError) in
            try reference.text("cbc:ID")
        }
        proof = try Self.proof(&children)
        seller = try Self.party("cac:AccountingSupplierParty", &children)
        buyer = try Self.party("cac:AccountingCustomerParty", &children)
        payment = try Self.payment(&children)
        (vatCents, groups) = try Self.taxes(&children, currency)
        let totals = try Self.totals(&children, currency)
        (lineCents, netCents, grossCents, payableCents) = (totals[0], totals[1], totals[2], totals[3])
        var lines: [Line] = []
        while let line = try Self.line(&children, form, currency) { lines.append(line) }
        self.lines = lines
        try children.finish()
    }

    private static func original(_ children: inout XMLChildren) throws(InvoicingError) -> Invoice.Original? {
        try children.optionalGroup("cac:BillingReference") { reference throws(InvoicingError) in
            try reference.group("cac:InvoiceDocumentReference") { document throws(InvoicingError) in
                let number = try document.text("cbc:ID")
                return Invoice.Original(number: number, issueDate: try date(try document.text("cbc:IssueDate")))
            }
        }
    }

    private static func proof(_ children: inout XMLChildren) throws(InvoicingError) -> [UInt8]? {
        try children.optionalGroup("cac:AdditionalDocumentReference") { reference throws(InvoicingError) in
            guard try reference.text("cbc:ID") == XRechnung.proofID else { throw .unreadable("an unknown document") }
            let title = try reference.text("cbc:DocumentDescription")
            guard Contract.Language.allCases.contains(where: { InvoiceWords($0).proof == title }) else {
                throw .unreadable("an unknown document")
            }
            return try reference.group("cac:Attachment") { attachment throws(InvoicingError) in
                let attributes = [("mimeCode", "text/csv"), ("filename", "\(XRechnung.proofID).csv")]
                let text = try attachment.text("cbc:EmbeddedDocumentBinaryObject", attributes)
                guard let bytes = Base64.decode(text) else { throw .unreadable("the proof of service is no Base64") }
                return bytes
            }
        }
    }

    static func date(_ text: String) throws(InvoicingError) -> LocalDate {
        guard let date = try? LocalDate.parse(text) else { throw .unreadable("\(quoted(text)) is no date") }
        return date
    }

    /// Cents from `95.00` or `-95.00`, as `Cents.text` writes them.
    static func cents(_ text: String) throws(InvoicingError) -> Int64 {
        let isNegative = text.hasPrefix("-")
        guard let amount = try? Cents.parse(isNegative ? String(text.dropFirst()) : text),
            Cents.text(isNegative ? -amount : amount) == text
        else { throw .unreadable("\(quoted(text)) is no amount") }
        return isNegative ? -amount : amount
    }

    static func basisPoints(_ text: String) throws(InvoicingError) -> Int64 {
        guard let percent = try? BasisPoints.parse(text), BasisPoints.text(percent) == text else {
            throw .unreadable("\(quoted(text)) is no percentage")
        }
        return percent
    }

    static func whole(_ text: String) throws(InvoicingError) -> Int64 {
        guard text.utf8.count <= 18, let number = Int64(text), "\(number)" == text else {
            throw .unreadable("\(quoted(text)) is no whole number")
        }
        return number
    }
}
