import ContractFiles
import Contracts

extension FuzzTarget {
    /// The files that a freelancer writes, a contract's canonical bytes, and the texts in them.
    static let contractFile = FuzzTarget(
        "contractFile",
        longest: 8192,
        seeds: [
            .input(0, ContractSamples.contract), .input(1, ContractSamples.supplier),
            .input(2, ContractSamples.canonical),
            .input(3, "95.00"), .input(3, "1.200,00 EUR"), .input(4, "19.5"), .input(5, "1h30m"), .input(5, "4 hours"),
            .input(6, "2026-01-31"), .input(6, "31.1.2026"), .input(7, "09:00"), .input(8, "mon-fri,holidays"),
        ],
        words: [
            ": ", "- ", "{ ", " }", "[", "]", "\"", "'", "#", "&a", "*a", "!!str ", "|\n", "? ", "---\n", "\n  ", "\\e",
            "\\u202e", "null",
            "~", "yes", "99999999999", "h", "m", "%", ",", "<<", "\t", "\u{FEFF}",
        ]
    ) { input in
        let bytes = Array(input.dropFirst())
        let text = String(decoding: bytes, as: UTF8.self)
        let isTimeZone = { (name: String) in name.hasPrefix("Europe/") }
        switch input.first {
        case 0:
            let file = ContractFile.load(bytes: bytes, isTimeZone: isTimeZone)
            try ContractSamples.check(file.problems, isUsable: file.contract != nil, of: text)
            guard let contract = file.contract else { return }
            let canonical = contract.canonicalBytes
            try hold(
                (try? Contract(canonicalBytes: canonical))?.canonicalBytes == canonical,
                "the canonical form is not read"
            )
        case 1:
            let file = SupplierFile.load(bytes: bytes, isTimeZone: isTimeZone)
            try ContractSamples.check(file.problems, isUsable: file.supplier != nil, of: text)
        case 2:
            guard let contract = try? Contract(canonicalBytes: bytes) else { return }
            try hold(contract.canonicalBytes == bytes, "other bytes are taken for the canonical ones")
            _ = contract.problems(supplier: nil, isTimeZone: isTimeZone)
        case 3: try ContractSamples.check(text, Cents.parse, Cents.text)
        case 4: try ContractSamples.check(text, BasisPoints.parse, BasisPoints.text)
        case 5: try ContractSamples.check(text, Seconds.parse, Seconds.text)
        case 6: try ContractSamples.check(text, LocalDate.parse) { "\($0)" }
        case 7: try ContractSamples.check(text, LocalTime.parse) { "\($0)" }
        case 8: try ContractSamples.check(text, DaySet.parse) { "\($0)" }
        default: return
        }
    }
}

private enum ContractSamples {
    static func check(_ problems: [FileProblem], isUsable: Bool, of text: String) throws {
        let errors = problems.count { $0.problem.severity == .error }
        try hold(isUsable == (errors == 0), "\(errors) errors, and it is \(isUsable ? "usable" : "not usable")")
        try hold(problems.count <= 5000, "\(problems.count) problems")
        for problem in problems {
            let line = problem.rendered(file: "f")
            try hold(line.isSafeToShow && !line.contains("\n"), "says \(line.debugDescription)")
            try hold(line.utf8.count <= 64 * 1024, "a problem of \(line.utf8.count) bytes")
            try hold(problem.place.line >= 1 && problem.place.column >= 1, "at \(problem.place)")
        }
    }

    /// A value that is read is written so that it is read as the same again; a mend that is proposed is one.
    static func check<Value: Equatable>(
        _ text: String,
        _ parse: (String) throws(ContractsError) -> Value,
        _ write: (Value) -> String
    ) throws {
        switch outcome(of: { () throws(ContractsError) in try parse(text) }) {
        case .success(let value): try hold((try? parse(write(value))) == value, "\(text) is written \(write(value))")
        case .failure(let error):
            let sentence = "\(error.sentence) \(error.mend ?? "")"
            try hold(sentence.unicodeScalars.count < 1000, "a sentence of \(sentence.unicodeScalars.count) characters")
        }
    }

    static let contract = #"""
        contract: acme-2026
        title: Support Webshop
        language: de                      # de | en
        timeZone: Europe/Berlin
        validFrom: 2026-01-01
        minimumTermMonths: 12
        noticeDays: 30
        signedOn: 2025-12-15
        dataProcessingAgreement: "notApplicable: no personal data"
        client:
          name: ACME Handels GmbH
          kind: business
          street: Hafenstraße 12
          postalCode: "48155"
          city: Münster
          country: DE
          vatId: DE123456788
          buyerReference: "4711"
          eInvoiceAddress: { scheme: EM, value: rechnung@acme.example }
          contacts:
            - { name: Petra Quast, email: quast@acme.example, phone: "+49 251 5550", mayOrder: true }
        systems:
          - { id: shop, name: "Webshop on Debian 12" }
        included:
          - Questions about using the shop
        excluded:
          - { text: Hardware, treatment: refuse }
        serviceHours:
          - { days: mon-fri, from: "09:00", to: "17:00" }
        holidays: { region: DE-NW, add: [], drop: [] }
        reaction:
          - { priority: P1, means: The shop takes no orders, within: 4h, clock: service }
        rates:
          support: "95.00"
        categories:
          - { id: question, kind: support, rate: support, usesQuota: true }
          - { id: defect,   kind: warranty, rate: support, usesQuota: false }
        rounding: { per: session, step: 5m, minimum: 0m, mode: up, freeUpTo: 60s, mergeGap: 2m, excess: last }
        surcharges:
          - { label: Night,   percent: 50,  days: all,     from: "22:00", to: "06:00" }
        surchargeStacking: max
        surchargeOnQuota: billed
        retainer:
          kind: takeOrPay
          fee: "250.00"
          dueInAdvance: false
          included: 3h
          period: month
          overageRate: support
          carryOver: { policy: capped, cap: 3h, expiresAfterPeriods: 2 }
        cap: { perSession: "190.00", perMonth: "950.00", onReach: needConsent }
        payment: { termDays: 14, cycle: monthly, smallestInvoice: "20.00" }
        vat: { category: S, percent: 19 }
        access:
          grants: [run, logs, shell]
          logs: [/var/log/nginx, /var/log/syslog]
          commands: any
          maximumSession: 4h
          idleTimeout: 15m
        privacy: { transcriptRetentionDays: 30, redact: [default] }
        """#

    static let supplier = #"""
        name: Jana Lotse IT-Service
        contact: Jana Lotse
        street: Deichweg 3
        postalCode: "20457"
        city: Hamburg
        country: DE
        phone: "+49 40 5550100"
        email: jana@lotse.example
        eInvoiceAddress: { scheme: EM, value: jana@lotse.example }
        vatId: DE136695976
        taxNumber: 22/815/08154
        timeZone: Europe/Berlin
        datev: { consultant: 1001, client: 1, revenueAccount: 8400 }
        iban: DE02120300000000202051
        bic: BYLADEM1001
        smallBusiness: false
        invoiceNumbers: "{year}-{number:4}"
        """#

    static let canonical = String(
        decoding: ContractFile.load(text: contract, isTimeZone: { _ in true }).contract?.canonicalBytes ?? [],
        as: UTF8.self
    )
}
