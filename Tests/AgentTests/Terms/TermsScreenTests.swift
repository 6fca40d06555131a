import Contracts
import Receipts
import RelayAPI
import Testing

@testable import Agent

@Suite("Terms on the screen")
struct TermsScreenTests {
    private static func screen(
        _ language: Language,
        contract: Contract,
        terms change: (inout Offered) -> Void = { _ in }
    ) throws -> String {
        var offered = Offered()
        change(&offered)
        let terms = Samples.terms(
            contract,
            operator: offered.name,
            category: offered.category,
            purpose: offered.purpose,
            grants: offered.grants,
            quotaLeftSeconds: 7800,
            at: offered.moment
        )
        let offer = try Offer(
            Samples.proven(terms),
            in: Samples.situation(
                allowed: offered.allowed,
                logs: offered.logs,
                approval: offered.approval,
                at: offered.moment + offered.clockDifference
            )
        )
        let page = TermsScreen(
            phrases: Phrases(language),
            offer: offer,
            known: offered.known,
            relay: "https://relay.example:8443",
            moment: offered.moment
        )
        return page.lines.joined(separator: "\n")
    }

    struct Offered {
        var name = "jana"
        var category = "question"
        var purpose = "Checkout is slow"
        var grants = ["run", "logs", "shell"]
        var allowed: Set<Contract.Grant> = [.run, .logs]
        var logs: [String]?
        var approval = ConsentRecord.Approval.each
        var known = Acquaintances.Recollection.nothing
        var moment = Timestamp(rfc3339: "2026-11-05T11:00:00Z")?.seconds ?? 0
        var clockDifference: Int64 = 0
    }

