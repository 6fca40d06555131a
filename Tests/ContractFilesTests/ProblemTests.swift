import ContractFiles
import Contracts
import Testing

@Suite("Problems of contract files")
struct ProblemTests {
    private func problems(_ text: String) -> [String] {
        ContractFile.load(text: text).problems.map { $0.rendered(file: "f") }
    }

    private func minute(_ old: String, _ new: String) -> [String] {
        #expect(Fixtures.minute.contains(old))
        return problems(Fixtures.minute.replacing(old, with: new))
    }

    @Test("five mistakes at once are five problems, in the order of their lines")
    func fiveMistakes() {
        let text = """
            contract: minute
            title: Support by the minute
            timeZone: Europe/Berlin
            validFrom: 2026-02-30
            signedOn: 2026-01-01
            dataProcessingAgreement: "notApplicable: no personal data"
            client:
              name: Mia Klein Grafik
              kind: busines
              street: Am Markt 1
              postalCode: "10115"
              city: Berlin
              country: DE
              buyerReference: MK-1
              eInvoiceAddress: { scheme: EM, value: mia@klein.example }
            rates:
              support: "95,00"
            categories:
              - { id: support, kind: support, rate: suport }
              - { id: defect, kind: warranty, rate: support }
            roundng: { per: session, step: 1m, mode: up }
            vat: { category: S, percent: 19 }
            """
        #expect(
            problems(text) == [
                "f:4:12: error: validFrom: there is no day 2026-02-30 (write a day that the calendar has)",
                "f:9:9: error: client.kind: \"busines\" is not one of business, consumer, public (did you mean business?)",
                "f:17:12: error: rates.support: \"95,00\" is not an amount (write \"95.00\")",
                "f:19:41: error: categories[0].rate: there is no rate \"suport\" (write one of support)",
                "f:21:1: error: there is no field \"roundng\" (did you mean `rounding`?)",
            ]
        )
        #expect(ContractFile.load(text: text).contract == nil)
    }

    @Test("a file with nothing in it but a name misses all that is required, each once")
    func missing() {
        let paths = ContractFile.load(text: "contract: x\n").problems
            .filter { $0.problem.severity == .error }.map(\.problem.path)
        #expect(paths == ["title", "timeZone", "validFrom", "client", "rates", "categories", "vat"])
    }

    @Test("a warning leaves the contract")
    func warnings() {
        let file = ContractFile.load(text: Fixtures.minute.replacing("signedOn: 2026-01-01\n", with: ""))
        #expect(file.problems.map(\.problem.severity) == [.warning])
        #expect(file.problems.map(\.problem.path) == ["signedOn"])
        #expect(file.contract != nil)
    }

    @Test(
        "wrong types and texts are named with their mend",
        arguments: [
            ("\"90.00\"", "90.5", "9:19: error: rates.support: \"90.5\" is not an amount (write \"90.50\")"),
            ("\"90.00\"", "[1]", "9:10: error: rates.support: is a list, not a single value (write one value)"),
            (
                "\"90.00\"", "",
                "9:10: error: rates.support: has no value (write one, or remove the line if it is optional)"
            ),
            (
                "\"90.00\"", "~",
                "9:10: error: rates.support: has no value (write one, or remove the line if it is optional)"
            ),
            (
                "step: 1m", "step: 1",
                "13:33: error: rounding.step: \"1\" is not a duration (say which unit: 1s, 1m or 1h)"
            ),
            ("percent: 19", "percent: 19%", "14:30: error: vat.percent: \"19%\" is not a percentage (write 19)"),
            ("category: S, percent: 19", "category: S", "14:1: error: vat.percent: is missing (add percent: …)"),
            (
                "mode: up", "mode: down, mode: up",
                "13:49: error: \"mode\" is there twice, first in line 13 (remove one)"
            ),
            ("mode: up", "mdoe: up", "13:37: error: rounding: there is no field \"mdoe\" (did you mean `mode`?)"),
            (
                "validFrom: 2026-01-01", "validFrom: 1.1.2026",
                "5:12: error: validFrom: \"1.1.2026\" is not a date (write 2026-01-01)"
            ),
            (
                "country: DE", "country: Germany",
                "8:115: error: client.country: \"Germany\" is not a country (write its ISO code in capitals, like DE)"
            ),
        ]
    )
    func texts(old: String, new: String, expected: String) {
        let text = Fixtures.minute.replacing(old, with: new)
        #expect(text != Fixtures.minute)
        #expect(ContractFile.load(text: text).problems.map { $0.rendered(file: "f") } == ["f:\(expected)"])
    }

    @Test("booleans, whole numbers, grants and commands have mends of their own")
    func words() {
        func acme(_ old: String, _ new: String) -> [String] {
            let text = Fixtures.acme.replacing(old, with: new)
            #expect(text != Fixtures.acme)
            return ContractFile.load(text: text).problems.map(\.problem.description)
        }
        #expect(
            acme("mayOrder: true", "mayOrder: yes") == [
                "error: client.contacts[0].mayOrder: \"yes\" is neither true nor false (write true)"
            ]
        )
        #expect(
            acme("noticeDays: 30", "noticeDays: 30 days") == [
                "error: noticeDays: \"30 days\" is not a whole number (write 30)"
            ]
        )
        #expect(
            acme("[run, logs, shell]", "[run, logs, shel]") == [
                "error: access.grants[2]: \"shel\" is not one of run, shell, logs, files, forward (did you mean shell?)"
            ]
        )
        #expect(
            acme("region: DE-NW", "region: DE-XX").first?.hasPrefix(
                "error: holidays.region: \"DE-XX\" is not known here"
            ) == true
        )
        #expect(
            acme("commands: any ", "commands: some ").first?.hasPrefix(
                "error: access.commands: \"some\" is neither any nor a list of patterns"
            ) == true
        )
        #expect(
            acme("commands: any ", "commands: [df -h] ") == [
                "error: access.commands[0]: is text, not a list of arguments (write [\"df\", \"-h\"])"
            ]
        )
        #expect(
            acme("systems:\n  - { id: shop, name: \"Webshop on Debian 12, shop.acme.example\" }", "systems: shop") == [
                "error: systems: is text, not a list (write [ … ] or lines with -)"
            ]
        )
        #expect(
            acme("  - { days: mon-fri, from: \"09:00\", to: \"17:00\" }", "  - mon-fri") == [
                "error: serviceHours[0]: is text, not names with values (write { name: value })"
            ]
        )
    }

    @Test("one unreadable value is one problem, not also a wrong rule that rests on it")
    func noFollowUps() {
        #expect(minute("validFrom: 2026-01-01", "validFrom: soon\nvalidUntil: 1950-01-01").count == 1)
        #expect(minute("rates: { support: \"90.00\" }", "rates: 90").count == 1)
        #expect(minute("kind: support,", "kind: suport,").count == 1)
        #expect(minute("vat: { category: S, percent: 19 }", "vat: { category: X }").count == 1)
    }

    @Test("several repeated names in one file are all found")
    func repeatedNames() {
        let text = Fixtures.minute.replacing("vat:", with: "title: b\ntitle: c\nsignedOn: x\nvat:")
            .replacing("per: session", with: "per: session, \"per\": day")
        #expect(
            problems(text) == [
                "f:13:27: error: \"per\" is there twice, first in line 13 (remove one)",
                "f:14:1: error: \"title\" is there twice, first in line 3 (remove one)",
                "f:15:1: error: \"title\" is there twice, first in line 3 (remove one)",
                "f:16:1: error: \"signedOn\" is there twice, first in line 6 (remove one)",
            ]
        )
    }

    @Test("what is not YAML is said in plain words, with its line")
    func syntax() {
        func first(_ text: String) -> String { problems(text).joined(separator: "|") }
        #expect(
            first("title: a: b\n")
                == "f:1:9: error: there is a second colon, or the indentation is off (put text with \": \" in quotes)"
        )
        #expect(first("client:\n\tname: x\n") == "f:2:1: error: the line is indented with a tab (use spaces)")
        #expect(first("a: 1\ntitle: @home\n") == "f:2:8: error: a text cannot start with \"@\" (put it in quotes)")
        #expect(first("a: { b: 1\nc: 2\n").contains("a bracket is not closed"))
        #expect(first("a: \"b\nc: d\n").contains("a quote is never closed (opened in line 1)"))
        #expect(
            first("a: 1\n---\nb: 2\n") == "f:2:1: error: a second document starts here (keep one contract in a file)"
        )
        #expect(first("a: *b\n") == "f:1:4: error: a text cannot start with \"*\" (put it in quotes)")
        #expect(first("a: 1\n  b: 2\n").contains("f:2:4: error: there is a second colon, or the indentation is off"))
    }

    @Test("a missing field of a supplier is named with the law that wants it")
    func supplier() {
        let text = Fixtures.supplier.replacing("street: Deichweg 3\n", with: "").replacing("iban: ", with: "# iban: ")
        #expect(
            SupplierFile.load(text: text).problems.map(\.problem.description) == [
                "error: street: is missing: § 14 (4) Nr. 1 UStG wants the supplier's full address (write it)",
                "error: iban: is missing: an electronic invoice says where to pay (BR-DE-23) (write it)",
            ]
        )
    }
}
