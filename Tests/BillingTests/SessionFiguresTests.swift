import Contracts
import Testing

@testable import Billing

@Suite("A session without the ledger") struct SessionFiguresTests {
    @Test("seconds, bands, quota and cents are those of the account, whatever the session")
    func sameAsAccount() throws {
        var random = Seeded(7)
        for round in 0..<300 {
            let rounding = Contract.Rounding(
                stepSeconds: [1, 60, 300, 900].randomElement(using: &random) ?? 60,
                minimumSeconds: [0, 600].randomElement(using: &random) ?? 0,
                mode: [.up, .nearest, .down].randomElement(using: &random) ?? .up,
                freeUpToSeconds: [0, 60].randomElement(using: &random) ?? 0,
                mergeGapSeconds: [nil, 120].randomElement(using: &random) ?? nil
            )
            let contract = Sample.contract(
                rounding: rounding,
                surcharges: [Sample.night, Sample.weekend],
                retainer: Bool.random(using: &random) ? Sample.retainer(hours: 1) : nil
            )
            let start = try Sample.instant("2026-11-06T19:00:00Z").advanced(by: .random(in: 0..<36_000, using: &random))
            let length = Int64.random(in: 0..<14_400, using: &random)
            let from = Int64.random(in: 0...max(1, length), using: &random)
            let session = WorkSession(
                session: "s",
                startedAt: start,
                endedAt: try start.advanced(by: length),
                pauses: [.init(from: try start.advanced(by: from), to: try start.advanced(by: min(length, from + 300)))]
            )
            let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin)
            var account = Account(history: try ContractHistory([version]))
            let bill = try account.bill(session)
            let figures = try SessionFigures(session, under: version)
            #expect(figures.billedSeconds == bill.rounded.billedSeconds, "\(round)")
            #expect(figures.bands == bill.rounded.bands, "\(round)")
            let category = bill.category.id
            let quota = try SessionFigures.quotaSeconds(
                of: bill.rounded.billedSeconds,
                category: category,
                quotaBeforeSeconds: bill.quotaBeforeSeconds,
                in: contract
            )
            #expect(quota == bill.quotaSeconds, "\(round)")
            let net = try SessionFigures.netCents(
                of: bill.rounded.bands,
                category: category,
                quotaSeconds: quota,
                in: contract
            )
            #expect(net == bill.netCents, "\(round)")
        }
    }

    @Test("where days or months are rounded together, one session alone does not say what it is billed")
    func together() throws {
        let contract = Sample.contract(rounding: .init(per: .day, stepSeconds: 900))
        let version = ContractVersion(number: 1, contract: contract, zone: Sample.berlin)
        let session = try Sample.session("2026-11-05T10:00:00Z", "2026-11-05T10:10:00Z")
        let figures = try SessionFigures(session, under: version)
        #expect(figures.billedSeconds == nil)
        #expect(figures.bands == nil)
    }

    @Test(
        "the second at which so much of the quota is left is the first one, by trying each",
        arguments: [0, 600, 1799]
    )
    func quotaForecast(left: Int64) throws {
        for step in [1, 60, 300] as [Int64] {
            let contract = Sample.contract(rounding: .init(stepSeconds: step), retainer: Sample.retainer(hours: 1))
            var account = try Sample.account(contract)
            _ = try account.bill(Sample.session("a", "2026-11-05T08:00:00Z", "2026-11-05T08:30:00Z"))
            let session = try Sample.session("z", "2026-11-05T10:00:00Z", "2026-11-05T10:00:00Z")
            let found = try account.quotaForecast(for: session, leaving: left, within: 3600)
            var tried: Instant?
            for passed in 0...3600 as ClosedRange<Int64> where tried == nil {
                var longer = session
                longer.endedAt = try session.endedAt.advanced(by: passed)
                if try account.provisional(longer).quotaAfterSeconds <= left { tried = longer.endedAt }
            }
            #expect(found == tried)
            #expect(found != nil)
            #expect(try account.quotaForecast(for: session, leaving: left, within: 0) == nil)
        }
    }

    @Test("work that uses no quota, and a quota that is smaller already, are not told of")
    func noForecast() throws {
        let account = try Sample.account(Sample.contract(retainer: Sample.retainer(hours: 1)))
        let session = try Sample.session("z", "2026-11-05T10:00:00Z", "2026-11-05T10:00:00Z")
        #expect(try account.quotaForecast(for: session, leaving: 3600, within: 3600) == nil)
        let none = try Sample.account(Sample.contract())
        #expect(try none.quotaForecast(for: session, leaving: 0, within: 3600) == nil)
    }
}
