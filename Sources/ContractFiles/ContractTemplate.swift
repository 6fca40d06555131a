import Contracts

/// The commented contract that `lotse contract new ID` prints.
public enum ContractTemplate {
    /// What stands beside a value that only the freelancer knows. Until it is filled in, `ContractFile.load` reports
    /// the line; what follows the mark is an example.
    public static let blankMark = "# <- fill in, like "

    /// A contract file for an id, with one line of advice for each question a contract must answer. Check the id
    /// first with `Contract.isID`: another one is written as it is, and then the file has one problem more.
    public static func text(id: String) -> String {
        parties(id: id) + scope + prices + law
    }

    private static func parties(id: String) -> String {
        """
        # A support contract. Fill in the lines marked "<- fill in", change what differs, delete what you do not need;
        # then: lotse contract check FILE

        # -- Who, and from when --
        contract: \(Contract.isID(id) ? id : quoted(id))
        title:                            # <- fill in, like Support Webshop
        language: de                      # de | en: what the client reads
        # Days, months and hours below are local to this time zone.
        timeZone: Europe/Berlin
        validFrom:                        # <- fill in, like 2026-01-01
        # A contract without an end runs until one side gives notice.
        # validUntil: 2026-12-31
        # Consumers can be bound for two years at most, with one month's notice.
        minimumTermMonths: 0
        noticeDays: 30
        # The day both signed. Without it there is no session.
        signedOn:                         # <- fill in, like 2025-12-15
        # Who sees personal data needs an agreement by Art. 28 GDPR: the day it was signed, or "notApplicable: why".
        dataProcessingAgreement:          # <- fill in, like 2025-12-15

        # The address is printed on every invoice, so it must be the one the client's books know.
        client:
          name:                           # <- fill in, like ACME Handels GmbH
          kind: business                  # business | consumer | public
          street:                         # <- fill in, like Hafenstraße 12
          postalCode:                     # <- fill in, like "48155"
          city:                           # <- fill in, like Münster
          country: DE
          # vatId: DE123456788            # needed for clients in other EU countries
          # What the client wants to find on invoices; for public bodies the Leitweg-ID.
          buyerReference:                 # <- fill in, like "4711"
          # Where electronic invoices go: EM is e-mail, 0204 a Leitweg-ID.
          eInvoiceAddress:
            scheme: EM
            value:                        # <- fill in, like rechnung@acme.example
          # Who may call, and who may order work that costs money.
          contacts: []
          # - { name: Petra Quast, email: quast@acme.example, phone: "+49 251 5550", mayOrder: true }


        """
    }

    private static let scope = """
        # -- What is supported, and what is not --
        # Name each system, so that nobody has to guess later.
        systems: []
        # - { id: shop, name: "Webshop on Debian 12, shop.acme.example" }
        included:
          - Questions about using the systems above
          - Small changes up to one hour
        # What is not included: say whether it is refused, or billed in a category of its own.
        excluded:
          - { text: Hardware, treatment: refuse }

        # -- How fast --
        # When you answer. Promise only hours that you keep on holidays of others and in your own.
        serviceHours:
          - { days: mon-fri, from: "09:00", to: "17:00" }
        # Service is closed on the holidays of the client's Land (DE-BW to DE-TH, DE: nationwide ones only).
        holidays: { region: DE-NW, add: [], drop: [] }
        # Time until a human reacts, not until it is solved. clock: service counts service hours only, calendar all.
        reaction:
          - { priority: P1, means: The system stands still, within: 4h, clock: service }
          - { priority: P2, means: One function fails, within: 8h, clock: service }
          - { priority: P3, means: A question, within: 24h, clock: service }


        """

