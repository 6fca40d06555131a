import ContractFiles
import Contracts
import Receipts

/// One of many contracts: a fee with some hours in it, nights and weekends dearer.
struct PastContract {
    let id: String
    let source: String
    /// The canonical terms.
    let canonical: [UInt8]
    /// Their hash.
    let hash: String
    /// The key of this client's machine.
    let agent: SigningKey

    /// - Parameter since: the day from which it is in force, `2026-10-31`.
    init(_ number: Int, since day: String) throws {
        let digits = "\(number)"
        id = "client-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        source = """
            contract: \(id)
            title: Support for client \(number)
            timeZone: \(PastMonth.timeZone)
            validFrom: \(day)
            signedOn: \(day)
            dataProcessingAgreement: \(day)
            client: { name: Client \(number) GmbH, kind: business, street: Am Markt 1, postalCode: "10115", city: Berlin, country: DE, buyerReference: C-\(number), eInvoiceAddress: { scheme: EM, value: books@client-\(number).example } }
            serviceHours:
              - { days: mon-fri, from: "09:00", to: "17:00" }
            holidays: { region: DE-BE }
            rates: { support: "90.00" }
            categories:
              - { id: question, kind: support, rate: support, usesQuota: true }
              - { id: defect, kind: warranty, rate: support }
            rounding: { per: session, step: 1m, mode: up }
            surcharges:
              - { label: Night, percent: 50, days: all, from: "22:00", to: "06:00" }
              - { label: Weekend, percent: 50, days: sat-sun, from: "00:00", to: "24:00" }
              - { label: Holiday, percent: 100, days: holidays, from: "00:00", to: "24:00" }
            retainer:
              kind: takeOrPay
              fee: "90.00"
              included: 1h
              period: month
              overageRate: support
              carryOver: { policy: capped, cap: 1h, expiresAfterPeriods: 2 }
            vat: { category: S, percent: 19 }
            access: { grants: [run, logs], logs: [/var/log] }

            """
        let file = ContractFile.load(text: source, supplier: nil)
        guard let contract = file.contract else {
            throw PastError("the contract has errors: \(file.problems.map { $0.rendered(file: "contract") })")
        }
        canonical = contract.canonicalBytes
        hash = Digest.sha256(canonical).hex
        agent = try SigningKey.generate()
    }

    /// The version as the ledger has it.
    var added: JSONValue {
        [
            "contract": .string(id), "version": 1, "hash": .string(hash),
            "canonical": .string(String(decoding: canonical, as: UTF8.self)), "source": .string(source),
            "operator": .string(PastLedger.operatorName),
        ]
    }
}
