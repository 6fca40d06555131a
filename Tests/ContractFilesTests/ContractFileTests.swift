import ContractFiles
import Contracts
import Testing

@Suite("Reading contract files")
struct ContractFileTests {
    @Test("the contracts of the examples load without any problem", arguments: ["acme", "minute"])
    func examples(example: String) throws {
        let text = Fixtures.text(example)
        let file = ContractFile.load(text: text)
        #expect(file.problems == [])
        let contract = try #require(file.contract)
        #expect(try Contract(canonicalBytes: contract.canonicalBytes) == contract)
        let supplier = try #require(SupplierFile.load(text: Fixtures.supplier).supplier)
        #expect(ContractFile.load(text: text, supplier: supplier).problems == [])
        #expect(ContractFile.load(bytes: Array(text.utf8)).contract == contract)
    }

    @Test("every field of a full contract arrives with its value, and its canonical bytes stay what they are")
    func everyField() throws {
        let contract = try #require(ContractFile.load(text: Fixtures.acme).contract)
        #expect(contract.canonicalJSON.canonicalText == Fixtures.acmeCanonical)
    }

    @Test("what a short contract leaves out gets its default")
    func defaults() throws {
        let contract = try #require(ContractFile.load(text: Fixtures.minute).contract)
        #expect(contract.rounding == Contract.Rounding())
        #expect(contract.surchargeStacking == .max)
        #expect(contract.surchargeOnQuota == .billed)
        #expect(contract.access.grants == [.run, .logs])
        #expect(contract.access.maximumSessionSeconds == 4 * 3600)
        #expect(contract.access.idleTimeoutSeconds == 15 * 60)
        #expect(contract.retainer == nil)
        #expect(contract.cap == nil)
        #expect(contract.holidays == nil)
        #expect(contract.surcharges == [])
        #expect(contract.language == nil)
        #expect(contract.dataProcessingAgreement == .notApplicable("no personal data on the system"))
    }

    @Test("an end of the contract and every other optional field are kept")
    func optionalFields() throws {
        let text = Fixtures.acme
            .replacing("minimumTermMonths: 12", with: "validUntil: 2027-06-30\nminimumTermMonths: 12")
            .replacing("add: [], drop: []", with: "add: [12-24, 2026-12-31], drop: [10-31]")
            .replacing(
                "commands: any ",
                with: "commands: [[\"df\", \"-h\"], [\"journalctl\", \"*\"], [\"printf\", \"\"]] "
            )
            .replacing("days: sat-sun", with: "days: [sat, sun]")
        let file = ContractFile.load(text: text)
        #expect(file.problems == [])
        let contract = try #require(file.contract)
        #expect(contract.validUntil?.description == "2027-06-30")
        #expect(contract.holidays?.add.map(\.description) == ["12-24", "2026-12-31"])
        #expect(contract.holidays?.drop.map(\.description) == ["10-31"])
        #expect(contract.access.commands == .patterns([["df", "-h"], ["journalctl", "*"], ["printf", ""]]))
        #expect(contract.surcharges[1].days == [DaySet(.saturday), DaySet(.sunday)])
    }