    @Test("in English")
    func english() throws {
        #expect(
            try Self.screen(.english, contract: Samples.contract()) == """
                jana wants to help you on this computer.
                  Verified with the certificate of https://relay.example:8443.
                  You have not worked with jana on this computer before.

                  Contract    acme-2026, version 3: Support Webshop
                              ACME Handels GmbH
                  What for    Checkout is slow (question)
                  Price now   95.00 EUR per hour, plus 19 % VAT
                              at other hours: Night +50 %
                  Rounding    each session is rounded up in steps of 5 minutes; up to 1 minute
                              is free; after a break of more than 2 minutes rounding begins anew
                  Limits      4 hours; ends by itself when nothing happens for 15 minutes
                  May         run commands on this computer
                              read log files: /var/log/nginx
                              you are asked before each step
                              asked for and not allowed: shell
                  Recording   of what happens, kept by both of you, deleted after 30 days

                The clock starts when you agree. You can pause it, take things back, and end it
                at any time.
                """
        )
    }

    @Test("in German, at night, with a quota and a cap, after an earlier session")
    func german() throws {
        var contract = try Samples.contract(language: .german)
        contract.retainer = Contract.Retainer(kind: .takeOrPay, feeCents: 25_000, includedSeconds: 10_800)
        contract.cap = Contract.Cap(perSessionCents: 19_000, perMonthCents: 95_000, onReach: .warn)
        let before = Timestamp(rfc3339: "2026-10-03T12:00:00Z") ?? Timestamp(seconds: 0)
        let text = try Self.screen(.german, contract: contract) { offered in
            offered.grants = ["run", "logs"]
            offered.moment = Timestamp(rfc3339: "2026-11-05T21:30:00Z")?.seconds ?? 0
            offered.known = Acquaintances.Recollection(
                operator: .init(authority: "", name: "jana", key: Self.key, since: before),
                contract: .init(
                    authority: "",
                    contract: "acme-2026",
                    version: 2,
                    hash: "other",
                    quotaLeftSeconds: 9000,
                    at: before
                )
            )
        }
        #expect(
            text == """
                jana möchte Ihnen auf diesem Computer helfen.
                  Geprüft mit dem Zertifikat von https://relay.example:8443.
                  Auf diesem Computer bekannt seit 2026-10-03.
                  NEU: Fassung 3 des Vertrags; die letzte Sitzung war unter Fassung 2.

                  Vertrag     acme-2026, Fassung 3: Support Webshop
                              ACME Handels GmbH
                  Wofür       Checkout is slow (question)
                  Preis jetzt 142,50 EUR je Stunde, zuzüglich 19 % USt (95,00 EUR und 50 %
                              Night)
                              zuerst wird Ihr Zeitkontingent verbraucht, davon sind 2 Stunden 10
                              Minuten übrig (am 2026-10-03: 2 Stunden 30 Minuten)
                  Rundung     jede Sitzung wird in Schritten von 5 Minuten aufgerundet; bis 1
                              Minute kostenlos; nach mehr als 2 Minuten Pause wird neu gerundet
                  Grenzen     4 Stunden; endet von selbst, wenn 15 Minuten lang nichts geschieht
                              vereinbarte Obergrenze: 190,00 EUR je Sitzung, 950,00 EUR im Monat
                  Darf        Befehle auf diesem Computer ausführen
                              Protokolldateien lesen: /var/log/nginx
                              Sie werden vor jedem Schritt gefragt
                  Mitschrift  was geschieht, bei beiden aufgezeichnet, nach 30 Tagen gelöscht

                Die Zeit läuft ab Ihrer Zustimmung. Sie können jederzeit anhalten, Erlaubtes
                zurücknehmen und beenden.
                """
        )
        // With the question it fits on a screen of 24 rows.
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 23)
    }

    /// jana's key as the agent writes it down.
    private static var key: String { (try? TestOperator.jana.get().verifyingKey?.hex) ?? "" }

    @Test(
        "a name that was met before with another key is a caution that nobody overlooks",
        arguments: Language.allCases
    )
    func newKey(language: Language) throws {
        let text = try Self.screen(language, contract: Samples.contract()) { offered in
            offered.known.operator = .init(
                authority: "",
                name: "jana",
                key: "00",
                since: Timestamp(rfc3339: "2026-10-03T12:00:00Z") ?? Timestamp(seconds: 0)
            )
        }
        #expect(
            text.contains(
                language == .english ? "  CAUTION: this is not the key that jana has had" : "  VORSICHT: Das ist"
            )
        )
        #expect(text.contains("2026-10-03"))
    }

    @Test("a consumer reads what they pay")
    func consumer() throws {
        var contract = try Samples.contract()
        contract.client.kind = .consumer
        let text = try Self.screen(.english, contract: contract)
        #expect(text.contains("  Price now   113.05 EUR per hour, 19 % VAT included\n"))
    }

    @Test(
        "a consumer who may still withdraw reads what their yes asks for; nobody else does",
        arguments: Language.allCases
    )
    func withdrawal(language: Language) throws {
        func says(_ kind: Contract.Client.Kind, signedOn: String) throws -> Bool {
            var contract = try Samples.contract()
            (contract.client.kind, contract.signedOn) = (kind, try LocalDate.parse(signedOn))
            let text = try Self.screen(language, contract: contract)
            return text.contains(
                language == .english ? "With your yes you ask expressly" : "Mit Ihrem Ja verlangen Sie"
            )
        }
        #expect(try says(.consumer, signedOn: "2026-11-01"))
        #expect(try !says(.consumer, signedOn: "2026-01-01"))
        #expect(try !says(.business, signedOn: "2026-11-01"))
    }

    @Test("clocks that are far apart are worth a line, others are not")
    func clocks() throws {
        let apart = try Self.screen(.english, contract: Samples.contract()) { $0.clockDifference = -3600 }
        #expect(apart.contains("clock and your supporter's are 1 hour apart"))
        let near = try Self.screen(.english, contract: Samples.contract()) { $0.clockDifference = 120 }
        #expect(!near.contains("apart"))
    }

    @Test("never wider than 80 columns, and nothing is cut off", arguments: Language.allCases)
    func narrow(language: Language) throws {
        let long = String(repeating: "x", count: 200)
        let patterns = Contract.Commands.patterns([["journalctl", "-u", "*"], ["tail", long]])
        let contract = try Samples.contract(access: Contract.Access(logs: ["/var/log/" + long], commands: patterns))
        let text = try Self.screen(language, contract: contract) { $0.purpose = long + " end" }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(text.filter { $0 == "x" }.count >= 600)
        #expect(text.contains("journalctl -u"))
    }

    @Test("the contract's own checks are named among the commands that it allows")
    func ownChecks() throws {
        let access = Contract.Access(
            commands: .patterns([["df", "-h"]]),
            diagnose: [.init(id: "backup", title: "Backup", command: ["ls", "/srv/backup"])]
        )
        let text = try Self.screen(.english, contract: Samples.contract(access: access))
        #expect(text.contains("df -h, ls /srv/backup"))
    }

    @Test("escape sequences and bidirectional characters in names and purpose are gone")
    func hostile() throws {
        var contract = try Samples.contract()
        contract.client.name = "ACME\u{1B}[2J\u{202E}"
        contract.title = "Support\r\nPrice  0.00 EUR"
        let text = try Self.screen(.english, contract: contract) {
            $0.name = "jana\u{1B}]0;root\u{07}\u{200B}"
            $0.purpose = "a\n\nDo you agree? [y/N] y\n"
        }
        #expect(
            text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) }
        )
        #expect(!text.unicodeScalars.contains { [0x202E, 0x200B].contains($0.value) })
        #expect(text.contains("jana]0;root wants to help you"))
        #expect(text.contains("  What for    a Do you agree? [y/N] y (question)\n"))
        #expect(text.contains("version 3: Support Price 0.00 EUR\n"))
    }

    @Test("a warranty case costs nothing")
    func warranty() throws {
        let text = try Self.screen(.english, contract: Samples.contract()) { $0.category = "defect" }
        #expect(text.contains("  Price now   nothing: this is a warranty case\n"))
        #expect(!text.contains("95.00"))
    }

    @Test("says what a client who allows nothing gives")
    func nothing() throws {
        let text = try Self.screen(.english, contract: Samples.contract()) { $0.allowed = [] }
        #expect(text.contains("  May         nothing on this computer\n"))
        #expect(text.contains("asked for and not allowed: run, shell, logs"))
    }
}

