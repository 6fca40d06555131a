import Billing
import Contracts

/// The words on an invoice, in the contract's language. What the law prescribes is German in both.
struct InvoiceWords {
    let language: Contract.Language

    init(_ language: Contract.Language) { self.language = language }

    var isGerman: Bool { language == .german }

    func callAsFunction(_ german: String, _ english: String) -> String { isGerman ? german : english }

    /// What the document is called. Never Gutschrift: that would be a self-billed invoice (§ 14 (2) UStG).
    func name(of kind: Invoice.Kind) -> String {
        switch kind {
        case .invoice: self("Rechnung", "Invoice")
        case .cancellation: self("Stornorechnung", "Stornorechnung (cancellation)")
        }
    }

    /// What the table of sessions is called.
    var proof: String { self("Leistungsnachweis", "Proof of service") }

    /// Why a VAT category is free of tax (BT-120; § 14 (4) Nr. 8, § 14a (5), § 19 UStG); nil for S.
    static func exemption(_ category: Contract.VAT.Category) -> String? {
        switch category {
        case .standard: nil
        case .exempt: "Steuerbefreiung für Kleinunternehmer gemäß §19 UStG"
        case .reverseCharge: "Steuerschuldnerschaft des Leistungsempfängers"
        case .outsideScope: "Nicht im Inland steuerbare Leistung"
        }
    }

    /// The same for a reader of the page, explained in English beside the words of the law.
    func exemption(_ category: Contract.VAT.Category) -> String? {
        guard let text = Self.exemption(category), !isGerman else { return Self.exemption(category) }
        switch category {
        case .standard: return nil
        case .exempt: return "\(text) (VAT exempt small business)"
        case .reverseCharge: return "\(text) (reverse charge)"
        case .outsideScope: return "\(text) (outside the scope of German VAT)"
        }
    }

    /// The code of the exemption (BT-121, VATEX list).
    static func exemptionCode(_ category: Contract.VAT.Category) -> String? {
        switch category {
        case .standard, .exempt: nil
        case .reverseCharge: "VATEX-EU-AE"
        case .outsideScope: "VATEX-EU-O"
        }
    }

    /// What a Storno says of itself.
    func storno(of original: Invoice.Original, reason: String?) -> String {
        let date = day(original.issueDate)
        let sentence = self(
            "Stornorechnung zur Rechnung \(original.number) vom \(date); sie hebt diese vollständig auf.",
            "Stornorechnung: cancels invoice \(original.number) of \(date) in full."
        )
        return reason.map { "\(sentence) \(self("Grund", "Reason")): \($0)" } ?? sentence
    }

    /// The terms of payment (BT-20).
    func terms(_ invoice: Invoice) -> String {
        guard invoice.kind == .invoice else {
            return self(
                "Es ist nichts zu zahlen; bereits Gezahltes wird erstattet oder verrechnet.",
                "There is nothing to pay; what was paid already is refunded or set off."
            )
        }
        guard invoice.grossCents >= 0 else {
            let amount = euro(0 &- invoice.grossCents)
            return self(
                "Es ist nichts zu zahlen; der Betrag von \(amount) zu Ihren Gunsten wird erstattet oder verrechnet.",
                "There is nothing to pay; \(amount) in your favour is refunded or set off."
            )
        }
        guard let due = invoice.dueDate, invoice.grossCents > 0 else {
            return self("Es ist nichts zu zahlen.", "There is nothing to pay.")
        }
        return self("Zahlbar ohne Abzug bis zum \(day(due)).", "Payable in full by \(day(due)).")
    }

    /// What a surcharge's price comes from.
    func surcharge(percentBp: Int64, centsPerHour: Int64) -> String {
        let percent = self.percent(percentBp)
        return self(
            "\(percent) von \(amount(centsPerHour)) € je Stunde",
            "\(percent) of €\(amount(centsPerHour)) per hour"
        )
    }

    /// When a session was and what was done.
    func detail(of row: ServiceRow, in zone: TimeZoneRules) -> String {
        let (start, end) = (zone.wallClock(at: row.startedAt), zone.wallClock(at: row.endedAt))
        let until = start.date == end.date ? time(end) : "\(day(end.date)) \(time(end))"
        let summary = row.summary.singleLine
        let given = row.credit.map { " · \(self.given(back: $0, in: zone))" } ?? ""
        let recorded = row.receipt == .recorded ? " (\(receipt(.recorded)))" : ""
        return "\(day(start.date)) \(time(start))–\(until)\(recorded)\(summary.isEmpty ? "" : ": \(summary)")\(given)"
    }

    /// When and why a session is given back, and which invoice had billed it.
    func given(back credit: Invoice.Credit, in zone: TimeZoneRules) -> String {
        let date = day(zone.date(at: credit.givenAt))
        let what =
            switch credit.kind {
            case .returned: self("zurückgegeben am \(date)", "given back on \(date)")
            case .warranty: self("am \(date) als Gewährleistung anerkannt", "accepted as warranty on \(date)")
            }
        let bill = credit.original.map { original in
            let issued = day(original.issueDate)
            return self(
                ", berechnet mit Rechnung \(original.number) vom \(issued)",
                ", billed by invoice \(original.number) of \(issued)"
            )
        }
        return "\(what)\(bill ?? ""): \(credit.reason.singleLine)"
    }

    /// What the proof says of the client's signature.
    func receipt(_ receipt: ServiceRow.Receipt?) -> String {
        switch receipt {
        case nil: "–"
        case .consented: self("zu Beginn zugestimmt", "agreed at the start")
        case .signed: self("liegt vor", "signed")
        case .refused: self("verweigert", "refused")
        case .timeout: self("keine Antwort", "no answer")
        case .disputed: self("unter Vorbehalt", "disputed")
        case .recorded: self("nachgetragen", "recorded later")
        }
    }
}
