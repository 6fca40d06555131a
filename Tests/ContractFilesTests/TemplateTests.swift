import ContractFiles
import Contracts
import Testing

@Suite("Templates")
struct TemplateTests {
    /// Fills each marked blank with the example beside its mark.
    private func filled(_ template: String) -> String {
        template.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let mark = line.firstRange(of: ContractTemplate.blankMark) else { return String(line) }
            let name = line[..<mark.lowerBound].split(separator: ":")[0]
            return "\(name): \(line[mark.upperBound...])"
        }.joined(separator: "\n")
    }

    private func blanks(_ template: String) -> Int {
        template.split(separator: "\n").count { $0.contains(ContractTemplate.blankMark) }
    }

    @Test("a contract template passes the check once its blanks are filled in")
    func contract() throws {
        let file = ContractFile.load(text: filled(ContractTemplate.text(id: "acme-2026")))
        #expect(file.problems == [])
        #expect(file.contract?.contract == "acme-2026")
        #expect(file.contract?.client.city == "Münster")
        #expect(file.contract?.ratesCentsPerHour == ["support": 9500])
    }

    @Test("until then each blank is a problem at its line, and nothing else is")
    func blankContract() {
        let template = ContractTemplate.text(id: "x")
        let problems = ContractFile.load(text: template).problems
        #expect(problems.count == blanks(template))
        #expect(problems.allSatisfy { $0.problem.sentence == "has no value" })
        let lines = template.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(problems.allSatisfy { lines[$0.place.line - 1].contains(ContractTemplate.blankMark) })
        #expect((8...14).contains(problems.count))
    }

    @Test("the commented examples of a template are right too")
    func examples() {
        let text = filled(ContractTemplate.text(id: "x"))
            .replacing("contacts: []\n  # - {", with: "contacts:\n  - {")
            .replacing("systems: []\n# - {", with: "systems:\n- {")
            .replacing("retainer: { kind: none }          # none | takeOrPay | prepaidBlock\n", with: "")
            .replacing("# retainer:", with: "retainer:").replacing("#   ", with: "  ")
            .replacing("usesQuota: false", with: "usesQuota: true")
            .replacing("# validUntil", with: "validUntil").replacing("# vatId", with: "vatId")
        let file = ContractFile.load(text: text)
        #expect(file.problems == [])
        #expect(file.contract?.retainer?.carryOver.capSeconds == 10800)
        #expect(file.contract?.client.vatId == "DE123456788")
        #expect(file.contract?.validUntil != nil)
        #expect(file.contract?.systems.count == 1)
        #expect(file.contract?.client.contacts.count == 1)
    }

    @Test("an id that is none is written so that the file stays whole and the check names it")
    func hostileID() {
        let file = ContractFile.load(text: filled(ContractTemplate.text(id: "a: b\n- c")))
        #expect(file.contract == nil)
        #expect(!Contract.isID("a: b\n- c"))
    }

    @Test("a supplier template passes the check once its blanks are filled in")
    func supplier() {
        let file = SupplierFile.load(text: filled(SupplierTemplate.text))
        #expect(file.problems == [])
        #expect(file.supplier?.iban == "DE02120300000000202051")
        let blank = SupplierFile.load(text: SupplierTemplate.text)
        #expect(blank.problems.count == blanks(SupplierTemplate.text))
        #expect(blank.problems.allSatisfy { $0.problem.sentence == "has no value" })
    }
}
