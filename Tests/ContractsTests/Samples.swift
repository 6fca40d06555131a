import Contracts

/// A contract and a supplier in which nothing is wrong; the tests break one thing at a time.
enum Samples {
    static func date(_ text: String) throws -> LocalDate { try LocalDate.parse(text) }

    static func contract() throws -> Contract {
        Contract(
            contract: "acme-2026",
            title: "Support Webshop",
            language: .german,
            timeZone: "Europe/Berlin",
            validFrom: try date("2026-01-01"),
            validUntil: try date("2026-12-31"),
            minimumTermMonths: 12,
            noticeDays: 30,
            signedOn: try date("2025-12-15"),
            dataProcessingAgreement: .signed(try date("2025-12-15")),
            client: Contract.Client(
                name: "ACME Handels GmbH",
                kind: .business,
                street: "Hafenstraße 12",
                postalCode: "48155",
                city: "Münster",
                country: "DE",
                vatId: "DE123456788",
                buyerReference: "4711",
                eInvoiceAddress: ElectronicAddress(scheme: "EM", value: "rechnung@acme.example"),
                contacts: [
                    Contract.Contact(name: "Petra Quast", email: "quast@acme.example", phone: "1", mayOrder: true)
                ]
            ),
            systems: [Contract.System(id: "shop", name: "Webshop")],
            included: ["Questions"],
            excluded: [
                Contract.Exclusion(text: "Plug-ins", treatment: .billAtRate, category: "extra"),
                Contract.Exclusion(text: "Hardware", treatment: .refuse),
            ],
            serviceHours: [
                Contract.ServiceHours(days: try .parse("mon-fri"), from: try .parse("09:00"), to: try .parse("17:00"))
            ],
            holidays: Contract.Holidays(region: .northRhineWestphalia, add: [.yearly(month: 12, day: 24)]),
            reaction: [Contract.Reaction(priority: "P1", means: "Down", withinSeconds: 14400)],
            ratesCentsPerHour: ["support": 9500, "extra": 12000],
            categories: [
                Contract.Category(id: "question", kind: .support, rate: "support", usesQuota: true),
                Contract.Category(id: "extra", kind: .support, rate: "extra"),
                Contract.Category(id: "defect", kind: .warranty, rate: "support"),
            ],
            rounding: Contract.Rounding(stepSeconds: 300, freeUpToSeconds: 60, mergeGapSeconds: 120),
            surcharges: [
                Contract.Surcharge(
                    label: "Night",
                    percentBp: 5000,
                    days: .all,
                    from: try .parse("22:00"),
                    to: try .parse("06:00")
                )
            ],
            retainer: Contract.Retainer(
                kind: .takeOrPay,
                feeCents: 25000,
                includedSeconds: 10800,
                overageRate: "support",
                carryOver: Contract.CarryOver(policy: .capped, capSeconds: 10800, expiresAfterPeriods: 2)
            ),
            cap: Contract.Cap(perSessionCents: 19000, perMonthCents: 95000, onReach: .needConsent),
            payment: Contract.Payment(termDays: 14, smallestInvoiceCents: 2000),
            vat: Contract.VAT(category: .standard, percentBp: 1900),
            access: Contract.Access(
                grants: [.run, .logs, .shell],
                logs: ["/var/log/syslog"],
                commands: .patterns([["df", "-h"], ["journalctl", "*"]])
            ),
            privacy: Contract.Privacy()
        )
    }

    static func supplier() -> Supplier {
        Supplier(
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
            bic: "BYLADEM1001"
        )
    }
}
