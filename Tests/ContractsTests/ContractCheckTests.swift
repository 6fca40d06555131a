import Contracts
import Testing

/// One mistake in a contract that is otherwise right, and the problem it must give.
struct Mistake: CustomTestStringConvertible, Sendable {
    var path: String
    var sentence: String
    var severity: Problem.Severity
    var edit: @Sendable (inout Contract) throws -> Void

    var testDescription: String { "\(path): \(sentence)" }

    static func error(
        _ path: String,
        _ sentence: String,
        _ edit: @escaping @Sendable (inout Contract) throws -> Void
    ) -> Mistake {
        Mistake(path: path, sentence: sentence, severity: .error, edit: edit)
    }

    static func warning(
        _ path: String,
        _ sentence: String,
        _ edit: @escaping @Sendable (inout Contract) throws -> Void
    ) -> Mistake {
        Mistake(path: path, sentence: sentence, severity: .warning, edit: edit)
    }
}

@Suite("The check of a whole contract")
struct ContractCheckTests {
    @Test("a contract without mistakes has no problems, with or without its supplier")
    func clean() throws {
        #expect(try Samples.contract().problems() == [])
        #expect(try Samples.contract().problems(supplier: Samples.supplier()) == [])
    }

    @Test(
        "each mistake is found at its place, alone",
        arguments: Mistake.head + Mistake.client + Mistake.scope + Mistake.prices + Mistake.payment + Mistake.access
    )
    func mistake(_ mistake: Mistake) throws {
        var contract = try Samples.contract()
        try mistake.edit(&contract)
        let problems = contract.problems(supplier: Samples.supplier())
        let found = problems.first { $0.path == mistake.path && $0.sentence.contains(mistake.sentence) }
        #expect(found != nil, "\(problems.map(\.description))")
        #expect(found?.severity == mistake.severity)
        #expect(found?.mend?.isEmpty == false)
        #expect(problems.count == 1, "\(problems.map(\.description))")
    }

    @Test("the caller knows which time zones exist")
    func timeZones() throws {
        var contract = try Samples.contract()
        #expect(contract.problems(isTimeZone: { $0 == "Europe/Berlin" }) == [])
        #expect(contract.problems(isTimeZone: { _ in false }).map(\.path) == ["timeZone"])
        // A name that could leave the folder of time zones never reaches the caller.
        for name in ["../../etc/passwd", "/etc/passwd", "Europe/../x", "Europe", "", "Europe/Berlin/", "A/B/C/D"] {
            contract.timeZone = name
            let problems = contract.problems { asked in
                Issue.record("asked for \(asked)")
                return true
            }
            #expect(problems.map(\.path) == ["timeZone"])
        }
    }

    @Test("problems come in the order of the file")
    func order() throws {
        var contract = try Samples.contract()
        contract.title = ""
        contract.vat.percentBp = 0
        contract.client.city = ""
        contract.access.logs = ["x"]
        #expect(contract.problems().map(\.path) == ["title", "client.city", "vat.percent", "access.logs[0]"])
    }

    @Test("a problem reads as one sentence")
    func description() {
        let problem = Problem(.error, at: "rates.support", "\"95,00\" is not an amount", mend: "write \"95.00\"")
        #expect(problem.description == "error: rates.support: \"95,00\" is not an amount (write \"95.00\")")
    }
}

extension Mistake {
    static let head: [Mistake] = [
        .error("contract", "is not an id") { $0.contract = "../etc" },
        .error("contract", "is not an id") { $0.contract = "" },
        .error("contract", "is not an id") { $0.contract = String(repeating: "a", count: 65) },
        .error("title", "is missing") { $0.title = " " },
        .error("title", "U+202E") { $0.title = "a\u{202E}b" },
        .error("title", "U+000A") { $0.title = "a\nb" },
        .error("title", "longer") { $0.title = String(repeating: "a", count: 1001) },
        .error("timeZone", "is not a time zone") { $0.timeZone = "Berlin" },
        .error("validUntil", "before it begins") { $0.validUntil = try Samples.date("2025-12-31") },
        .error("minimumTermMonths", "out of range") { $0.minimumTermMonths = -1 },
        .error("noticeDays", "out of range") { $0.noticeDays = -1 },
        .warning("minimumTermMonths", "bind a consumer") { ($0.client.kind, $0.minimumTermMonths) = (.consumer, 25) },
        .warning("validUntil", "two years") {
            ($0.client.kind, $0.noticeDays, $0.validUntil) = (.consumer, nil, try Samples.date("2028-01-01"))
        },
        .warning("noticeDays", "month of notice") { ($0.client.kind, $0.noticeDays) = (.consumer, 31) },
        .warning("signedOn", "no session") { $0.signedOn = nil },
        .warning("dataProcessingAgreement", "shell and logs") { $0.dataProcessingAgreement = nil },
        .warning("dataProcessingAgreement", "but logs") {
            ($0.dataProcessingAgreement, $0.access.grants) = (nil, [.logs])
        },
        .error("dataProcessingAgreement", "U+001B") { $0.dataProcessingAgreement = .notApplicable("\u{1B}[2J") },
    ]

