import Contracts

/// The words of the comparison, in the contract's language.
struct SimulationWords {
    let words: InvoiceWords
    let isGross: Bool

    init(_ comparison: SimulationComparison) {
        words = InvoiceWords(comparison.contract.language ?? .english)
        isGross = comparison.isGross
    }

    var title: String { words("Mit oder ohne Vertrag", "With or without the contract") }
    var without: String { words("Ohne Vertrag", "Without contract") }
    var with: String { words("Mit Vertrag", "With contract") }
    var fee: String { words("Pauschale", "Retainer") }
    var sum: String { words("Summe", "Total") }

    /// What the difference is called: a page that persuades must not hide that a contract may cost more.
    func difference(_ cents: Int64) -> String {
        cents >= 0 ? words("Ersparnis", "You save") : words("Mehrkosten", "Costs more")
    }

    var assumption: String {
        words(
            "Annahme ohne Vertrag: jede Sitzung zum einfachen Stundensatz ihrer Kategorie, jede angefangene halbe "
                + "Stunde, ohne Kontingent, Pauschale und Zuschläge. Mängel sind in beiden Fällen kostenlos.",
            "Assumed without a contract: each session at the plain hourly rate of its category, every started half "
                + "hour, without quota, retainer and surcharges. Defects are free either way."
        )
    }

    var prices: String {
        isGross
            ? words("Alle Beträge inklusive Umsatzsteuer.", "All amounts include VAT.")
            : words("Alle Beträge netto.", "All amounts are net.")
    }

    /// The columns: day, session, category, connected; time, amount; time, quota, amount.
    var columns: [String] {
        [
            words("Datum", "Date"), words("Sitzung", "Session"), words("Kategorie", "Category"),
            words("Verbunden", "Connected"), words("Zeit", "Time"), words("Betrag", "Amount"), words("Zeit", "Time"),
            words("Kontingent", "Quota"), words("Betrag", "Amount"),
        ]
    }

    /// A session's cells, in the order of `columns`.
    func cells(_ session: SimulationComparison.Session, day: LocalDate) -> [String] {
        [
            words.day(day), session.session.singleLine, session.category, words.duration(session.rawSeconds),
            words.duration(session.secondsWithout), words.euro(session.centsWithout),
            words.duration(session.secondsWith), words.duration(session.quotaSeconds), words.euro(session.centsWith),
        ]
    }
}
