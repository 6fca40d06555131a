/// The files that the tests read: a contract that uses every field, the shortest one, and a supplier.
enum Fixtures {
    /// An example by its name; tests take names as arguments, so that their output stays short.
    static func text(_ name: String) -> String { ["acme": acme, "minute": minute, "supplier": supplier][name] ?? "" }

    static let acme = #"""
        # A support contract with a monthly retainer. The file a freelancer fills in and a client can read.
        contract: acme-2026
        title: Support Webshop
        language: de                      # de | en: what the client reads
        timeZone: Europe/Berlin
        validFrom: 2026-01-01             # validUntil: where it has an end
        minimumTermMonths: 12
        noticeDays: 30
        signedOn: 2025-12-15              # no session without it
        dataProcessingAgreement: 2025-12-15   # Art. 28 GDPR; or "notApplicable: why"

        client:
          name: ACME Handels GmbH
          kind: business                  # business | consumer | public
          street: Hafenstraße 12
          postalCode: "48155"
          city: Münster
          country: DE
          vatId: DE123456788
          buyerReference: "4711"          # Leitweg-ID for public bodies
          eInvoiceAddress: { scheme: EM, value: rechnung@acme.example }
          contacts:
            - { name: Petra Quast, email: quast@acme.example, phone: "+49 251 5550", mayOrder: true }

        systems:
          - { id: shop, name: "Webshop on Debian 12, shop.acme.example" }
        included:
          - Questions about using the shop
          - Small changes up to one hour
        excluded:
          - { text: Third-party payment plug-ins, treatment: billAtRate, category: extra }
          - { text: Hardware, treatment: refuse }

        serviceHours:
          - { days: mon-fri, from: "09:00", to: "17:00" }
        holidays: { region: DE-NW, add: [], drop: [] }
        reaction:
          - { priority: P1, means: The shop takes no orders, within: 4h, clock: service }
          - { priority: P2, means: One function fails, within: 8h, clock: service }
          - { priority: P3, means: A question, within: 24h, clock: service }

        rates:                            # per hour, in EUR
          support: "95.00"
          extra: "120.00"
        categories:
          - { id: question, kind: support, rate: support, usesQuota: true }
          - { id: change,   kind: support, rate: support, usesQuota: true }
          - { id: extra,    kind: support, rate: extra,   usesQuota: false }
          - { id: defect,   kind: warranty, rate: support, usesQuota: false }    # billed at 0.00, always listed

        rounding:
          per: session                    # session | day | period
          step: 5m
          minimum: 0m
          mode: up                        # up | nearest | down
          freeUpTo: 60s
          mergeGap: 2m                    # a longer break starts a new rounding; no break is ever billed
          excess: last                    # the band that gets what rounding adds: last | cheapest
        surcharges:
          - { label: Night,   percent: 50,  days: all,     from: "22:00", to: "06:00" }
          - { label: Weekend, percent: 50,  days: sat-sun, from: "00:00", to: "24:00" }
          - { label: Holiday, percent: 100, days: holidays, from: "00:00", to: "24:00" }
        surchargeStacking: max            # max | sum
        surchargeOnQuota: billed          # billed | absorbed

        retainer:
          kind: takeOrPay                 # none | takeOrPay | prepaidBlock
          fee: "250.00"
          dueInAdvance: false
          included: 3h
          period: month
          overageRate: support
          carryOver: { policy: capped, cap: 3h, expiresAfterPeriods: 2 }
        cap:
          perSession: "190.00"
          perMonth: "950.00"
          onReach: needConsent            # warn | needConsent | stop

        payment: { termDays: 14, cycle: monthly, smallestInvoice: "20.00" }
        vat: { category: S, percent: 19 } # S | E (small business) | AE (reverse charge) | O (outside scope)
        access:
          grants: [run, logs, shell]      # the most that may be asked for
          logs: [/var/log/nginx, /var/log/syslog]
          commands: any                   # any, or a list of argv patterns: [["df", "-h"], ["journalctl", "*"]]
          maximumSession: 4h
          idleTimeout: 15m
        privacy: { transcriptRetentionDays: 30, redact: [default] }