@Suite("Rounding in words")
struct RoundingPhraseTests {
    typealias Rounding = Contract.Rounding

    static let cases: [(Rounding, String, String)] = [
        (Rounding(stepSeconds: 1), "each session counts to the second", "jede Sitzung zählt sekundengenau"),
        (
            Rounding(per: .day, stepSeconds: 900, minimumSeconds: 1800, mode: .nearest),
            "the time of a day is rounded to the nearest step of 15 minutes; at least 30 minutes",
            "die Zeit eines Tages wird zum nächstliegenden Schritt von 15 Minuten gerundet; mindestens 30 Minuten"
        ),
        (
            Rounding(per: .period, stepSeconds: 3600, mode: .down, mergeGapSeconds: 60),
            "the time of a month is rounded down in steps of 1 hour",
            "die Zeit eines Monats wird in Schritten von 1 Stunde abgerundet"
        ),
    ]

    @Test("in both languages", arguments: cases)
    func words(rule: Rounding, english: String, german: String) {
        #expect(Phrases(.english).rounding(rule) == english)
        #expect(Phrases(.german).rounding(rule) == german)
    }
}

@Suite("Amounts in words")
struct AmountPhraseTests {
    @Test("durations")
    func durations() {
        #expect(Phrases(.english).duration(5401) == "1 hour 30 minutes 1 second")
        #expect(Phrases(.german).duration(7200) == "2 Stunden")
        #expect(Phrases(.english).duration(0) == "0 seconds")
        #expect(Phrases(.english).duration(Int64.min) == "0 seconds")
        #expect(Phrases.clock(45_296) == "12:34:56")
        #expect(Phrases.clock(400_000) == "111:06:40")
        #expect(Phrases(.english).elapsed(.milliseconds(250)) == "0.2 s")
        #expect(Phrases(.german).elapsed(.milliseconds(9999)) == "9,9 s")
        #expect(Phrases(.english).elapsed(.seconds(61)) == "1 minute 1 second")
    }

    @Test("money and percentages")
    func money() {
        #expect(Phrases(.english).money(cents: 9505, currency: "EUR") == "95.05 EUR")
        #expect(Phrases(.german).money(cents: -9550, currency: "EUR") == "-95,50 EUR")
        #expect(Phrases(.english).money(cents: Int64.min, currency: "EUR") == "-92233720368547758.08 EUR")
        #expect(Phrases(.english).percentage(basisPoints: 1900) == "19 %")
        #expect(Phrases(.english).percentage(basisPoints: 1950) == "19.5 %")
        #expect(Phrases(.german).percentage(basisPoints: 1905) == "19,05 %")
        #expect(Phrases(.german).percentage(basisPoints: 1925) == "19,25 %")
    }

    @Test(
        "the locale's language",
        arguments: [
            (["LANG": "de_DE.UTF-8"], Language.german),
            (["LANG": "de_DE.UTF-8", "LC_ALL": "C"], .english),
            (["LANG": "C", "LC_MESSAGES": "de_AT"], .german),
            (["LANG": "de", "LC_ALL": "", "LC_MESSAGES": "en_GB"], .english),
            ([:], .english),
        ]
    )
    func locale(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }
}