    static let client: [Mistake] = [
        .error("client.name", "the invoice names the buyer") { $0.client.name = "" },
        .error("client.street", "is missing") { $0.client.street = "" },
        .error("client.postalCode", "BR-DE-9") { $0.client.postalCode = "" },
        .error("client.postalCode", "not a German") { $0.client.postalCode = "1067" },
        .error("client.city", "BR-DE-8") { $0.client.city = "" },
        .error("client.country", "not a country") { ($0.client.country, $0.client.vatId) = ("XX", nil) },
        .error("client.country", "not a country") { ($0.client.country, $0.client.vatId) = ("de", nil) },
        .error("client.vatId", "not a VAT id") { $0.client.vatId = "DE 123456788" },
        .error("client.vatId", "not a VAT id") { $0.client.vatId = "DE12345678" },
        .warning("client.vatId", "check digit") { $0.client.vatId = "DE123456789" },
        .warning("client.vatId", "would start with DE") { $0.client.vatId = "ATU12345678" },
        .error("client.buyerReference", "BR-DE-15") { $0.client.buyerReference = nil },
        .warning("client.buyerReference", "could not be written") {
            ($0.client.kind, $0.client.buyerReference) = (.consumer, nil)
        },
        .error("client.buyerReference", "Leitweg-ID") { ($0.client.kind, $0.client.buyerReference) = (.public, nil) },
        .error("client.buyerReference", "is not a Leitweg-ID") { $0.client.kind = .public },
        .error("client.buyerReference", "is not a Leitweg-ID") {
            ($0.client.kind, $0.client.buyerReference) = (.public, "04011000-1234512345-07")
        },
        .error("client.eInvoiceAddress", "R010") { $0.client.eInvoiceAddress = nil },
        .warning("client.eInvoiceAddress", "R010") { ($0.client.kind, $0.client.eInvoiceAddress) = (.consumer, nil) },
        .error("client.eInvoiceAddress.value", "not an e-mail") { $0.client.eInvoiceAddress?.value = "acme" },
        .error("client.eInvoiceAddress.scheme", "not an address scheme") { $0.client.eInvoiceAddress?.scheme = "mail" },
        .error("client.eInvoiceAddress.value", "not a Leitweg-ID") { $0.client.eInvoiceAddress?.scheme = "0204" },
        .error("client.eInvoiceAddress.value", "is missing") {
            $0.client.eInvoiceAddress = ElectronicAddress(scheme: "9930", value: "")
        },
        .error("client.contacts[0].name", "is missing") { $0.client.contacts[0].name = "" },
        .error("client.contacts[0].email", "not an e-mail") { $0.client.contacts[0].email = "a@b" },
        .error("client.contacts[0].phone", "U+0007") { $0.client.contacts[0].phone = "\u{07}" },
    ]

    static let scope: [Mistake] = [
        .error("systems[0].id", "is not an id") { $0.systems[0].id = "a b" },
        .error("systems[0].name", "is missing") { $0.systems[0].name = "" },
        .error("systems[1].id", "there twice") { $0.systems.append($0.systems[0]) },
        .error("included[0]", "is missing") { $0.included = [""] },
        .error("excluded[1].text", "is missing") { $0.excluded[1].text = "" },
        .error("excluded[0].category", "needs a category") { $0.excluded[0].category = nil },
        .error("excluded[0].category", "no category \"extr\"") { $0.excluded[0].category = "extr" },
        .error("excluded[1].category", "refused") { $0.excluded[1].category = "extra" },
        .error("serviceHours[0].to", "starts and ends") { $0.serviceHours[0].to = $0.serviceHours[0].from },
        .error("serviceHours[0].from", "cannot start") { $0.serviceHours[0].from = .endOfDay },
        .error("serviceHours[0].days", "no days") { $0.serviceHours[0].days = [] },
        .error("serviceHours[0].days", "no region") { ($0.serviceHours[0].days, $0.holidays) = (.holidays, nil) },
        .error("reaction[0].priority", "is missing") { $0.reaction[0].priority = "" },
        .error("reaction[0].means", "is missing") { $0.reaction[0].means = "" },
        .error("reaction[0].within", "longer than nothing") { $0.reaction[0].withinSeconds = 0 },
        .error("reaction[0].clock", "service hours") { $0.serviceHours = [] },
        .error("reaction[1].priority", "there twice") { $0.reaction.append($0.reaction[0]) },
    ]

