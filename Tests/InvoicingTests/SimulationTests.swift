import Billing
import Contracts
import Testing

@testable import Invoicing

@Suite("The comparison with and without a contract") struct SimulationTests {
    static func sessions() throws -> [WorkSession] {
        try Sample.november() + [
            Sample.session("s5", "2027-01-08T09:00:00Z", "2027-01-08T13:50:00Z"),
            Sample.session("s6", "2027-01-09T09:00:00Z", "2027-01-09T09:01:00Z"),
        ]
    }

    static func comparison(_ contract: Contract = Sample.contract(retainer: Sample.retainer)) throws
        -> SimulationComparison
    {
        try SimulationComparison(contract: contract, zone: Sample.berlin, sessions: try sessions())
    }

    @Test("every started half hour at the plain rate, against the contract's terms, by session and month")
    func figures() throws {
        let comparison = try Self.comparison()
        #expect(comparison.months.map(\.period.description) == ["2026-11", "2026-12", "2027-01"])
        let november = comparison.months[0]
        #expect(november.sessions.map(\.session) == ["s1", "s2", "s3", "s4"])
        #expect(november.sessions.map(\.secondsWithout) == [3600, 5400, 1800, 1800])
        #expect(november.sessions.map(\.centsWithout) == [9500, 14_250, 6000, 0])
        #expect(november.sessions.map(\.secondsWith) == [2460, 4620, 1500, 1800])
        #expect(november.sessions.map(\.quotaSeconds) == [2460, 1140, 0, 0])
        #expect(november.sessions.map(\.centsWith) == [0, 12_904, 5000, 0])
        #expect(comparison.months.map(\.feeCents) == [25_000, 25_000, 25_000])
        #expect(comparison.months.map(\.centsWithout) == [29_750, 0, 47_500 + 4750])
        #expect(comparison.months.map(\.centsWith) == [42_904, 25_000, 25_000 + 36_417 + 158])
        #expect((comparison.centsWithout, comparison.centsWith) == (82_000, 129_479))
    }

    @Test("a consumer's amounts are gross, and sessions and fee add up to each month to the cent")
    func consumer() throws {
        let comparison = try Self.comparison(InvoiceSamples.consumer)
        #expect(comparison.isGross)
        #expect(comparison.months[0].sessions[0].centsWithout == 11_305)
        for month in comparison.months {
            #expect(month.sessions.map(\.centsWithout).reduce(0, +) == month.centsWithout)
            #expect(month.sessions.map(\.centsWith).reduce(month.feeCents, +) == month.centsWith)
        }
        #expect(
            comparison.text.contains("inklusive Umsatzsteuer") && comparison.html.contains("inklusive Umsatzsteuer")
        )
    }

    @Test(
        "the assumption stands on text and page, in the contract's language; more is called more",
        arguments: [
            Contract.Language.german, .english,
        ]
    )
    func words(language: Contract.Language) throws {
        let comparison = try Self.comparison(Sample.contract(retainer: Sample.retainer, language: language))
        let isGerman = language == .german
        for text in [comparison.text, comparison.html] {
            #expect(text.contains(isGerman ? "jede angefangene halbe Stunde" : "every started half hour"))
            #expect(text.contains(isGerman ? "Mehrkosten" : "Costs more"))
            #expect(text.contains(isGerman ? "474,79\u{A0}€" : "€474.79"))
            #expect(!text.contains(isGerman ? "Ersparnis" : "You save"))
        }
        let cheap = try Self.comparison(Sample.contract(language: language))
        #expect(cheap.text.contains(isGerman ? "Ersparnis" : "You save"))
    }

    @Test("the table's columns line up")
    func table() throws {
        let lines = try Self.comparison().text.split(separator: "\n").map(String.init)
        let rows = lines.filter { $0.contains("€") && !$0.contains(":\u{20}") }
        #expect(rows.count == 6 + 3 + 3)
        #expect(Set(rows.map(\.count)).count == 1)
        #expect(lines.contains("November 2026") && lines.contains("Januar 2027"))
    }

    @Test("markup in names is text, and the page loads nothing")
    func escaping() throws {
        var contract = Sample.contract()
        (contract.title, contract.client.name) = ("<b>x</b>", "<script>")
        let page = try Self.comparison(contract).html
        #expect(page.contains("&lt;b&gt;x&lt;/b&gt; · &lt;script&gt;") && !page.contains("<script"))
        for part in ["http://", "https://", "url(", "@import", "src="] {
            #expect(!page.contains(part), "\(part)")
        }
    }

    @Test("without sessions there is nothing to compare; what billing refuses is refused in its words")
    func edges() throws {
        let empty = try SimulationComparison(contract: Sample.contract(), zone: Sample.berlin, sessions: [])
        #expect(empty.months.isEmpty && empty.centsWith == 0 && empty.html.contains("0,00\u{A0}€"))
        let twins = [try Self.sessions()[0], try Self.sessions()[0]]
        #expect(
            kind { _ = try SimulationComparison(contract: Sample.contract(), zone: Sample.berlin, sessions: twins) }
                == .outOfRange
        )
    }
}
