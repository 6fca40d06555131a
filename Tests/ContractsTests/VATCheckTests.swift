import Contracts
import Testing

@Suite("The check of VAT")
struct VATCheckTests {
    /// A contract with a business in Austria, and one in Switzerland.
    private func foreign(_ country: String, _ category: Contract.VAT.Category) throws -> Contract {
        var contract = try Samples.contract()
        contract.client.country = country
        contract.client.vatId = country == "AT" ? "ATU12345678" : nil
        contract.vat = Contract.VAT(category: category, percentBp: category == .standard ? 1900 : 0)
        return contract
    }

    private func expect(
        _ contract: Contract,
        by supplier: Supplier? = Samples.supplier(),
        _ path: String,
        _ sentence: String,
        _ severity: Problem.Severity = .error,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let problems = contract.problems(supplier: supplier)
        #expect(problems.count == 1, "\(problems)", sourceLocation: sourceLocation)
        #expect(problems.first?.path == path, sourceLocation: sourceLocation)
        #expect(problems.first?.sentence.contains(sentence) == true, "\(problems)", sourceLocation: sourceLocation)
        #expect(problems.first?.severity == severity, sourceLocation: sourceLocation)
    }

    @Test("each category is accepted where the law has it")
    func legal() throws {
        var small = Samples.supplier()
        small.smallBusiness = true
        var exempt = try Samples.contract()
        exempt.vat = Contract.VAT(category: .exempt, percentBp: 0)
        #expect(exempt.problems(supplier: small) == [])
        #expect(try foreign("AT", .reverseCharge).problems(supplier: Samples.supplier()) == [])
        #expect(try foreign("CH", .outsideScope).problems(supplier: Samples.supplier()) == [])
        var reduced = try Samples.contract()
        reduced.vat.percentBp = 700
        #expect(reduced.problems(supplier: Samples.supplier()) == [])
    }

    @Test("S needs a percentage, and one that exists")
    func percentages() throws {
        var contract = try Samples.contract()
        contract.vat.percentBp = 0
        expect(contract, "vat.percent", "above 0")
        contract.vat.percentBp = 10_001
        expect(contract, "vat.percent", "above 0")
        contract.vat.percentBp = 1600
        expect(contract, "vat.percent", "not a German rate", .warning)
        contract = try foreign("AT", .reverseCharge)
        contract.vat.percentBp = 1900
        expect(contract, "vat.percent", "has no percentage")
    }

    @Test("E is for small businesses, and small businesses are not for S")
    func smallBusiness() throws {
        var contract = try Samples.contract()
        var small = Samples.supplier()
        small.smallBusiness = true
        expect(contract, by: small, "vat.category", "shows no VAT")
        contract.vat = Contract.VAT(category: .exempt, percentBp: 0)
        expect(contract, "vat.category", "small businesses")
        expect(contract, by: nil, "vat.category", "smallBusiness: true", .warning)
    }

    @Test("AE needs a business elsewhere in the EU and both VAT ids")
    func reverseCharge() throws {
        var contract = try foreign("AT", .reverseCharge)
        contract.client.vatId = nil
        expect(contract, "client.vatId", "both sides")
        contract = try foreign("AT", .reverseCharge)
        var supplier = Samples.supplier()
        supplier.vatId = nil
        expect(contract, by: supplier, "vat.category", "supplier's VAT id")
        expect(contract, by: nil, "vat.category", "a vatId", .warning)
        contract.client.kind = .consumer
        expect(contract, "vat.category", "businesses only")
        contract = try Samples.contract()
        contract.vat = Contract.VAT(category: .reverseCharge, percentBp: 0)
        expect(contract, "vat.category", "own country")
        contract = try foreign("CH", .reverseCharge)
        contract.client.vatId = "CHE-123.456.788"
        expect(contract, "vat.category", "outside the EU")
    }

    @Test("O needs a business outside the EU and the supplier's tax number")
    func outsideScope() throws {
        var contract = try foreign("CH", .outsideScope)
        var supplier = Samples.supplier()
        supplier.taxNumber = nil
        expect(contract, by: supplier, "vat.category", "tax number")
        expect(contract, by: nil, "vat.category", "a taxNumber", .warning)
        contract.client.kind = .consumer
        expect(contract, "vat.category", "businesses only")
        expect(try foreign("AT", .outsideScope), "vat.category", "outside the EU")
    }

    @Test("S for a business abroad is probably wrong")
    func standardAbroad() throws {
        expect(try foreign("AT", .standard), "vat.category", "not taxed in DE", .warning)
        expect(try foreign("CH", .standard), "vat.category", "not taxed in DE", .warning)
    }

    @Test("Greek VAT ids start with EL")
    func greece() throws {
        var contract = try foreign("GR", .reverseCharge)
        contract.client.vatId = "EL123456789"
        #expect(contract.problems(supplier: Samples.supplier()) == [])
    }

    @Test("a public body with a valid Leitweg-ID is accepted")
    func publicBody() throws {
        var contract = try Samples.contract()
        contract.client.kind = .public
        contract.client.buyerReference = "04011000-1234512345-06"
        contract.client.eInvoiceAddress = ElectronicAddress(scheme: "0204", value: "04011000-1234512345-06")
        #expect(contract.problems() == [])
    }
}
