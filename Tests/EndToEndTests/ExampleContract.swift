/// A contract by the minute, without a retainer.
enum ExampleContract {
    static let text = """
        contract: minute
        title: Support by the minute
        timeZone: Europe/Berlin
        validFrom: 2026-01-01
        signedOn: 2026-01-01
        dataProcessingAgreement: "notApplicable: no personal data on the system"
        client: { name: Mia Klein Grafik, kind: business, street: Am Markt 1, postalCode: "10115", city: Berlin, country: DE, buyerReference: MK-1, eInvoiceAddress: { scheme: EM, value: mia@klein.example } }
        rates: { support: "90.00" }
        categories:
          - { id: support, kind: support, rate: support }
          - { id: defect, kind: warranty, rate: support }
        rounding: { per: session, step: 1m, mode: up }
        vat: { category: S, percent: 19 }

        """
}