    @Test("plain and quoted scalars of one text are the same contract")
    func quoting() throws {
        let plain = Fixtures.minute.replacing("\"90.00\"", with: "90.00").replacing("\"10115\"", with: "10115")
        #expect(ContractFile.load(text: plain).contract == ContractFile.load(text: Fixtures.minute).contract)
        let crlf = Fixtures.minute.replacing("\n", with: "\r\n")
        #expect(ContractFile.load(text: crlf).contract == ContractFile.load(text: Fixtures.minute).contract)
        let marked = "\u{FEFF}" + Fixtures.minute
        #expect(
            ContractFile.load(bytes: Array(marked.utf8)).contract == ContractFile.load(text: Fixtures.minute).contract
        )
        #expect(ContractFile.load(text: marked).contract == ContractFile.load(text: Fixtures.minute).contract)
    }

    @Test("percentages are exact to the basis point")
    func percentages() throws {
        let text = Fixtures.acme.replacing("percent: 100,", with: "percent: 19.5,")
        #expect(try #require(ContractFile.load(text: text).contract).surcharges[2].percentBp == 1950)
    }

    @Test("a retainer of kind none is no retainer")
    func noRetainer() throws {
        let file = ContractFile.load(text: Fixtures.minute + "retainer: { kind: none }\n")
        #expect(file.problems == [])
        #expect(file.contract == ContractFile.load(text: Fixtures.minute).contract)
        let odd = ContractFile.load(text: Fixtures.minute + "retainer: { kind: none, fee: \"1.00\" }\n")
        #expect(odd.problems.map(\.problem.path) == ["retainer.fee"])
        #expect(odd.contract == nil)
    }

    @Test("a prepaid block is due in advance unless it says so itself")
    func prepaidBlock() throws {
        let text = Fixtures.minute.replacing(
            "rate: support }\n  - { id: defect",
            with: "rate: support, usesQuota: true }\n  - { id: defect"
        )
        let file = ContractFile.load(text: text + "retainer: { kind: prepaidBlock, fee: \"500.00\", included: 6h }\n")
        #expect(file.problems == [])
        #expect(file.contract?.retainer?.dueInAdvance == true)
        #expect(file.contract?.retainer?.includedSeconds == 21_600)
    }

    @Test("the supplier's file arrives with every value")
    func supplier() throws {
        let file = SupplierFile.load(text: Fixtures.supplier)
        #expect(file.problems == [])
        #expect(
            file.supplier
                == Supplier(
                    name: "Jana Lotse IT-Service",
                    contact: "Jana Lotse",
                    street: "Deichweg 3",
                    postalCode: "20457",
                    city: "Hamburg",
                    country: "DE",
                    phone: "+49 40 5550100",
                    email: "jana@lotse.example",
                    eInvoiceAddress: ElectronicAddress(scheme: "EM", value: "jana@lotse.example"),
                    vatId: "DE136695976",
                    taxNumber: "22/815/08154",
                    timeZone: "Europe/Berlin",
                    datev: Supplier.DATEV(consultant: 1001, client: 1, revenueAccount: 8400),
                    iban: "DE02120300000000202051",
                    bic: "BYLADEM1001",
                    smallBusiness: false,
                    invoiceNumbers: "{year}-{number:4}"
                )
        )
    }

    @Test("an unknown time zone is a problem at its line")
    func timeZone() {
        let text = Fixtures.minute.replacing("Europe/Berlin", with: "Europe/Berlln")
        let file = ContractFile.load(text: text)
        #expect(
            file.problems.map { $0.rendered(file: "m.yaml") } == [
                "m.yaml:4:11: error: timeZone: \"Europe/Berlln\" is not a time zone (write Area/City, like Europe/Berlin)"
            ]
        )
        #expect(ContractFile.load(text: text, isTimeZone: { _ in true }).problems == [])
    }

    @Test("the contract's own checks arrive, mistakes in them have their line, and an empty list is none")
    func diagnose() throws {
        func load(_ lines: String) -> ContractFile {
            ContractFile.load(
                text: Fixtures.acme.replacing("  idleTimeout: 15m\n", with: "  idleTimeout: 15m\n\(lines)")
            )
        }
        let file = load("  diagnose:\n    - { id: backup, title: Last backup, command: [ls, -l, /srv] }\n")
        #expect(file.problems == [])
        let contract = try #require(file.contract)
        #expect(contract.access.diagnose == [.init(id: "backup", title: "Last backup", command: ["ls", "-l", "/srv"])])
        #expect(try Contract(canonicalBytes: contract.canonicalBytes) == contract)
        #expect(try #require(load("  diagnose: []\n").contract).canonicalJSON.canonicalText == Fixtures.acmeCanonical)
        let line =
            try #require(
                Fixtures.acme.split(separator: "\n", omittingEmptySubsequences: false)
                    .firstIndex { $0.hasPrefix("  idleTimeout") }
            ) + 3
        let wrong = load("  diagnose:\n    - { id: backup, title: Last backup, comand: [ls] }\n").problems.map {
            $0.rendered(file: "f")
        }
        #expect(
            wrong.contains { $0.hasPrefix("f:\(line):") && $0.contains("access.diagnose[0].command: is missing") },
            "\(wrong)"
        )
        #expect(wrong.contains { $0.hasPrefix("f:\(line):") && $0.contains("did you mean `command`?") }, "\(wrong)")
        let text = load("  diagnose:\n    - { id: b, title: B, command: ls -l }\n").problems.map {
            $0.rendered(file: "f")
        }
        #expect(text.contains { $0.contains("access.diagnose[0].command: is text, not a list") }, "\(text)")
    }
}