    static let prices: [Mistake] = [
        .error("rates.a b", "is not an id") { $0.ratesCentsPerHour["a b"] = 1 },
        .error("rates.extra", "not a price") { $0.ratesCentsPerHour["extra"] = -1 },
        .error("categories[0].id", "is not an id") { $0.categories[0].id = "" },
        .error("categories[1].rate", "no rate \"extr\"") { $0.categories[1].rate = "extr" },
        .error("categories[3].id", "there twice") { $0.categories.append($0.categories[0]) },
        .error("categories[2].usesQuota", "warranty") { $0.categories[2].usesQuota = true },
        .error("categories", "kind support") {
            ($0.categories, $0.excluded, $0.retainer) = ([$0.categories[2]], [], nil)
        },
        .warning("categories", "kind warranty") { $0.categories.removeLast() },
        .error("rounding.step", "longer than nothing") { $0.rounding.stepSeconds = 0 },
        .error("rounding.step", "at most a day") { $0.rounding.stepSeconds = 86401 },
        .warning("rounding.step", "consumer") { ($0.client.kind, $0.rounding.stepSeconds) = (.consumer, 900) },
        .error("rounding.minimum", "too short") { $0.rounding.minimumSeconds = -1 },
        .error("rounding.minimum", "longer than a day") { $0.rounding.minimumSeconds = 86401 },
        .error("rounding.freeUpTo", "too short") { $0.rounding.freeUpToSeconds = -1 },
        .error("rounding.mergeGap", "too short") { $0.rounding.mergeGapSeconds = -1 },
        .warning("rounding.mergeGap", "only where each session") { $0.rounding.per = .day },
        .error("surcharges[0].label", "is missing") { $0.surcharges[0].label = "" },
        .error("surcharges[0].percent", "not a surcharge") { $0.surcharges[0].percentBp = 0 },
        .error("surcharges[0].percent", "not a surcharge") { $0.surcharges[0].percentBp = 100_001 },
        .error("surcharges[0].to", "starts and ends") { $0.surcharges[0].to = $0.surcharges[0].from },
        .error("surcharges[0].from", "cannot start") { $0.surcharges[0].from = .endOfDay },
        .error("surcharges[0].days", "no region") { ($0.surcharges[0].days, $0.holidays) = (.holidays, nil) },
    ]

    static let payment: [Mistake] = [
        .error("retainer.fee", "costs something") { $0.retainer?.feeCents = 0 },
        .error("retainer.included", "includes time") { $0.retainer?.includedSeconds = 0 },
        .error("retainer.overageRate", "no rate") { $0.retainer?.overageRate = "x" },
        .error("retainer.dueInAdvance", "before it is used") { $0.retainer?.kind = .prepaidBlock },
        .error("retainer", "no category uses") { $0.categories[0].usesQuota = false },
        .error("retainer.carryOver.cap", "is missing") { $0.retainer?.carryOver.capSeconds = nil },
        .error("retainer.carryOver.cap", "carries nothing") { $0.retainer?.carryOver.capSeconds = 0 },
        .error("retainer.carryOver.cap", "only policy capped") { $0.retainer?.carryOver.policy = .unlimited },
        .error("retainer.carryOver.cap", "only policy capped") {
            $0.retainer?.carryOver = Contract.CarryOver(policy: .none, capSeconds: 60)
        },
        .error("retainer.carryOver.expiresAfterPeriods", "nothing expires") {
            $0.retainer?.carryOver = Contract.CarryOver(policy: .none, expiresAfterPeriods: 1)
        },
        .error("retainer.carryOver.expiresAfterPeriods", "out of range") {
            $0.retainer?.carryOver.expiresAfterPeriods = 0
        },
        .error("cap", "says no amount") { $0.cap = Contract.Cap(onReach: .warn) },
        .error("cap.perSession", "allows no work") { $0.cap?.perSessionCents = 0 },
        .error("cap.perMonth", "allows no work") { $0.cap = Contract.Cap(perMonthCents: 0, onReach: .warn) },
        .warning("cap.perMonth", "less than one of its sessions") { $0.cap?.perMonthCents = 18999 },
        .error("payment.termDays", "out of range") { $0.payment.termDays = 366 },
        .error("payment.smallestInvoice", "not an amount") { $0.payment.smallestInvoiceCents = -1 },
    ]

