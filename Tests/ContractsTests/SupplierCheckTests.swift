import Contracts
import Testing

struct SupplierMistake: CustomTestStringConvertible, Sendable {
    var path: String
    var sentence: String
    var edit: @Sendable (inout Supplier) -> Void
    var testDescription: String { "\(path): \(sentence)" }
}

private func mistake(
    _ path: String,
    _ sentence: String,
    _ edit: @escaping @Sendable (inout Supplier) -> Void
) -> SupplierMistake {
    SupplierMistake(path: path, sentence: sentence, edit: edit)
}

@Suite("The check of a supplier")
struct SupplierCheckTests {
    static let mistakes: [SupplierMistake] = [
        mistake("name", "§ 14 (4) Nr. 1 UStG") { $0.name = "" },
        mistake("contact", "BR-DE-5") { $0.contact = "" },
        mistake("street", "§ 14 (4) Nr. 1 UStG") { $0.street = "" },
        mistake("postalCode", "§ 14 (4) Nr. 1 UStG") { $0.postalCode = "" },
        mistake("postalCode", "not a German") { $0.postalCode = "2045" },
        mistake("city", "§ 14 (4) Nr. 1 UStG") { $0.city = "" },
        mistake("country", "§ 14 (4) Nr. 1 UStG") { ($0.country, $0.vatId) = ("", nil) },
        mistake("country", "not a country") { ($0.country, $0.vatId) = ("XX", nil) },
        mistake("phone", "BR-DE-6") { $0.phone = "" },
        mistake("email", "BR-DE-7") { $0.email = "" },
        mistake("email", "not an e-mail") { $0.email = "jana" },
        mistake("eInvoiceAddress", "R020") { $0.eInvoiceAddress = nil },
        mistake("eInvoiceAddress.scheme", "not an address scheme") { $0.eInvoiceAddress?.scheme = "" },
        mistake("vatId", "§ 14 (4) Nr. 2 UStG") { ($0.vatId, $0.taxNumber) = (nil, nil) },
        mistake("vatId", "not a VAT id") { $0.vatId = "136695976" },
        mistake("vatId", "check digit") { $0.vatId = "DE136695977" },
        mistake("taxNumber", "not a tax number") { $0.taxNumber = "22/815" },
        mistake("timeZone", "books") { $0.timeZone = "" },
        mistake("timeZone", "not a time zone") { $0.timeZone = "CET " },
        mistake("datev.consultant", "out of range") { $0.datev?.consultant = 1 },
        mistake("datev.client", "out of range") { $0.datev?.client = 0 },
        mistake("datev.revenueAccount", "out of range") { $0.datev?.revenueAccount = 1 },
        mistake("iban", "BR-DE-23") { $0.iban = "" },
        mistake("iban", "not an IBAN") { $0.iban = "DE02120300000000202052" },
        mistake("bic", "not a BIC") { $0.bic = "BYLADEM" },
        mistake("invoiceNumbers", "once") { $0.invoiceNumbers = "{year}" },
        mistake("invoiceNumbers", "once") { $0.invoiceNumbers = "{number}{number}" },
        mistake("invoiceNumbers", "not a pattern") { $0.invoiceNumbers = "{jahr}-{number}" },
        mistake("invoiceNumbers", "not a pattern") { $0.invoiceNumbers = "{number:0}" },
        mistake("invoiceNumbers", "not a pattern") { $0.invoiceNumbers = "{number" },
        mistake("invoiceNumbers", "not a pattern") { $0.invoiceNumbers = "{number}\n" },
    ]

    @Test("a supplier without mistakes has no problems")
    func clean() {
        #expect(Samples.supplier().problems() == [])
    }

    @Test("each mistake is found at its place, alone, with its reason", arguments: Self.mistakes)
    func found(_ mistake: SupplierMistake) {
        var supplier = Samples.supplier()
        mistake.edit(&supplier)
        let problems = supplier.problems()
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.path == mistake.path)
        #expect(problems.first?.sentence.contains(mistake.sentence) == true, "\(problems)")
    }

    @Test("one of VAT id and tax number is enough")
    func taxIdentity() {
        var supplier = Samples.supplier()
        supplier.vatId = nil
        #expect(supplier.problems() == [])
        supplier = Samples.supplier()
        supplier.taxNumber = nil
        #expect(supplier.problems() == [])
    }
}