    private static let prices = """
        # -- What it costs --
        # Net, per hour, in EUR.
        rates:
          support:                        # <- fill in, like "95.00"
        # Kinds of work. The first of kind support is the default; warranty is always listed and always free.
        categories:
          - { id: support, kind: support, rate: support, usesQuota: false }
          - { id: defect, kind: warranty, rate: support }
        # How time is rounded. Breaks are never billed; steps of 15 minutes and more are unfair to consumers.
        rounding:
          per: session                    # session | day | period
          step: 5m
          minimum: 0m
          mode: up                        # up | nearest | down
          freeUpTo: 60s                   # a session this short is free
          mergeGap: 2m                    # a longer break starts a new rounding
          excess: last                    # the band that gets what rounding adds: last | cheapest
        # What nights, weekends and holidays cost on top, in percent of the rate.
        surcharges:
          - { label: Night, percent: 50, days: all, from: "22:00", to: "06:00" }
          - { label: Weekend, percent: 50, days: sat-sun, from: "00:00", to: "24:00" }
          - { label: Holiday, percent: 100, days: holidays, from: "00:00", to: "24:00" }
        surchargeStacking: max            # max | sum, where two meet
        surchargeOnQuota: billed          # billed | absorbed: whether covered time still costs its surcharge
        # A monthly fee with hours in it, or a prepaid block. Some category then needs usesQuota: true.
        retainer: { kind: none }          # none | takeOrPay | prepaidBlock
        # retainer:
        #   kind: takeOrPay
        #   fee: "250.00"
        #   dueInAdvance: false
        #   included: 3h
        #   period: month
        #   overageRate: support
        #   carryOver: { policy: capped, cap: 3h, expiresAfterPeriods: 2 }    # none | capped | unlimited
        # What a session or a month may cost at most, so that nobody is surprised.
        cap:
          perSession: "190.00"
          perMonth: "950.00"
          onReach: needConsent            # warn | needConsent | stop
        # Days to pay; invoices smaller than smallestInvoice wait for the next one.
        payment: { termDays: 14, cycle: monthly, smallestInvoice: "20.00" }
        # S: with VAT. E: you are a small business (§ 19 UStG). AE: a business elsewhere in the EU. O: one outside it.
        vat: { category: S, percent: 19 }


        """

    private static let law = """
        # -- How help from afar works --
        access:
          # The most that may be asked for: run, shell, logs, files, forward. The client can always allow less.
          grants: [run, logs]
          # Log files and folders that may be read, where the client names no others. With none they have to.
          logs: [/var/log]
          # With files among the grants, a list of folders in files, like [/srv/shop], is where they may be fetched from and
          # put into (without it the client answers for each), and largestFile, like 500MB, how large one may be (else 2GB).
          # any, or a list of patterns, for example [["df", "-h"], ["journalctl", "*"]]
          commands: any
          # What lotse diagnose looks at beside disk, memory, network and so on; commands that change nothing.
          # diagnose: [{ id: backup, title: Files of the last backup, command: [ls, -l, /srv/backup] }]
          maximumSession: 4h
          idleTimeout: 15m

        # -- Data protection --
        # How long you keep transcripts, and what is blacked out of logs before they leave the client's machine: default are
        # secrets (passwords, keys, tokens), which always are; email and iban add mail addresses and bank accounts.
        privacy: { transcriptRetentionDays: 30, redact: [default] }

        """
}

/// The commented `supplier.yaml` that `lotse-relay init` writes.
public enum SupplierTemplate {
    /// The file; what only the freelancer knows is marked as in `ContractTemplate`.
    public static let text = """
        # You, the sender of every invoice. Fill in the lines marked "<- fill in"; § 14 UStG wants most of them.
        name:                             # <- fill in, like Jana Lotse IT-Service
        # Whom a client asks about an invoice.
        contact:                          # <- fill in, like Jana Lotse
        street:                           # <- fill in, like Deichweg 3
        postalCode:                       # <- fill in, like "20457"
        city:                             # <- fill in, like Hamburg
        country: DE
        phone:                            # <- fill in, like "+49 40 5550100"
        email:                            # <- fill in, like jana@lotse.example
        # Where electronic invoices come from: EM is e-mail.
        eInvoiceAddress:
          scheme: EM
          value:                          # <- fill in, like jana@lotse.example
        # One of the two must be there; clients in other EU countries need the VAT id, those outside it the tax number.
        # vatId: DE136695976
        taxNumber:                        # <- fill in, like 22/815/08154
        timeZone: Europe/Berlin
        # For the export to your tax adviser; remove it if you have none.
        # datev: { consultant: 1001, client: 1, revenueAccount: 8400 }
        # Where clients pay.
        iban:                             # <- fill in, like DE02 1203 0000 0000 2020 51
        # bic: BYLADEM1001
        # true: small business by § 19 UStG, no VAT on invoices.
        smallBusiness: false
        # {year} restarts the number; a number is never used twice.
        invoiceNumbers: "{year}-{number:4}"

        """
}