    static let access: [Mistake] = [
        .error("access.grants[3]", "there twice") { $0.access.grants.append(.run) },
        .error("access.logs[0]", "not an absolute path") { $0.access.logs = ["var/log"] },
        .error("access.logs[0]", "..") { $0.access.logs = ["/var/log/../../etc"] },
        .error("access.logs[0]", "whole machine") { $0.access.logs = ["/"] },
        .error("access.logs[0]", "U+0007") { $0.access.logs = ["/var/\u{07}"] },
        .error("access.logs[1]", "there twice") { $0.access.logs = ["/a", "/a"] },
        .error("access.files[0]", "not an absolute path") {
            $0.access.grants.append(.files)
            $0.access.files = ["srv"]
        },
        .error("access.files[0]", "whole machine") {
            $0.access.grants.append(.files)
            $0.access.files = ["/"]
        },
        .warning("access.files", "may not be asked for") { $0.access.files = ["/srv"] },
        .error("access.largestFile", "no file") { $0.access.largestFileBytes = 0 },
        .error("access.diagnose[0].id", "not an id") {
            $0.access.diagnose = [.init(id: "a b", title: "Backup", command: ["ls"])]
        },
        .error("access.diagnose[0].title", "is missing") {
            $0.access.diagnose = [.init(id: "a", title: "", command: ["ls"])]
        },
        .error("access.diagnose[0].command", "starts with a command") {
            $0.access.diagnose = [.init(id: "a", title: "Backup", command: [])]
        },
        .error("access.diagnose[0].command[1]", "invisible") {
            $0.access.diagnose = [.init(id: "a", title: "Backup", command: ["ls", "a\u{202e}b"])]
        },
        .error("access.diagnose[1].id", "there twice") {
            $0.access.diagnose = [
                .init(id: "a", title: "Backup", command: ["ls"]), .init(id: "a", title: "Other", command: ["ls"]),
            ]
        },
        .error("access.diagnose", "more than 32") {
            $0.access.diagnose = (0...32).map { .init(id: "a\($0)", title: "Backup", command: ["ls"]) }
        },
        .warning("access.diagnose", "may not be run") {
            $0.access.grants = [.logs]
            $0.access.diagnose = [.init(id: "a", title: "Backup", command: ["ls"])]
        },
        .warning("access.logs", "may not be asked for") { $0.access.grants = [.run] },
        .warning("access.commands", "no command may run") { $0.access.commands = .patterns([]) },
        .error("access.commands[0]", "starts with a command") { $0.access.commands = .patterns([[]]) },
        .error("access.commands[0]", "starts with a command") { $0.access.commands = .patterns([["", "x"]]) },
        .error("access.commands[1][0]", "is not a command") { $0.access.commands = .patterns([["a"], ["*"]]) },
        .error("access.commands[0][1]", "invisible") { $0.access.commands = .patterns([["a", "\u{1B}"]]) },
        .error("access.maximumSession", "longer than nothing") { $0.access.maximumSessionSeconds = 0 },
        .warning("access.maximumSession", "longer than a day") { $0.access.maximumSessionSeconds = 86401 },
        .error("access.idleTimeout", "end at once") { $0.access.idleTimeoutSeconds = 0 },
        .error("privacy.transcriptRetentionDays", "out of range") { $0.privacy.transcriptRetentionDays = -1 },
        .error("privacy.redact[0]", "is not an id") { $0.privacy.redact = ["a b"] },
        .error("privacy.redact[1]", "no set that the client's program blacks out") {
            $0.privacy.redact = ["default", "phone"]
        },
        .error("privacy.redact[1]", "there twice") { $0.privacy.redact = ["default", "default"] },
    ]
}