        """#

    static let minute = #"""
        # The shortest contract that is complete: by the minute, no retainer, everything else by default.
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

        """#

    static let supplier = #"""
        # The freelancer. `lotse-relay init` writes this file as a commented template.
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
        taxNumber: 22/815/08154          # beside or instead of vatId
        timeZone: Europe/Berlin
        datev: { consultant: 1001, client: 1, revenueAccount: 8400 }
        iban: DE02120300000000202051
        bic: BYLADEM1001
        smallBusiness: false              # §19 UStG
        invoiceNumbers: "{year}-{number:4}"

        """#
}

extension Fixtures {
    /// The canonical bytes of `acme`. Consents and receipts hold their hash: they must never change.
    static let acmeCanonical = #"""
        {"access":{"commands":"any","grants":["run","logs","shell"],"idleTimeoutSeconds":900,"logs":["/var/l\#
        og/nginx","/var/log/syslog"],"maximumSessionSeconds":14400},"cap":{"onReach":"needConsent","perMonth\#
        Cents":95000,"perSessionCents":19000},"categories":[{"id":"question","kind":"support","rate":"suppor\#
        t","usesQuota":true},{"id":"change","kind":"support","rate":"support","usesQuota":true},{"id":"extra\#
        ","kind":"support","rate":"extra","usesQuota":false},{"id":"defect","kind":"warranty","rate":"suppor\#
        t","usesQuota":false}],"client":{"buyerReference":"4711","city":"Münster","contacts":[{"email":"quas\#
        t@acme.example","mayOrder":true,"name":"Petra Quast","phone":"+49 251 5550"}],"country":"DE","eInvoi\#
        ceAddress":{"scheme":"EM","value":"rechnung@acme.example"},"kind":"business","name":"ACME Handels Gm\#
        bH","postalCode":"48155","street":"Hafenstraße 12","vatId":"DE123456788"},"contract":"acme-2026","da\#
        taProcessingAgreement":"2025-12-15","excluded":[{"category":"extra","text":"Third-party payment plug\#
        -ins","treatment":"billAtRate"},{"text":"Hardware","treatment":"refuse"}],"holidays":{"add":[],"drop\#
        ":[],"region":"DE-NW"},"included":["Questions about using the shop","Small changes up to one hour"],\#
        "language":"de","minimumTermMonths":12,"noticeDays":30,"payment":{"cycle":"monthly","smallestInvoice\#
        Cents":2000,"termDays":14},"privacy":{"redact":["default"],"transcriptRetentionDays":30},"ratesCents\#
        PerHour":{"extra":12000,"support":9500},"reaction":[{"clock":"service","means":"The shop takes no or\#
        ders","priority":"P1","withinSeconds":14400},{"clock":"service","means":"One function fails","priori\#
        ty":"P2","withinSeconds":28800},{"clock":"service","means":"A question","priority":"P3","withinSecon\#
        ds":86400}],"retainer":{"carryOver":{"capSeconds":10800,"expiresAfterPeriods":2,"policy":"capped"},"\#
        dueInAdvance":false,"feeCents":25000,"includedSeconds":10800,"kind":"takeOrPay","overageRate":"suppo\#
        rt","period":"month"},"rounding":{"excess":"last","freeUpToSeconds":60,"mergeGapSeconds":120,"minimu\#
        mSeconds":0,"mode":"up","per":"session","stepSeconds":300},"serviceHours":[{"days":"mon,tue,wed,thu,\#
        fri","from":"09:00","to":"17:00"}],"signedOn":"2025-12-15","surchargeOnQuota":"billed","surchargeSta\#
        cking":"max","surcharges":[{"days":"all","from":"22:00","label":"Night","percentBp":5000,"to":"06:00\#
        "},{"days":"sat,sun","from":"00:00","label":"Weekend","percentBp":5000,"to":"24:00"},{"days":"holida\#
        ys","from":"00:00","label":"Holiday","percentBp":10000,"to":"24:00"}],"systems":[{"id":"shop","name"\#
        :"Webshop on Debian 12, shop.acme.example"}],"timeZone":"Europe/Berlin","title":"Support Webshop","v\#
        alidFrom":"2026-01-01","vat":{"category":"S","percentBp":1900}}
        """#
}
