import Contracts
import Testing

@testable import Billing

@Suite("Quota") struct QuotaTests {
    private func month(_ text: String) throws -> LocalMonth { try #require(LocalMonth(text)) }

    /// Statements of a contract from November 2026 to a month, with one session each on the 10th of some months.
    private func statements(
        _ contract: Contract,
        to end: String,
        minutes: [String: Int64] = [:]
    ) throws -> [PeriodStatement] {
        let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin)
        var account = Account(history: try ContractHistory([version]))
        for (text, minutes) in minutes.sorted(by: { $0.key < $1.key }) {
            let start = try Sample.instant("\(text)-10T10:00:00Z")
            let session = WorkSession(session: text, startedAt: start, endedAt: try start.advanced(by: minutes * 60))
            _ = try account.bill(session)
        }
        try account.advance(to: try month(end).next)
        return account.closed
    }

    @Test("a lot that expires after 2 periods is usable in its own month and the two that follow")
    func expiry() throws {
        let rule = Contract.CarryOver(policy: .unlimited, expiresAfterPeriods: 2)
        let contract = Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: rule))
        let months = try statements(contract, to: "2027-02")
        #expect(months.map(\.quotaCarriedSeconds) == [0, 3600, 7200, 7200])
        #expect(months.map(\.quotaGrantedSeconds) == [3600, 3600, 3600, 3600])
        #expect(months.map(\.quotaExpiredSeconds) == [0, 0, 3600, 3600])
        #expect(months.map(\.quotaLeftSeconds) == [3600, 7200, 7200, 7200])
    }

    @Test("without carry-over what is left is lost at the month's end")
    func noCarryOver() throws {
        let contract = Sample.contract(retainer: Sample.retainer(hours: 1))
        let months = try statements(contract, to: "2026-12", minutes: ["2026-11": 20])
        #expect(months.map(\.quotaUsedSeconds) == [1200, 0])
        #expect(months.map(\.quotaExpiredSeconds) == [2400, 3600])
        #expect(months.map(\.quotaCarriedSeconds) == [0, 0])
    }

    @Test("the cap trims the oldest lots before the new grant, which does not count")
    func cap() throws {
        let rule = Contract.CarryOver(policy: .capped, capSeconds: 5400, expiresAfterPeriods: 2)
        let contract = Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: rule))
        let months = try statements(contract, to: "2027-01")
        #expect(months.map(\.quotaCarriedSeconds) == [0, 3600, 5400])
        let december = months[1]
        let trimmed = december.quotaEntries.filter { $0.kind == .trimmed }
        #expect(trimmed.map(\.lot) == [try month("2026-11")])
        #expect(trimmed.map(\.seconds) == [1800])
        // January ends: November's 1800 s expire by age, 7200 s are trimmed to 5400 s.
        #expect(months[2].quotaEntries.map(\.kind) == [.granted, .expired, .trimmed])
        #expect(months[2].quotaExpiredSeconds == 1800 + 1800)
        #expect(months[2].quotaLeftSeconds == 5400)
    }

    @Test("sessions use the oldest lots first; a session is split, its first seconds are covered")
    func oldestFirst() throws {
        let rule = Contract.CarryOver(policy: .unlimited)
        let contract = Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: rule, overageRate: "extra"))
        let months = try statements(contract, to: "2026-12", minutes: ["2026-12": 150])
        let bill = try #require(months[1].sessions.first)
        #expect(bill.quotaEntries.map(\.lot) == [try month("2026-11"), try month("2026-12")])
        #expect((bill.quotaBeforeSeconds, bill.quotaSeconds, bill.quotaAfterSeconds) == (7200, 7200, 0))
        let base = try #require(bill.lines.first)
        #expect((base.seconds, base.centsPerHour, base.netCents) == (1800, 12_000, 6000))
        #expect((bill.lines[1].seconds, bill.lines[1].netCents) == (7200, 0))
    }

    @Test("other categories and warranty use none")
    func others() throws {
        let contract = Sample.contract(retainer: Sample.retainer(hours: 1))
        for category in ["extra", "defect"] {
            let session = try Sample.session("2026-11-05T10:00:00Z", "2026-11-05T11:00:00Z", category: category)
            let bill = try Sample.bill(session, under: contract)
            #expect((bill.quotaBeforeSeconds, bill.quotaSeconds) == (3600, 0))
        }
    }

    @Test("carried + granted - used - expired = left, which the next month carries; lots are never negative")
    func ledgerAddsUp() throws {
        var random = Seeded(6)
        for _ in 0..<60 {
            let policy = try #require(Contract.CarryOver.Policy.allCases.randomElement(using: &random))
            let rule = Contract.CarryOver(
                policy: policy,
                capSeconds: policy == .capped ? .random(in: 1...20_000, using: &random) : nil,
                expiresAfterPeriods: policy != .none && Bool.random(using: &random)
                    ? .random(in: 1...4, using: &random) : nil
            )
            let contract = Sample.contract(retainer: Sample.retainer(hours: 2, carryOver: rule))
            var minutes: [String: Int64] = [:]
            for text in ["2026-11", "2026-12", "2027-01", "2027-03", "2027-04", "2027-06"]
            where Bool.random(using: &random) {
                minutes[text] = .random(in: 0...400, using: &random)
            }
            var carried: Int64 = 0
            var worked: Int64 = 0
            for month in try statements(contract, to: "2027-08", minutes: minutes) {
                #expect(month.quotaCarriedSeconds == carried)
                carried += month.quotaGrantedSeconds - month.quotaUsedSeconds - month.quotaExpiredSeconds
                #expect(month.quotaLeftSeconds == carried && carried >= 0)
                #expect(rule.capSeconds.map { carried <= $0 } ?? true)
                worked += month.quotaUsedSeconds
            }
            #expect(worked <= minutes.values.reduce(0, +) * 60)
        }
    }

    @Test("the first grant comes in the later of the month of validFrom and the month the contract was stored")
    func firstGrant() throws {
        let contract = Sample.contract(validFrom: try Sample.date("2026-01-01"), retainer: Sample.retainer())
        let stored = try Sample.instant("2026-11-20T10:00:00Z")
        let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin, storedAt: stored)
        var account = Account(history: try ContractHistory([version]))
        try account.advance(to: try month("2027-01"))
        #expect(account.closed.map(\.period.description) == ["2026-11", "2026-12"])
        #expect(account.closed.map(\.quotaGrantedSeconds) == [10_800, 10_800])
        #expect(account.closed.map { $0.retainer?.netCents } == [25_000, 25_000])
    }
}
